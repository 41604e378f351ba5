//! jq, worked out and never run: `… | jq -r '.items[0].spec.clusterIP'`.
//!
//! Pure and bounded: knows neither the environment nor files, refuses what loops, and gives up in time.

use std::time::Duration;

use jaq_core::load::{Arena, File, Loader, lex};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read, write};

use super::Call;

/// The most outputs of one filter.
const OUTPUTS: usize = 1000;
/// The most bytes of input and of output.
const BYTES: usize = 4 * 1024 * 1024;
/// The longest filter.
const FILTER: usize = 2000;

/// A jq command with one filter, reading its standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The filter as written.
    pub text: String,
    /// How texts are printed.
    pub strings: Strings,
    /// How documents are printed.
    pub layout: Layout,
}

/// How a text is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strings {
    /// In quotes.
    Quoted,
    /// As it is, a line each (`-r`).
    Raw,
    /// As it is, without line breaks (`-j`).
    Joined,
}

/// How objects and lists are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Over several lines.
    Indented,
    /// On one line (`-c`).
    Compact,
}

/// Why a filter gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JqError {
    /// The filter does not parse, or names what is not known here.
    #[error("the filter `{0}` cannot be worked out")]
    Filter(String),
    /// The filter uses what loops, or reads more than its input.
    #[error("the filter uses `{0}`, which is not worked out")]
    Refused(String),
    /// The input is not JSON.
    #[error("the input of the filter is not JSON")]
    Input,
    /// The filter does not fit its input, as jq would say too.
    #[error("the filter `{0}` does not fit its input")]
    Unfit(String),
    /// It gives too much, or does not come to an end.
    #[error("the filter `{0}` does not come to an end")]
    Endless(String),
}

/// The filter of a literal `jq` command; nothing where it has other flags, files or no filter.
pub fn parse(call: &Call) -> Option<Filter> {
    if call.program()? != "jq" {
        return None;
    }
    let mut filter =
        Filter { text: String::new(), strings: Strings::Quoted, layout: Layout::Indented };
    let mut texts = Vec::new();
    for word in call.words.iter().skip(1) {
        let word = word.literal()?;
        match word.as_str() {
            "--raw-output" => filter.strings = Strings::Raw,
            "--join-output" => filter.strings = Strings::Joined,
            "--compact-output" => filter.layout = Layout::Compact,
            "--exit-status" | "--monochrome-output" => {}
            flags if flags.len() > 1 && flags.starts_with('-') => {
                for flag in flags.chars().skip(1) {
                    match flag {
                        'r' => filter.strings = Strings::Raw,
                        'j' => filter.strings = Strings::Joined,
                        'c' => filter.layout = Layout::Compact,
                        'e' | 'M' => {}
                        _ => return None,
                    }
                }
            }
            _ => texts.push(word),
        }
    }
    let [text] = <[String; 1]>::try_from(texts).ok()?;
    Some(Filter { text, ..filter })
}

/// What the filter prints, without the line break at its end, within `limit`.
pub async fn run_within(filter: Filter, input: String, limit: Duration) -> Result<String, JqError> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let text = filter.text.clone();
    // A thread of its own: one that never ends holds up neither the run nor its end.
    std::thread::spawn(move || {
        // Nobody waits any more where the time is up.
        let _ = sender.send(run(&filter, &input));
    });
    match tokio::time::timeout(limit, receiver).await {
        Ok(Ok(printed)) => printed,
        Ok(Err(_)) => Err(JqError::Unfit(text)),
        Err(_) => Err(JqError::Endless(text)),
    }
}

/// What the filter prints, without the line break at its end.
pub fn run(filter: &Filter, input: &str) -> Result<String, JqError> {
    let text = filter.text.as_str();
    if input.len() > BYTES || text.len() > FILTER {
        return Err(JqError::Endless(text.to_owned()));
    }
    permitted(text)?;
    let inputs: Vec<Val> =
        read::parse_many(input.as_bytes()).collect::<Result<_, _>>().map_err(|_| JqError::Input)?;
    let invalid = || JqError::Filter(text.to_owned());
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let arena = Arena::default();
    let modules = Loader::new(definitions)
        .load(&arena, File { code: text, path: () })
        .map_err(|_| invalid())?;
    let compiled =
        Compiler::default().with_funs(functions).compile(modules).map_err(|_| invalid())?;
    let mut printed = Vec::new();
    let mut outputs = 0;
    for input in inputs {
        let context = Ctx::<data::JustLut<Val>>::new(&compiled.lut, Vars::new([]));
        for output in compiled.id.run((context, input)).map(unwrap_valr) {
            let output = output.map_err(|_| JqError::Unfit(text.to_owned()))?;
            outputs += 1;
            print(filter, &output, &mut printed);
            if outputs > OUTPUTS || printed.len() > BYTES {
                return Err(JqError::Endless(text.to_owned()));
            }
        }
    }
    let printed = String::from_utf8(printed).map_err(|_| JqError::Unfit(text.to_owned()))?;
    Ok(printed.trim_end_matches('\n').to_owned())
}

fn print(filter: &Filter, value: &Val, printed: &mut Vec<u8>) {
    match value {
        Val::TStr(text) if filter.strings != Strings::Quoted => printed.extend_from_slice(text),
        value => {
            let indent = (filter.layout == Layout::Indented).then(|| "  ".to_owned());
            let sep_space = filter.layout == Layout::Indented;
            let style = write::Pp { indent, sep_space, ..write::Pp::default() };
            // Writing to memory cannot fail.
            let _ = write::write(printed, &style, 0, value);
        }
    }
    if filter.strings != Strings::Joined {
        printed.push(b'\n');
    }
}

