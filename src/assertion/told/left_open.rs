//! Values that the prose leaves to whoever runs a command: "use your own number instead of 1234", "replace `web` with
//! your name", "in this example 203.0.113.7". Only takes away what is compared.

use crate::challenge::Challenge;

use super::between::Between;
use super::languages::{EXAMPLE, OWN, REPLACES};
use super::{any, gaps, lines_of_prose, normal, sentences};

/// What leaves a choice.
const CHOICE: &[&str] = &[" feel free ", " your own ", " you can ", " you may ", " if you "];
/// What stands before the value that need not be taken.
const INSTEAD: &str = " instead of ";

/// For each step, the values of its commands that may be others.
pub(in super::super) fn values(challenge: &Challenge) -> Vec<Vec<String>> {
    let source = &challenge.seen;
    let mut open: Vec<Vec<String>> = vec![Vec::new(); challenge.steps.len()];
    for (index, gap) in gaps(challenge).into_iter().enumerate() {
        let text = source.slice(gap);
        // What stands between two fences may be about either.
        let here = [index.checked_sub(1), Some(index)].into_iter().flatten();
        for (value, stays) in replaced(text) {
            let steps: Vec<usize> =
                if stays { (index..open.len()).collect() } else { here.clone().collect() };
            for step in steps {
                open.get_mut(step).into_iter().for_each(|values| values.push(value.clone()));
            }
        }
        if !text.contains("instead of") {
            continue;
        }
        let between = Between::read(text);
        for value in between.paragraphs.iter().flatten().filter_map(|sentence| value(sentence)) {
            for step in here.clone() {
                open.get_mut(step).into_iter().for_each(|values| values.push(value.clone()));
            }
        }
    }
    open
}

/// What the prose has replaced by the reader's own, and the addresses that it gives as an example; these stay so to
/// the end of the text.
fn replaced(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let is_code = |line: &&str| line.starts_with('`') && line.ends_with('`');
    for sentence in lines_of_prose(text).filter(|line| !is_code(line)).flat_map(sentences) {
        let folded = normal(&sentence.replace(['(', '（', ')', '）'], " "));
        if any(&folded, EXAMPLE) {
            let words = sentence
                .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))
                .map(|word| word.trim_matches(['.', '-']));
            found.extend(words.filter(|word| is_address(word)).map(|word| (word.to_owned(), true)));
        }
        if any(&folded, REPLACES) && any(&folded, OWN) {
            let code = sentence.split('`').skip(1).step_by(2).map(str::trim);
            let values = code.filter(|code| !code.is_empty() && !code.contains(' '));
            found.extend(values.map(|code| (code.to_owned(), false)));
        }
    }
    found
}

/// An address that is nobody's, or one of a host in a network.
fn is_address(word: &str) -> bool {
    let ip = word.parse::<std::net::Ipv4Addr>();
    let nobodys = ["example.com", "example.org", "example.net"];
    ip.is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified())
        || nobodys.iter().any(|one| {
            word.strip_suffix(one).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

/// The value that a sentence leaves open.
fn value(sentence: &str) -> Option<String> {
    if !any(sentence, CHOICE) {
        return None;
    }
    let (_, behind) = sentence.split_once(INSTEAD)?;
    let word = behind.split_whitespace().next()?;
    let word = word.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '"' | '\''));
    (!word.is_empty()).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_replaces_values_and_gives_addresses_as_examples() {
        for (prose, wanted) in [
            ("Replace `web` with your name.", &["web"][..]),
            ("Reemplaza `web` con tu nombre.", &["web"]),
            ("Remplacez `web` par votre nom.", &["web"]),
            ("Ersetzen Sie `web` durch Ihren Namen.", &["web"]),
            ("Substitua `web` pelo seu nome.", &["web"]),
            ("Замените `web` на свой домен.", &["web"]),
            ("`web` をご自身の名前に置き換えてください。", &["web"]),
            ("请将 `web` 替换为您的名字。", &["web"]),
            ("`web`을 본인의 이름으로 바꾸세요.", &["web"]),
            ("The address, in this example 203.0.113.7.", &["203.0.113.7"]),
            (" (в качестве примера будет домен shop.example.com)", &["shop.example.com"]),
            ("For example, 127.0.0.1 and web.yaml.", &[]),
            ("Replace `read` with `update`.", &[]),
            ("This is your `web`.", &[]),
        ] {
            let found: Vec<String> = replaced(prose).into_iter().map(|(value, _)| value).collect();
            assert_eq!(found, wanted, "{prose}");
        }
    }

    #[test]
    fn a_sentence_leaves_a_value_open() {
        for (sentence, wanted) in [
            (" feel free to take a number of your own instead of 1234. ", Some("1234")),
            (" you can use another name instead of web, of course. ", Some("web")),
            (" this uses kv instead of database. ", None),
            (" feel free to look around. ", None),
        ] {
            assert_eq!(value(sentence).as_deref(), wanted, "{sentence}");
        }
    }
}
