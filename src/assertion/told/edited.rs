//! Files that the prose has the learner change by hand: "edit `web.yaml`", "add the line to `policy.hcl`". Only takes away
//! what is known of them.

use crate::challenge::Challenge;
use crate::source::Span;

use super::languages::EDITS;
use super::{any, lines_of_prose, normal, sentences};

/// Programs that are opened on a file.
const EDITORS: &[&str] =
    &["vi", "vim", "nvim", "nano", "emacs", "code", "gedit", "pico", "notepad", "subl"];

/// What stands between the verb and a file that is only used.
const USES: &[&str] =
    &[" apply", " run ", " create ", " use ", " using ", " execute ", " with ", " load ", " from "];

/// For each step, the files that the prose before it has changed, as the prose names them: behind the last fence that
/// shows one.
pub(in super::super) fn files(challenge: &Challenge) -> Vec<Vec<String>> {
    let source = &challenge.seen;
    let mut edited = Vec::new();
    let mut start = 0;
    for step in &challenge.steps {
        let from = step.shown.last().map_or(start, |shown| shown.span.end.max(start));
        let prose = source.slice(Span::new(from.min(step.span.start), step.span.start));
        edited.push(named(prose));
        start = step.span.end;
    }
    edited
}

/// The files that a stretch of prose has changed.
fn named(prose: &str) -> Vec<String> {
    let mut found = Vec::new();
    for sentence in lines_of_prose(prose).flat_map(sentences) {
        in_sentence(sentence, &mut found);
    }
    found
}

fn in_sentence(sentence: &str, found: &mut Vec<String>) {
    let parts: Vec<&str> = sentence.split('`').collect();
    for code in parts.iter().skip(1).step_by(2) {
        let words: Vec<&str> = code.split_whitespace().filter(|word| *word != "sudo").collect();
        if let [editor, .., file] = words.as_slice()
            && EDITORS.contains(editor)
        {
            found.push((*file).to_owned());
        }
    }
    let mut at = 0;
    for (index, part) in parts.iter().enumerate() {
        let code = index % 2 == 1;
        // A file in a command is given to it.
        if !(code && part.trim().contains(' ')) {
            let names =
                part.split(|c: char| c.is_whitespace() || "*\"'()[],:，、「」（）".contains(c));
            for name in names.map(|name| name.trim_end_matches('.')).filter(|name| is_file(name)) {
                let before = at + part.find(name).unwrap_or_default();
                if is_edited(&sentence[..before], &sentence[before..]) {
                    found.push(name.to_owned());
                }
            }
        }
        at += part.len() + 1;
    }
}

/// Whether a file is changed, by what stands before and behind its name: some languages put the verb last.
fn is_edited(before: &str, behind: &str) -> bool {
    let (before, behind) = (normal(before), normal(behind));
    let last = EDITS.iter().filter_map(|verb| Some(before.rfind(verb)? + verb.len() - 1)).max();
    if last.and_then(|end| before.get(end..)).is_some_and(|between| !any(between, USES)) {
        return true;
    }
    EDITS.iter().filter(|verb| !verb.is_ascii() || verb.ends_with("editor")).any(|verb| {
        let last = !verb.starts_with(' ') || verb.ends_with("editor");
        last && behind.contains(verb)
    })
}

/// A name with an ending, or a path.
fn is_file(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty()
            && (1..=5).contains(&ending.len())
            && ending.chars().all(|letter| letter.is_ascii_alphanumeric())
            && ending.chars().any(|letter| letter.is_ascii_alphabetic())
    }) && !word.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_changes_the_files_that_it_names() {
        for (prose, files) in [
            ("Edit `configmap.yaml` and set the key.", &["configmap.yaml"][..]),
            ("Now open the file app/policy.hcl in your editor.", &["app/policy.hcl"]),
            ("Change `read` to `update` in `policy.hcl`:", &["policy.hcl"]),
            ("Add the following line to init.sql.", &["init.sql"]),
            ("Use `sudo vi /etc/web.conf`.", &["/etc/web.conf"]),
            ("Edita el archivo `web.yaml`.", &["web.yaml"]),
            ("Modifiez le fichier web.yaml:", &["web.yaml"]),
            ("Bearbeiten Sie `web.yaml`.", &["web.yaml"]),
            ("`web.yaml` を編集します。", &["web.yaml"]),
            ("Apply `web.yaml`.", &[]),
            ("Have a look at `web.yaml`:", &[]),
            ("```\nedit web.yaml\n```", &[]),
        ] {
            assert_eq!(named(prose), files, "{prose}");
        }
    }
}