/// What loops, ends the process, or reads something else than the input.
const REFUSED: [&str; 21] = [
    "def",
    "import",
    "include",
    "range",
    "repeat",
    "while",
    "until",
    "recurse",
    "recurse_down",
    "input",
    "inputs",
    "env",
    "halt",
    "halt_error",
    "debug",
    "stderr",
    "limit",
    "combinations",
    "walk",
    "now",
    "input_filename",
];
/// A number that can only stand for a very long text or list.
const LARGEST: f64 = 100_000.0;

/// Refuses by the words of the filter: a hostile one is turned down before it starts.
fn permitted(text: &str) -> Result<(), JqError> {
    let tokens = lex::Lexer::new(text).lex().map_err(|_| JqError::Filter(text.to_owned()))?;
    tokens.iter().try_for_each(permitted_token)
}

fn permitted_token(token: &lex::Token<&str>) -> Result<(), JqError> {
    let refuse = || Err(JqError::Refused(token.0.to_owned()));
    match &token.1 {
        lex::Tok::Word if REFUSED.contains(&token.0) => refuse(),
        lex::Tok::Var if token.0 == "$ENV" => refuse(),
        lex::Tok::Num if token.0.parse::<f64>().is_ok_and(|number| number > LARGEST) => refuse(),
        lex::Tok::Block(tokens) => tokens.iter().try_for_each(permitted_token),
        lex::Tok::Str(parts) => parts.iter().try_for_each(|part| match part {
            lex::StrPart::Term(token) => permitted_token(token),
            _ => Ok(()),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Hole, Part, Text};

    fn call(words: &[&str]) -> Call {
        Call { words: words.iter().map(|word| Text::from(*word)).collect(), ..Call::default() }
    }

    fn printed(words: &[&str], input: &str) -> Result<String, JqError> {
        run(&parse(&call(words)).unwrap(), input)
    }

    #[test]
    fn filters_print_what_jq_prints() {
        let input = r#"{"items":[{"spec":{"clusterIP":"10.0.0.7","ports":[{"name":"a","port":1}]}}],"n":1}"#;
        for (words, expected) in [
            (&["jq", "-r", ".items[0].spec.clusterIP"][..], "10.0.0.7"),
            (&["jq", ".items[0].spec.clusterIP"], "\"10.0.0.7\""),
            (&["jq", ".items[5].spec.clusterIP", "-r"], "null"),
            (&["jq", "-re", ".items[].spec.ports[] | select(.name == \"a\") | .port"], "1"),
            (&["jq", "-r", ".nothing // empty"], ""),
            (&["jq", "-c", ".items[0].spec.ports"], r#"[{"name":"a","port":1}]"#),
            (&["jq", ".items[0].spec.ports[0]"], "{\n  \"name\": \"a\",\n  \"port\": 1\n}"),
            (&["jq", "-j", ".items[0].spec.clusterIP, .n"], "10.0.0.71"),
            (&["jq", "--raw-output", "\"\\(.n)-\\(.items | length)\""], "1-1"),
            (&["jq", "-r", ".items | map(.spec.clusterIP) | join(\",\")"], "10.0.0.7"),
            (&["jq", "-r", ".items[0].spec | to_entries[0].key"], "clusterIP"),
        ] {
            assert_eq!(printed(words, input).as_deref(), Ok(expected), "{words:?}");
        }
    }

    #[test]
    fn what_is_no_filter_is_said_in_our_own_words() {
        for (filter, input, error) in [
            (".[", "{}", "the filter `.[` cannot be worked out"),
            ("nonsense", "{}", "the filter `nonsense` cannot be worked out"),
            (".a", "{", "the input of the filter is not JSON"),
            (".a", "<html>", "the input of the filter is not JSON"),
            (".a.b", r#"{"a":1}"#, "the filter `.a.b` does not fit its input"),
            ("env", "{}", "the filter uses `env`, which is not worked out"),
            ("$ENV.HOME", "{}", "the filter uses `$ENV`, which is not worked out"),
            ("[range(9)]", "{}", "the filter uses `range`, which is not worked out"),
            ("\"\\(halt)\"", "{}", "the filter uses `halt`, which is not worked out"),
            ("def f: f; f", "{}", "the filter uses `def`, which is not worked out"),
            (".[1000000000] = 1", "[]", "the filter uses `1000000000`, which is not worked out"),
        ] {
            assert_eq!(printed(&["jq", filter], input).unwrap_err().to_string(), error, "{filter}");
        }
    }

    #[test]
    fn other_commands_are_not_read_as_filters() {
        for words in [
            &["jq", ".a", "file.json"][..],
            &["jq"],
            &["jq", "-s", "."],
            &["jq", "--arg", "a", "b", "$a"],
            &["yq", ".a"],
        ] {
            assert_eq!(parse(&call(words)), None, "{words:?}");
        }
        let mut unbound = call(&["jq"]);
        unbound.words.push(Text::from(Part::Hole(Hole::Unbound("$F".into()))));
        assert_eq!(parse(&unbound), None);
    }

    #[tokio::test]
    async fn a_filter_that_does_not_end_is_given_up() {
        let text = "reduce (1,2,3) as $x (.; first(.. | select(false)))".to_owned();
        let filter = Filter { text, strings: Strings::Raw, layout: Layout::Compact };
        assert!(run_within(filter.clone(), "{}".to_owned(), Duration::from_secs(1)).await.is_ok());
        let many = Filter { text: ".[]".to_owned(), ..filter };
        let input = format!("[{}0]", "0,".repeat(2000));
        let error = run_within(many, input, Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(error, JqError::Endless(".[]".to_owned()));
    }
}
