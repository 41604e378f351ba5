//! Files that the text shows in full: a `yaml` fence under "create `web.yaml`", which a later `-f web.yaml` uses.
//! Only what is certain: a fence that may be a part of a file, or of another one, is none.

use super::fence::Fence;
use super::{Shown, Tab};

/// Languages of files, and the endings that their names have.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("yaml", &["yaml", "yml"]),
    ("yml", &["yaml", "yml"]),
    ("json", &["json"]),
    ("hcl", &["hcl", "tf", "nomad"]),
    ("terraform", &["tf", "hcl"]),
    ("tf", &["tf", "hcl"]),
    ("sql", &["sql"]),
    ("toml", &["toml"]),
];

/// Prose that says that what follows is a whole file.
const WHOLE: &[&str] =
    &["create", "creating", "save", "saved", "new file", "named", "called", "contents", "content"];

/// Prose that says, or may say, that it is a part of one, or what one looks like elsewhere.
const PART: &[&str] = &[
    "add ",
    "adding",
    "append",
    "chang",
    "replac",
    "edit",
    "modif",
    "updat",
    "insert",
    "section",
    "snippet",
    "similar",
    "example",
    "excerpt",
    "partial",
    "look like",
    "looks like",
    "part of",
    "output",
    "line ",
    "lines",
    "already",
    "previous",
    "don't",
    "do not",
    "instead",
    "block",
    "stanza",
    "remove",
    "delet",
];

/// The file that a fence is; `prose` is what stands before it.
pub(super) fn file(fence: &Fence, prose: &str) -> Option<Shown> {
    let mut words = fence.info.text.split([',', ' ', '\t', '{', '}']);
    let language = words.find(|word| !word.is_empty())?.to_ascii_lowercase();
    let (_, endings) = LANGUAGES.iter().find(|(name, _)| *name == language)?;
    let text = fence.text.text.as_str();
    let elided =
        |line: &str| matches!(line.trim().trim_start_matches(['#', '/', '-', ' ']), "..." | "…");
    let paragraph = last_paragraph(prose);
    let folded = paragraph.to_lowercase();
    if text.lines().any(elided) || PART.iter().any(|part| folded.contains(part)) {
        return None;
    }
    let name =
        titled(&fence.info.text, endings).or_else(|| commented(text, endings)).or_else(|| {
            named(paragraph, endings).filter(|_| WHOLE.iter().any(|word| folded.contains(word)))
        })?;
    Some(Shown { name, text: text.to_owned(), span: fence.span })
}

/// What stands behind the last blank line.
fn last_paragraph(prose: &str) -> &str {
    let prose = prose.trim_end();
    let mut start = 0;
    let mut at = 0;
    for line in prose.split_inclusive('\n') {
        at += line.len();
        if line.trim().is_empty() {
            start = at;
        }
    }
    &prose[start..]
}

/// `title="web.yaml"` in the opening line.
fn titled(info: &str, endings: &[&str]) -> Option<String> {
    let keys = ["title=", "filename=", "file="];
    let (_, rest) = keys.iter().find_map(|key| info.split_once(key))?;
    let value = rest.trim_start_matches(['"', '\'']);
    let end = value.find(['"', '\'', ' ', ',', '}']).unwrap_or(value.len());
    Some(value[..end].to_owned()).filter(|name| is_file(name, endings))
}

/// `# web.yaml` as the first line.
fn commented(text: &str, endings: &[&str]) -> Option<String> {
    let line = text.lines().next()?.trim();
    let comment = ["#", "//", "--"].iter().find_map(|mark| line.strip_prefix(mark))?.trim();
    let lower = comment.to_lowercase();
    let label =
        ["file name:", "filename:", "file:"].iter().find(|label| lower.starts_with(**label));
    let name = comment[label.map_or(0, |label| label.len())..].trim().trim_matches('`');
    Some(name.to_owned()).filter(|name| is_file(name, endings))
}

/// The one file that a paragraph names in inline code or as a link's text.
fn named(paragraph: &str, endings: &[&str]) -> Option<String> {
    let code = paragraph.split('`').skip(1).step_by(2);
    let links = paragraph.match_indices("](").filter_map(|(at, _)| {
        let before = &paragraph[..at];
        Some(before[before.rfind('[')? + 1..].trim_matches('`'))
    });
    let mut names: Vec<&str> = code.chain(links).filter(|name| has_ending(name)).collect();
    names.dedup();
    match names.as_slice() {
        [only] if is_file(only, endings) => Some((*only).to_owned()),
        _ => None,
    }
}

/// Whether it looks like a file's name: `web.yaml`, `./a/b.conf`.
fn has_ending(name: &str) -> bool {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/~".contains(&byte));
    plain
        && name.rsplit('/').next().unwrap_or_default().rsplit_once('.').is_some_and(
            |(stem, ending)| {
                !stem.is_empty()
                    && (1..=5).contains(&ending.len())
                    && !ending.bytes().all(|b| b.is_ascii_digit())
            },
        )
}

