//! What commands claim of modes and links, and of files that they lay down in one go: `chmod`, `ln`, `install`,
//! `truncate`, `vault policy fmt`. Pure.

use super::infer::{CONTENTS, Scene, present};
use super::is_option;
use crate::claim::{Claim, Field, Meaning, Text, Verb};
use crate::provider::place;

/// A mode in digits as the field that it sets.
pub(super) fn octal(mode: &str) -> Option<Field> {
    let digits = !mode.is_empty() && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    let plain = mode.trim_start_matches('0');
    let plain = if plain.is_empty() { "0" } else { plain };
    digits.then(|| Field::new("mode", plain, Meaning::Exact))
}

/// What a mode in letters sets: the whole mode where it says all of it, else whether the owner may execute.
fn symbolic(mode: &str) -> Option<Field> {
    // Bits of the owner, the group and the others, as far as they are said.
    let mut bits: [Option<bool>; 9] = [None; 9];
    for clause in mode.split(',') {
        let at = clause.find(['+', '-', '='])?;
        let (who, mut rest) = clause.split_at(at);
        let named = who.is_empty() || who.contains('a');
        if !who.chars().all(|c| "ugoa".contains(c)) {
            return None;
        }
        while let Some(sign) = rest.chars().next() {
            let end = rest[1..].find(['+', '-', '=']).map_or(rest.len(), |end| end + 1);
            let letters = &rest[1..end];
            rest = &rest[end..];
            if !letters.chars().all(|c| "rwx".contains(c)) {
                return None;
            }
            for (class, owner) in ["u", "g", "o"].into_iter().enumerate() {
                if !named && !who.contains(owner) {
                    continue;
                }
                for (place, letter) in ["r", "w", "x"].into_iter().enumerate() {
                    let bit = &mut bits[class * 3 + place];
                    match (sign, letters.contains(letter)) {
                        // What the mask leaves out is not said.
                        ('+' | '=', true) if who.is_empty() && class > 0 => *bit = None,
                        ('+' | '=', true) => *bit = Some(true),
                        ('-', true) | ('=', false) => *bit = Some(false),
                        _ => {}
                    }
                }
            }
        }
    }
    let whole: Option<Vec<bool>> = bits.into_iter().collect();
    if let Some(whole) = whole {
        let number = whole.into_iter().fold(0_u32, |number, bit| number * 2 + u32::from(bit));
        return octal(&format!("{number:o}"));
    }
    bits[2].map(|bit| Field::new("executable", bit.to_string(), Meaning::Exact))
}

