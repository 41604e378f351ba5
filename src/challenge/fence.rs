//! A fence of the body, and what its opening line says of it. Does not find fences (see `markdown`) and
//! does not read commands (see `step`).

use super::mapped::Mapped;
use crate::source::Span;

/// A fence.
#[derive(Clone, Debug)]
pub(super) struct Fence {
    /// The fence, its opening and closing lines included.
    pub(super) span: Span,
    /// What follows the backticks, trimmed.
    pub(super) info: Info,
    /// What stands between the lines.
    pub(super) text: Mapped,
}

/// What follows the backticks of the opening line.
#[derive(Clone, Debug, Default)]
pub(super) struct Info {
    /// As written, trimmed.
    pub(super) text: String,
    /// Where it stands.
    pub(super) span: Span,
}

/// What an opening line makes of a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// None is named: three quarters of these are shell.
    Unnamed,
    /// A shell is named.
    Shell,
    /// A terminal session: prompts, commands and what they print.
    Console,
    /// Something else is named.
    Other,
    /// A command stands where a language should.
    Command,
}

/// Words of an opening line that name no language.
// `plain` is what Killercoda's editor calls every fence.
const FLAGS: &[&str] =
    &["run", "copy", "nocopy", "wrap", "nowrap", "line-numbers", "noselect", "plain"];
const SHELLS: &[&str] = &["bash", "sh", "shell", "zsh", "shell-script", "shellscript"];
const CONSOLES: &[&str] = &["console", "shell-session", "sh-session", "terminal", "bash-session"];

impl Info {
    /// The language, by the first word that is no flag; flags stand before and after it, after commas
    /// or blanks.
    pub(super) fn language(&self) -> Language {
        let mut words = self
            .text
            .split([',', ' ', '\t', '{', '}'])
            .filter(|word| !word.is_empty() && !word.contains('='))
            .filter(|word| !FLAGS.contains(&word.to_ascii_lowercase().as_str()));
        let Some(first) = words.next() else { return Language::Unnamed };
        let name = first.trim_start_matches('.').to_ascii_lowercase();
        if SHELLS.contains(&name.as_str()) {
            Language::Shell
        } else if CONSOLES.contains(&name.as_str()) {
            Language::Console
        } else if self.is_command(first) {
            Language::Command
        } else {
            Language::Other
        }
    }

    /// A known program with arguments: `vault status`, and not `bash -c` nor `python title=x`.
    fn is_command(&self, first: &str) -> bool {
        let (start, rest) = self.text.split_once([' ', '\t']).unwrap_or((&self.text, ""));
        start == first
            && !rest.trim().is_empty()
            && super::plausible::is_known(first)
            && !super::plausible::is_language(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_that_is_no_flag_names_the_language() {
        for (text, wanted) in [
            ("", Language::Unnamed),
            ("run", Language::Unnamed),
            ("nocopy", Language::Unnamed),
            ("plain", Language::Unnamed),
            (",run", Language::Unnamed),
            ("bash", Language::Shell),
            ("bash,run", Language::Shell),
            ("run,bash", Language::Shell),
            ("Bash, run", Language::Shell),
            ("sh wrap", Language::Shell),
            ("console", Language::Console),
            ("yaml", Language::Other),
            ("json,nocopy", Language::Other),
            ("text", Language::Other),
            ("python title=\"x\"", Language::Other),
            ("vault", Language::Other),
            ("vault status", Language::Command),
            ("kubectl get pods -A", Language::Command),
        ] {
            let info = Info { text: text.to_owned(), span: Span::default() };
            assert_eq!(info.language(), wanted, "{text}");
        }
    }
}
