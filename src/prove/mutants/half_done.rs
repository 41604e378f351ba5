//! Only a part of the step is done: some of its commands, or a command without one of its values.

use super::super::edit::{Draft, Line};
use super::{Mutant, Rule, Site, names_of};
use crate::text::{count, one_line, ticked};

pub(super) const RULE: Rule = Rule {
    name: "half-done",
    doc: "only some of the step's commands are typed, or a command without one of its values",
    make,
};

fn make(site: &Site<'_>) -> Vec<Mutant> {
    let names: Vec<String> = site.claims.iter().flat_map(|claim| names_of(claim)).collect();
    let mut mutants = Vec::new();
    let starts: Vec<&Line> = site.draft.commands.iter().filter(|line| line.starts).collect();
    if starts.len() > 1 {
        // From the command on, whatever hangs on it and whatever it reads.
        let at = starts[starts.len() / 2].range.start;
        let first = site.draft.text()[..at].trim_end().to_owned();
        let what = match starts.len() - starts.len() / 2 {
            1 => "without the last command".to_owned(),
            more => format!("without the last {}", count(more, "command")),
        };
        mutants.push(site.typed(RULE.name, what, first, names.clone()));
        let claiming = |line: &&&Line| site.claims.iter().any(|claim| claim.span == line.span);
        if let Some(line) = starts.iter().find(claiming)
            && let Some(next) = starts.iter().find(|other| other.range.start > line.range.start)
        {
            let rest = site.draft.with(vec![(line.range.start..next.range.start, String::new())]);
            let what = format!("without {}", ticked(&one_line(site.draft.slice(&line.range), 32)));
            mutants.push(site.typed(RULE.name, what, rest, names.clone()));
        }
    }
    mutants.extend(without_a_value(site));
    mutants.extend(without_a_statement(site, &names));
    mutants.extend(without_an_order(site, &names));
    mutants.extend(without_a_row(site, &names));
    mutants
}

/// A client that is given several orders, without one of them.
fn without_an_order(site: &Site<'_>, names: &[String]) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for line in site.draft.commands.iter().filter(|line| line.program() == "psql") {
        let given = line.words.windows(2);
        let given = given.filter(|pair| pair[0].literal.as_deref() == Some("-c"));
        let orders: Vec<_> = given.map(|pair| pair[0].range.start..pair[1].range.end).collect();
        for order in orders.iter().filter(|_| orders.len() > 1) {
            let start = leading_blanks(&site.draft, order.start);
            let script = site.draft.with(vec![(start..order.end, String::new())]);
            let typed = one_line(site.draft.slice(order), 32);
            let what = format!("without {}", ticked(&typed));
            mutants.push(site.typed(RULE.name, what, script, names.to_vec()));
        }
    }
    mutants
}

/// An `INSERT` of several rows, without the last of them.
fn without_a_row(site: &Site<'_>, names: &[String]) -> Option<Mutant> {
    let text = site.draft.text();
    let values = text.to_uppercase().find("VALUES")?;
    let between = values + text.get(values..)?.rfind("), (")?;
    let end = between + 1 + text[between + 1..].find(')')?;
    let script = format!("{}{}", &text[..=between], &text[end + 1..]);
    Some(site.typed(RULE.name, "without the last row".to_owned(), script, names.to_vec()))
}

/// Without the last `key=value` that is claimed.
fn without_a_value(site: &Site<'_>) -> Option<Mutant> {
    for claim in site.claims.iter().rev() {
        let fields: Vec<&str> = claim
            .claim
            .expectation
            .fields()
            .iter()
            .map(|field| field.path.rsplit('.').next().unwrap_or(&field.path))
            .collect();
        let line = site.draft.commands.iter().find(|line| line.span == claim.span)?;
        let key = |word: &str| {
            word.split_once('=').map(|(key, _)| key.trim_start_matches('-').to_owned())
        };
        let values: Vec<_> = line
            .words
            .iter()
            .filter_map(|word| Some((word, key(site.draft.slice(&word.range))?)))
            .collect();
        // A command of one value has nothing left to be half of.
        if values.len() < 2 {
            continue;
        }
        if let Some((word, key)) =
            values.iter().rev().find(|(_, key)| fields.contains(&key.as_str()))
        {
            let blanks = leading_blanks(&site.draft, word.range.start);
            let script = site.draft.with(vec![(blanks..word.range.end, String::new())]);
            let what = format!("without {}", ticked(key));
            let mut names = names_of(claim);
            names.push(key.clone());
            return Some(site.typed(RULE.name, what, script, names));
        }
    }
    None
}

/// Where the blanks before a word begin, with a continued line among them.
fn leading_blanks(draft: &Draft<'_>, start: usize) -> usize {
    draft.text()[..start].trim_end_matches([' ', '\t', '\n', '\\']).len()
}

/// A heredoc without its last statement or its last block.
fn without_a_statement(site: &Site<'_>, names: &[String]) -> Option<Mutant> {
    let text = site.draft.text();
    let lines: Vec<&str> = text.lines().collect();
    let opening = lines.iter().position(|line| line.contains("<<"))?;
    let mark = lines[opening].split("<<").nth(1)?;
    let mark = mark.trim_start_matches('-').trim().split([' ', '|', '>', ';']).next()?;
    let mark = mark.trim_matches(['\'', '"']);
    let end = opening
        + lines[opening..].iter().position(|line| line.trim() == mark && !mark.is_empty())?;
    let body = &lines[opening + 1..end];
    let ends = |by: &str| body.iter().filter(|line| line.trim_end().ends_with(by)).count() > 1;
    let (begin, what) = if ends(";") {
        // The last statement begins behind the end of the one before it.
        let before = body[..body.len() - 1].iter();
        (before.into_iter().rposition(|line| line.trim_end().ends_with(';'))? + 1, "statement")
    } else {
        let blocks = body.iter().filter(|line| line.starts_with("path ")).count();
        let last = body.iter().rposition(|line| line.starts_with("path "));
        (last.filter(|_| blocks > 1)?, "block")
    };
    let kept = lines[..opening + 1 + begin].iter().chain(&lines[end..]);
    let script = kept.copied().collect::<Vec<_>>().join("\n") + "\n";
    Some(site.typed(RULE.name, format!("without the last {what}"), script, names.to_vec()))
}