fn is_file(name: &str, endings: &[&str]) -> bool {
    has_ending(name) && endings.iter().any(|ending| name.ends_with(&format!(".{ending}")))
}

/// The terminals of a challenge, and the buttons of its text that go to them.
pub(super) struct Terminals {
    tabs: Vec<usize>,
    /// Where each stands, and the tab that it goes to.
    buttons: Vec<(usize, usize)>,
}

impl Terminals {
    pub(super) fn of(text: &str, tabs: &[Tab]) -> Self {
        let is_terminal = |index: &usize| tabs.get(*index).is_some_and(Tab::is_terminal);
        let buttons = text.match_indices("](tab-").filter_map(|(place, mark)| {
            let rest = &text[place + mark.len()..];
            let length = rest.bytes().take(4).position(|byte| byte == b')')?;
            Some((place, rest[..length].parse().ok()?))
        });
        let buttons = buttons.filter(|(_, number)| is_terminal(number)).collect();
        Self { tabs: (0..tabs.len()).filter(is_terminal).collect(), buttons }
    }

    /// The terminal that commands at `at` are typed into, by the buttons before them. Where the text has no
    /// buttons for terminals, it is the only terminal there is.
    pub(super) fn at(&self, at: usize) -> Option<usize> {
        let before = self.buttons.partition_point(|(place, _)| *place < at);
        match (before.checked_sub(1), self.tabs.as_slice()) {
            (Some(last), _) => Some(self.buttons[last].1),
            (None, [only]) => Some(*only),
            (None, [first, ..]) if !self.buttons.is_empty() => Some(*first),
            (None, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::challenge::parse;
    use crate::source::Source;

    fn shown(before: &str, info: &str, body: &str) -> String {
        let text =
            format!("{before}\n\n```{info}\n{body}\n```\n\n```bash\nkubectl apply -f x\n```\n");
        let challenge = parse(Source::new("a.md", text));
        let names = challenge.steps[0].shown.iter().map(|shown| shown.name.clone());
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_fence_is_a_file_where_the_text_says_so() {
        for (before, info, body, name) in [
            ("Create `web.yaml`:", "yaml", "a: b", "web.yaml"),
            ("Create a file named [web.yml](tab-1) with this content:", "yaml", "a: b", "web.yml"),
            ("Save this as `./k8s/web.yaml`.", "yaml,nocopy", "a: b", "./k8s/web.yaml"),
            ("Create `q.sql`:", "sql", "select 1", "q.sql"),
            ("Here it is:", "yaml", "# web.yaml\na: b", "web.yaml"),
            ("Here it is:", "hcl", "# File: web.hcl\na = b", "web.hcl"),
            ("Here it is:", "yaml title=\"web.yaml\"", "a: b", "web.yaml"),
            // A part, another file, or none.
            ("Here is `web.yaml`:", "yaml", "a: b", ""),
            ("Create `web.yaml` like `old.yaml`:", "yaml", "a: b", ""),
            ("Create `web.yaml` and add this section:", "yaml", "a: b", ""),
            ("Change `web.yaml` to:", "yaml", "a: b", ""),
            ("Create `web.yaml`:", "yaml", "a: b\n...\nc: d", ""),
            ("Create `web.yaml`:", "json", "{}", ""),
            ("Create `web.yaml`.\n\nThen look at this:", "yaml", "a: b", ""),
            ("Run `kubectl apply -f web.yaml` to create it:", "yaml", "a: b", ""),
            ("The output of the new file's contents:", "yaml", "# web.yaml\na: b", ""),
            ("It is:", "yaml", "# the web server\na: b", ""),
        ] {
            assert_eq!(shown(before, info, body), name, "{before} {info} {body}");
        }
    }

    fn terminals(body: &str) -> Vec<Option<usize>> {
        let text = format!(
            "---\nslug: x\ntype: challenge\ntitle: X\ntabs:\n- title: A\n  type: terminal\n  hostname: a\n\
             - title: Code\n  type: code\n  hostname: a\n- title: B\n  type: terminal\n  hostname: b\n---\n{body}"
        );
        let challenge = parse(Source::new("a.md", text));
        challenge.steps.iter().map(|step| step.terminal).collect()
    }

    #[test]
    fn commands_are_typed_into_the_tab_of_the_button_before_them() {
        let fence = "\n```bash\ntouch f\n```\n";
        assert_eq!(terminals(fence), [None]);
        let go = |number: usize| format!("\nGo to [button label=\"X\"](tab-{number}).\n");
        let body = format!("{fence}{}{fence}{}{fence}{}{fence}", go(2), go(1), go(0));
        assert_eq!(terminals(&body), [Some(0), Some(2), Some(2), Some(0)]);
    }
}
