//! Scripts that the text writes into a file and then runs: `./setup.sh`, `bash setup.sh`, `source setup.sh`.

use super::Scope;
use crate::challenge::{self, Command, Word};
use crate::claim::Text;
use crate::provider;

impl Scope<'_> {
    /// The commands of the file that a command runs, where the text has written all of it and gives it no arguments.
    pub(in super::super) fn script(&mut self, command: &Command) -> Option<Vec<Command>> {
        if self.shell().is_inside() {
            return None;
        }
        let words: Option<Vec<String>> = command.words.iter().map(Word::literal).collect();
        let words = words?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let words = words.strip_prefix(&["sudo"]).unwrap_or(&words);
        let (file, own_shell) = match words {
            ["source" | ".", file] => (*file, false),
            ["bash" | "sh" | "zsh" | "/bin/bash" | "/bin/sh", flags @ .., file]
                if flags
                    .iter()
                    .all(|flag| matches!(*flag, "-x" | "-e" | "-ex" | "-eu" | "-xe")) =>
            {
                (*file, true)
            }
            [file] if file.starts_with(['.', '/', '~']) && file.len() > 1 => (*file, true),
            _ => return None,
        };
        let path = provider::place::resolved(self.shell().directory(), &Text::from(file)).shown();
        let text = self.files.get(&self.host)?.text(&path)?.literal()?;
        challenge::script(&text, command.span, own_shell)
    }
}
