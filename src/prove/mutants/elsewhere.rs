//! The right thing in the wrong place: another namespace, another mount, another path.

use super::super::deeds::container_beside;
use super::super::edit::{Line, by_one_letter, renamed};
use super::{Mutant, Rule, Site, names_of};
use crate::assertion::Assertion;
use crate::claim::Text;
use crate::text::ticked;

pub(super) const RULE: Rule = Rule {
    name: "elsewhere",
    doc: "the right thing in another namespace, at another mount or below another path",
    make,
};

/// The place that is made for it.
const BESIDE: &str = "labproof-beside";

fn make(site: &Site<'_>) -> Vec<Mutant> {
    let mut mutants: Vec<Mutant> = Vec::new();
    for claim in &site.claims {
        let subject = &claim.claim.subject;
        let own = match subject.kind {
            "kubernetes/object" | "kubernetes/helm-release" => namespace(site, claim),
            "vault/mount" | "vault/auth-mount" | "vault/audit-device" => engine(site, claim),
            // A mount that the step itself makes cannot be looked at before it.
            kind if kind.starts_with("vault/") && !site.makes_first(claim) => below(site, claim),
            _ => Vec::new(),
        };
        for mutant in own {
            if !mutants.iter().any(|other| other.script == mutant.script) {
                mutants.push(mutant);
            }
        }
    }
    mutants
}

/// In another namespace.
fn namespace(site: &Site<'_>, claim: &Assertion) -> Vec<Mutant> {
    let subject = &claim.claim.subject;
    let named = subject.param("namespace").and_then(Text::value);
    let cluster_wide =
        ["namespace/", "node/", "clusterrole", "persistentvolume/", "customresource"];
    let name = subject.name.value().unwrap_or_default();
    if cluster_wide.iter().any(|kind| name.starts_with(kind)) {
        return Vec::new();
    }
    let script = match &named {
        Some(namespace) => renamed_option(site, namespace),
        None => None,
    };
    let script = script.or_else(|| {
        let programs = ["kubectl", "oc", "helm"];
        let edits: Vec<_> = site
            .draft
            .commands
            .iter()
            .filter(|line| programs.contains(&line.program()) && !names_a_place(line))
            .filter_map(|line| {
                let program = line.words.first()?;
                let typed = site.draft.slice(&program.range);
                Some((program.range.clone(), format!("{typed} -n {BESIDE}")))
            })
            .collect();
        (!edits.is_empty()).then(|| site.draft.with(edits))
    });
    let Some(script) = script else { return Vec::new() };
    let what =
        format!("in another namespace than {}", ticked(named.as_deref().unwrap_or("its own")));
    let mut mutant = site.typed(RULE.name, what, script, names_of(claim));
    mutant.before.extend(container_beside(subject, BESIDE));
    vec![mutant]
}

/// The text with the namespace of its options replaced.
fn renamed_option(site: &Site<'_>, namespace: &str) -> Option<String> {
    let mut edits = Vec::new();
    for line in &site.draft.commands {
        for pair in line.words.windows(2) {
            let flag = pair[0].literal.as_deref().unwrap_or_default();
            if matches!(flag, "-n" | "--namespace") && pair[1].literal.as_deref() == Some(namespace)
            {
                edits.push((pair[1].range.clone(), BESIDE.to_owned()));
            }
        }
        for word in &line.words {
            let joined = [
                format!("--namespace={namespace}"),
                format!("-n={namespace}"),
                format!("-n{namespace}"),
            ];
            if word.literal.as_ref().is_some_and(|literal| joined.contains(literal)) {
                edits.push((word.range.clone(), format!("--namespace={BESIDE}")));
            }
        }
    }
    (!edits.is_empty()).then(|| site.draft.with(edits))
}

fn names_a_place(line: &Line) -> bool {
    line.arguments().iter().any(|word| {
        *word == "-n" || word.starts_with("--namespace") || word.starts_with("-n=") || *word == "-A"
    })
}

/// At another path than that of its type.
fn engine(site: &Site<'_>, claim: &Assertion) -> Vec<Mutant> {
    let name = claim.claim.subject.name.value().unwrap_or_default();
    let bare = name.trim_end_matches('/');
    let bare = bare.strip_prefix("auth/").unwrap_or(bare);
    let Some(wrong) = by_one_letter(bare) else { return Vec::new() };
    let line = site.draft.commands.iter().find(|line| {
        let arguments = line.arguments();
        line.program() == "vault"
            && matches!(arguments.as_slice(), ["secrets" | "auth" | "audit", "enable", ..])
            && !arguments.iter().any(|word| word.starts_with("-path") || word.starts_with("--path"))
            && arguments.last() == Some(&bare)
    });
    let Some(verb) = line.and_then(|line| line.words.get(2)) else { return Vec::new() };
    let typed = site.draft.slice(&verb.range);
    let script = site.draft.with(vec![(verb.range.clone(), format!("{typed} -path={wrong}"))]);
    let what = format!("at {} instead of {}", ticked(&wrong), ticked(bare));
    vec![site.typed(RULE.name, what, script, names_of(claim))]
}

/// At another mount, and below another path of the same.
fn below(site: &Site<'_>, claim: &Assertion) -> Vec<Mutant> {
    let subject = &claim.claim.subject;
    let name = subject.name.value().unwrap_or_default();
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let mut mutants = Vec::new();
    let [mount, between @ .., _] = parts.as_slice() else { return mutants };
    if matches!(*mount, "sys" | "auth" | "identity") {
        return mutants;
    }
    if let Some(script) = with_mount(site, mount) {
        let what = format!("at another mount than {}", ticked(mount));
        let mut mutant = site.typed(RULE.name, what, script, names_of(claim));
        // One like a mount that is not there yet cannot be made; the step then fails at the wrong one.
        if !site.makes_first(claim) {
            mutant.before.extend(container_beside(subject, BESIDE));
        }
        mutants.push(mutant);
    }
    if let Some((part, wrong)) = between.last().and_then(|part| Some((*part, by_one_letter(part)?)))
    {
        let (right, other) = (format!("{part}/"), format!("{wrong}/"));
        if site.draft.text().contains(&right) {
            let what = format!("below {} instead of {}", ticked(&other), ticked(&right));
            let script = site.draft.text().replace(&right, &other);
            mutants.push(site.typed(RULE.name, what, script, names_of(claim)));
        }
    }
    mutants
}

/// The text with a mount replaced, where it begins a path or stands alone behind `-mount`.
fn with_mount(site: &Site<'_>, mount: &str) -> Option<String> {
    let mut edits = Vec::new();
    let vault = |line: &&Line| line.program() == "vault";
    for word in site.draft.commands.iter().filter(vault).flat_map(|line| &line.words) {
        let literal = word.literal.as_deref().unwrap_or_default();
        let begins = literal.strip_prefix(mount).is_some_and(|rest| rest.starts_with('/'));
        if begins || literal == format!("-mount={mount}") || literal == mount {
            let typed = site.draft.slice(&word.range);
            edits.push((word.range.clone(), renamed(typed, mount, BESIDE)?));
        }
    }
    (!edits.is_empty()).then(|| site.draft.with(edits))
}