impl Scene<'_> {
    /// The value of an option: `-m 700`, `-m700`, `--mode=700`, `--mode 700`.
    pub(super) fn option(&self, short: &str, long: &str) -> Option<Text> {
        let words = &self.call.words;
        words.iter().enumerate().skip(1).find_map(|(at, word)| {
            let text = word.literal()?;
            if let Some(value) = text.strip_prefix(&format!("--{long}=")) {
                return Some(Text::from(value));
            }
            let letters = text.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
            match letters.and_then(|letters| letters.split_once(short)) {
                Some((_, "")) => words.get(at + 1).cloned(),
                Some((_, value)) => Some(Text::from(value)),
                None if text == format!("--{long}") => words.get(at + 1).cloned(),
                None => None,
            }
        })
    }

    pub(super) fn mode(&self) -> Vec<Claim> {
        let words: Vec<&Text> = self.call.words.iter().skip(1).collect();
        let is_mode = |word: &Text| {
            word.literal().is_some_and(|text| {
                text.len() > 1 && text[1..].chars().all(|c| "rwxXst".contains(c))
            })
        };
        let mut operands = words.into_iter().filter(|word| !is_option(word) || is_mode(word));
        let Some(mode) = operands.next().and_then(Text::literal) else { return Vec::new() };
        let field = octal(&mode).or_else(|| symbolic(&mode));
        let mut claims = Vec::new();
        for word in operands {
            let subject = self.named(word);
            claims.extend(self.loosened(&subject, |path| {
                matches!(path, "mode" | "executable")
                    && field.as_ref().is_none_or(|one| one.path != path)
            }));
            let fields: Vec<Field> = field.iter().cloned().collect();
            if !fields.is_empty() {
                claims.push(self.within(Claim::new(subject, present(fields), Verb::Change)));
            }
        }
        claims
    }

    /// `install FILE NAME`, `install FILE… DIRECTORY`, `install -d DIRECTORY…`.
    pub(super) fn installed(&self) -> Vec<Claim> {
        let operands = self.operands("mogSt");
        let permissions = self.option("m", "mode").and_then(|mode| octal(&mode.literal()?));
        if self.has('d', "--directory") {
            let directory = |word: &&Text| {
                let mut fields = vec![Field::new("type", "directory", Meaning::Exact)];
                fields.extend(permissions.clone());
                self.within(Claim::new(self.named(word), present(fields), Verb::Make))
            };
            return operands.iter().map(directory).collect();
        }
        let Some((to, from)) = operands.split_last().filter(|(_, from)| !from.is_empty()) else {
            return Vec::new();
        };
        if self.has('t', "--target-directory") {
            return Vec::new();
        }
        let mut claims = Vec::new();
        for word in from {
            let Some((subject, certain)) = self.target(to, word, from.len() > 1) else { continue };
            let last = |path: &Text| place::split(path).map_or(path.shown(), |(_, n)| n.shown());
            let certain = certain || last(&subject.name) == last(&self.call.path(word));
            claims.extend(self.loosened(&subject, |_| true));
            let fields = permissions.iter().filter(|_| certain).cloned().collect();
            let file = Claim::new(subject, present(fields), Verb::Make);
            claims.push(self.within(file).leniently(!certain));
        }
        claims
    }

    /// `truncate`: the file is there, and what the text knows of its contents is open.
    pub(super) fn cut(&self) -> Vec<Claim> {
        if self.has('c', "--no-create") {
            return Vec::new();
        }
        let mut claims = Vec::new();
        for word in self.operands("sr") {
            let subject = self.named(word);
            claims.extend(self.loosened(&subject, |path| path.starts_with(CONTENTS)));
            claims.push(self.within(Claim::new(subject, present(Vec::new()), Verb::Make)));
        }
        claims
    }

    /// `vault policy fmt FILE` writes the file anew, in another form.
    pub(super) fn formatted(&self) -> Vec<Claim> {
        let words: Vec<Option<String>> =
            self.call.words.iter().skip(1).map(Text::literal).collect();
        let is = |at: usize, wanted: &str| {
            words.get(at).and_then(Option::as_deref).is_some_and(|word| word == wanted)
        };
        if !is(0, "policy") || !is(1, "fmt") {
            return Vec::new();
        }
        let files = self.call.words.iter().skip(3).filter(|word| !is_option(word));
        files
            .filter_map(|word| self.loosened(&self.named(word), |path| path.starts_with(CONTENTS)))
            .collect()
    }

    /// `ln TARGET NAME`, `ln -s TARGET NAME`. A second word may be a directory that the link is made in: only that it is
    /// there.
    pub(super) fn linked(&self) -> Vec<Claim> {
        let operands = self.operands("tS");
        let [target, name] = operands.as_slice() else { return Vec::new() };
        let symbolic = self.has('s', "--symbolic");
        if self.has('t', "--target-directory") || self.has('r', "--relative") {
            return Vec::new();
        }
        let Some((subject, _)) = self.target(name, target, false) else { return Vec::new() };
        let last = |path: &Text| place::split(path).map_or(path.shown(), |(_, name)| name.shown());
        let link = last(&subject.name);
        let certain = link.contains('.') && link.strip_suffix(".d").is_none()
            || link == last(&self.call.path(target))
            || self.has('n', "--no-dereference");
        let field = Field::new("link", (*target).clone(), Meaning::Exact);
        let fields = if certain && symbolic { vec![field] } else { Vec::new() };
        let verb = if self.has('f', "--force") || !certain { Verb::Make } else { Verb::Create };
        let claim = self.within(Claim::new(subject, present(fields), verb));
        vec![claim.leniently(!certain || self.has('f', "--force"))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_in_letters_is_the_whole_mode_or_the_owners_right_to_execute() {
        for (mode, field) in [
            ("u=rwx,g=rx,o=", Some("mode=750")),
            ("a=r", Some("mode=444")),
            ("u=rw,go=", Some("mode=600")),
            ("u=rw,go-rwx", Some("mode=600")),
            ("+x", Some("executable=true")),
            ("u+x", Some("executable=true")),
            ("ug+rx", Some("executable=true")),
            ("a-x", Some("executable=false")),
            ("u+x-x", Some("executable=false")),
            ("=rx", Some("executable=true")),
            ("go-rwx", None),
            ("g-w", None),
            ("u+s", None),
            ("a+X", None),
            ("x", None),
        ] {
            let found =
                symbolic(mode).map(|field| format!("{}={}", field.path, field.value.shown()));
            assert_eq!(found.as_deref(), field, "{mode}");
        }
    }
}
