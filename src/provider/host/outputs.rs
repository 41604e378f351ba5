//! Files that commands of other systems make: packages, dumps, keys, downloads and what is unpacked. None is claimed;
//! whether such a file is there is open from then on. Pure.

use super::file::ID;
use super::infer::{Scene, present};
use crate::claim::{Claim, Expectation, Hole, Part, Subject, Text, Verb};
use crate::provider::{Call, Story};

/// Programs with the options behind which the file stands that they write.
const OPTIONS: &[(&str, &[&str])] = &[
    ("curl", &["-o", "--output"]),
    ("wget", &["-O", "--output-document"]),
    ("openssl", &["-out", "-keyout"]),
    ("ssh-keygen", &["-f"]),
    ("pg_dump", &["-f", "--file"]),
    ("pg_dumpall", &["-f", "--file"]),
    ("pg_basebackup", &["-D", "--pgdata"]),
    ("docker", &["-o", "--output"]),
    ("podman", &["-o", "--output"]),
    ("gpg", &["-o", "--output"]),
    ("base64", &["-o"]),
    ("jq", &["-o"]),
    ("helm", &["--output-dir"]),
    ("terraform", &["-out"]),
];

/// Programs that lay down what has no name in their words, wherever they are run or told to.
const MAKERS: &[&str] = &[
    "tar",
    "unzip",
    "gunzip",
    "gzip",
    "bunzip2",
    "xz",
    "unxz",
    "7z",
    "git",
    "wget",
    "make",
    "npm",
    "mvn",
    "gradle",
    "go",
    "cargo",
    "terraform",
    "ansible-playbook",
    "vagrant",
    "split",
    "csplit",
];

/// What a command leaves open.
pub(super) fn opened(call: &Call, story: &Story) -> Vec<Claim> {
    let scene = Scene::new(call, story);
    let open = |subject: Subject| {
        // What is there stays there, with something else in it.
        let known = story.last(ID, |claim| claim.subject == subject);
        let there = known.is_some_and(|claim| matches!(claim.expectation, Expectation::Present(_)));
        let expectation = if there { present(Vec::new()) } else { Expectation::Absent };
        Claim::new(subject, expectation, Verb::Disturb).leniently(!there)
    };
    let mut names = named(call);
    names.extend(packaged(call));
    let mut subjects: Vec<_> = names.iter().map(|name| scene.named(name)).collect();
    if makes_more(call) {
        for claim in &story.claims {
            let subject = &claim.subject;
            let here = subject.kind == ID
                && subject.param("host").map(Text::shown) == call.host
                && claim.expectation == Expectation::Absent;
            if here && !subjects.contains(subject) && lies_in(call, &subject.name.shown()) {
                subjects.push(subject.clone());
            }
        }
    }
    subjects.into_iter().map(open).collect()
}

/// The files that its options name, or its address.
fn named(call: &Call) -> Vec<Text> {
    let program = call.program().unwrap_or_default();
    let Some((_, options)) = OPTIONS.iter().find(|(name, _)| *name == program) else {
        return archived(call).into_iter().collect();
    };
    let mut names = Vec::new();
    // `-sLo FILE`, as short options are written together.
    let short = match program.as_str() {
        "curl" => Some('o'),
        "wget" => Some('O'),
        _ => None,
    };
    let is = |word: &Text| {
        word.literal().is_some_and(|word| {
            let together = word.starts_with('-') && !word.starts_with("--");
            options.contains(&word.as_str())
                || together && short.is_some_and(|short| word.ends_with(short))
        })
    };
    names.extend(call.words.windows(2).filter(|pair| is(&pair[0])).map(|pair| pair[1].clone()));
    for word in call.words.iter().filter_map(Text::literal) {
        let value = word.split_once('=').filter(|(name, _)| options.contains(name));
        names.extend(value.map(|(_, value)| Text::from(value)));
    }
    if program == "ssh-keygen" {
        let public: Vec<Text> = names.iter().map(|name| name.suffixed(".pub")).collect();
        names.extend(public);
    }
    let remote = |word: &str| {
        word == "--remote-name"
            || word.starts_with('-') && !word.starts_with("--") && word.contains('O')
    };
    let saves = match program.as_str() {
        "curl" => call.words.iter().filter_map(Text::literal).any(|word| remote(&word)),
        "wget" => names.is_empty(),
        _ => false,
    };
    if saves {
        let last = |word: &str| Some(word.split_once("://")?.1.rsplit_once('/')?.1.to_owned());
        let found = call.words.iter().filter_map(Text::literal).filter_map(|word| last(&word));
        names.extend(found.filter(|name| !name.is_empty()).map(Text::from));
    }
    names.retain(|name| name.literal().is_none_or(|name| name != "-" && name != "/dev/null"));
    names
}

/// The archive that `tar` makes.
fn archived(call: &Call) -> Option<Text> {
    let letters = call.words.get(1)?.literal()?;
    let plain = letters.trim_start_matches('-');
    let makes = call.program()? == "tar" && !letters.starts_with("--") && plain.contains('c');
    (makes && plain.ends_with('f')).then(|| call.words.get(2).cloned()).flatten()
}

/// The package that `helm` makes or fetches, whose version the text does not say.
fn packaged(call: &Call) -> Option<Text> {
    let words: Vec<String> = call.words.iter().skip(1).map(Text::shown).collect();
    let verb = words.iter().position(|word| !word.starts_with('-'))?;
    let chart = words[verb + 1..].iter().find(|word| !word.starts_with('-'))?;
    if call.program()? != "helm" {
        return None;
    }
    let unknown = || Part::Hole(Hole::Unbound("…".to_owned()));
    let name = chart.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    match words[verb].as_str() {
        "pull" | "fetch" | "package" if matches!(name, "." | "..") => {
            let mut whole = Text::from(unknown());
            whole.extend(&Text::from(".tgz"));
            Some(whole)
        }
        "pull" | "fetch" | "package" => {
            let mut whole = Text::from(format!("{name}-").as_str());
            whole.push(unknown());
            whole.extend(&Text::from(".tgz"));
            Some(whole)
        }
        "create" => Some(Text::from(chart.trim_end_matches('/'))),
        _ => None,
    }
}

/// Whether it may make files that its words do not name.
fn makes_more(call: &Call) -> bool {
    let program = call.program().unwrap_or_default();
    let script = call.words.first().and_then(Text::literal).is_some_and(|word| word.contains("./"));
    let has = |one: &str| call.words.iter().any(|word| word.literal().as_deref() == Some(one));
    MAKERS.contains(&program.as_str())
        || script
        || matches!(program.as_str(), "docker" | "podman" | "kubectl" | "oc") && has("cp")
        || program == "helm" && (has("package") || has("pull") || has("fetch") || has("dependency"))
}

/// Whether a file lies where a command may put one: below its directory, or below one that it names.
fn lies_in(call: &Call, path: &str) -> bool {
    let below = |holder: &str| {
        path.strip_prefix(holder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let own = match &call.directory {
        None => !path.starts_with(['/', '~']),
        Some(directory) => below(&directory.shown()),
    };
    own || call.words.iter().skip(1).any(|word| below(&call.path(word).shown()))
}
