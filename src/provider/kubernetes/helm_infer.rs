//! What a helm command claims of releases, or why it claims nothing.

use super::helm_cli::Line;
use super::helm_former;
use super::helm_release::ID;
use super::helm_values::{chart_fields, exact, values};
use super::infer::{Place, Understood, of_a_release};
use super::oc;
use crate::claim::{Claim, Expectation, Field, Meaning, Subject, Text, Verb};
use crate::provider::{Call, Reading, Story, Unseen};

/// Flags that may name another cluster than the current context's.
const ELSEWHERE: [&str; 4] = ["kube-context", "kubeconfig", "kube-apiserver", "kube-token"];

/// Verbs that only look, or only print.
const READING: [&str; 18] = [
    "",
    // What completion asks for.
    "__complete",
    "__completeNoDesc",
    "completion",
    "env",
    "help",
    "history",
    "hist",
    "get",
    "inspect",
    "lint",
    "list",
    "ls",
    "search",
    "show",
    "status",
    "template",
    "version",
];

/// Verbs that look at releases.
const LOOKING: [&str; 6] = ["list", "ls", "status", "history", "hist", "get"];

/// Verbs that make files of whoever runs them, or change helm's settings.
const SETTINGS: [&str; 8] =
    ["create", "dep", "dependency", "fetch", "package", "plugin", "pull", "registry"];

/// Reads a command.
pub(super) fn understand(call: &Call, story: &Story) -> Understood {
    if call.program().as_deref() != Some("helm") {
        return Err(Reading::Reads);
    }
    let line = Line::parse(call).map_err(Reading::NotUnderstood)?;
    if line.has("help") || line.is_dry() {
        return Err(Reading::Reads);
    }
    let verb = line.word(0);
    let own = ["KUBECONFIG", "HELM_KUBECONTEXT", "HELM_KUBEAPISERVER"];
    let elsewhere = ELSEWHERE.iter().any(|flag| line.flag(flag).is_some())
        || call.own.iter().any(|(name, _)| own.contains(&name.as_str()));
    if helm_former::is_former(&line, call) {
        let releases = helm_former::kept_elsewhere(story);
        return if releases.is_empty() {
            oc::not_observable(Unseen::OtherEdition)
        } else {
            Ok(releases)
        };
    }
    let former = helm_former::is_spoken(story);
    match verb.as_str() {
        verb if former && LOOKING.contains(&verb) => Err(Reading::Reads),
        "install" | "upgrade" | "rollback" | "uninstall" | "delete" | "del" | "un" if former => {
            oc::not_observable(Unseen::OtherEdition)
        }
        verb if LOOKING.contains(&verb) && !elsewhere => looked(&line, call, story),
        verb if READING.contains(&verb) || verb == "verify" => Err(Reading::Reads),
        "repo" | "plugin" | "dependency" | "dep" if is_list(&line.word(1)) => Err(Reading::Reads),
        "repo" => oc::not_observable(Unseen::OwnSettings),
        verb if SETTINGS.contains(&verb) => oc::not_observable(Unseen::OwnSettings),
        _ if elsewhere || verb == "push" => oc::not_observable(Unseen::Elsewhere),
        "test" => oc::not_observable(Unseen::ShortLived),
        _ if keeps_elsewhere(call) => oc::not_observable(Unseen::Elsewhere),
        "install" => installed(&line, call, story),
        "upgrade" => upgraded(&line, call, story).map(|claims| with_first_context(claims, story)),
        "rollback" => {
            rolled_back(&line, call, story).map(|claims| with_first_context(claims, story))
        }
        "uninstall" | "delete" | "del" | "un" => {
            uninstalled(&line, call, story).map(|claims| with_first_context(claims, story))
        }
        verb => oc::not_understood(&format!("`helm {verb}` is not known")),
    }
}

/// What a command is that claims nothing of releases.
pub(super) fn reading(call: &Call, story: &Story) -> Reading {
    match (understand(call, story), understand(call, &Story::default())) {
        (Err(reading), _) | (_, Err(reading)) => reading,
        (_, Ok(claims)) if claims.iter().any(|claim| claim.verb == Verb::Disturb) => {
            Reading::NotObservable(Unseen::NoMark)
        }
        // Without the text before it, a look is only a look.
        _ => Reading::Reads,
    }
}

/// The namespaces that a command makes for its release, and the objects that it may take away with it.
pub(super) fn namespaces(call: &Call, story: &Story) -> Understood {
    let claims = understand(call, story)?;
    if claims.iter().any(|claim| claim.verb == Verb::Remove) {
        return Ok(of_a_release(call, story));
    }
    let line = Line::parse(call).map_err(Reading::NotUnderstood)?;
    let place = place(&line, call, story);
    match place.home().filter(|_| line.has("create-namespace") && !claims.is_empty()) {
        Some(home) => {
            let there = Expectation::Present(Vec::new());
            Ok(vec![Claim::new(home, there, Verb::Make)])
        }
        None => Err(Reading::Reads),
    }
}

fn is_list(word: &str) -> bool {
    matches!(word, "" | "list" | "ls")
}

/// Whether releases are kept in something else than Secrets.
fn keeps_elsewhere(call: &Call) -> bool {
    let driver = call.variable("HELM_DRIVER").map(Text::shown);
    driver.is_some_and(|driver| !matches!(driver.as_str(), "" | "secret" | "secrets"))
}

/// Where a command works: in the context that the text has gone to, as kubectl does.
fn place(line: &Line, call: &Call, story: &Story) -> Place {
    let mut place = Place::set(&story.settings);
    let given = line.flag("namespace").or_else(|| call.variable("HELM_NAMESPACE"));
    if let Some(given) = given {
        place.namespace = Some(given.clone());
    }
    place
}

impl Place {
    /// The namespace as a thing.
    fn home(&self) -> Option<Subject> {
        let name = self.namespace.as_ref()?.prefixed("namespace/");
        Some(self.reached(Subject::new(super::object::ID, name)))
    }

    fn reached(&self, subject: Subject) -> Subject {
        match &self.context {
            Some(context) => subject.with("context", context.clone()),
            None => subject,
        }
    }

    /// The release of this name.
    fn release(&self, name: &Text) -> Subject {
        let subject = Subject::new(ID, name.clone());
        self.reached(match &self.namespace {
            Some(namespace) => subject.with("namespace", namespace.clone()),
            None => subject,
        })
    }
}

/// The same claims, and before them: what they may do to the releases that the text has named before it went to
/// a context. The one that it started in may be the same.
fn with_first_context(claims: Vec<Claim>, story: &Story) -> Vec<Claim> {
    let mut all = Vec::new();
    for claim in claims.iter().filter(|claim| claim.subject.param("context").is_some()) {
        let mut first = claim.subject.clone();
        first.params.retain(|(key, _)| *key != "context");
        if story.claims.iter().any(|known| known.subject == first) {
            all.push(Claim::new(first, claim.expectation.clone(), Verb::Disturb));
        }
    }
    all.extend(claims);
    all
}

/// A claim on the release of this name.
fn claim(name: &Text, place: &Place, expectation: Expectation, verb: Verb) -> Claim {
    let claim = Claim::new(place.release(name), expectation, verb);
    match place.home() {
        Some(home) => claim.within(home),
        None => claim,
    }
}

/// What the text last did to a release.
fn last<'a>(story: &'a Story, name: &Text, place: &Place) -> Option<&'a Claim> {
    let release = place.release(name);
    story.last(ID, |claim| claim.verb.changes() && claim.subject == release)
}

/// `status NAME` and its like say that a release was there; after its removal, they confirm that.
fn looked(line: &Line, call: &Call, story: &Story) -> Understood {
    let place = place(line, call, story);
    let verb = line.word(0);
    let named = if verb == "get" { 2 } else { 1 };
    let claims: Vec<Claim> = if matches!(verb.as_str(), "list" | "ls") {
        removed(story, &place, line.has("all-namespaces"))
    } else {
        let Some(name) = line.arguments.get(named) else { return Err(Reading::Reads) };
        let gone =
            last(story, name, &place).is_some_and(|claim| claim.expectation == Expectation::Absent);
        let (expectation, verb) = if gone {
            (Expectation::Absent, Verb::Confirm)
        } else {
            (Expectation::Present(Vec::new()), Verb::Read)
        };
        vec![claim(name, &place, expectation, verb)]
    };
    if claims.is_empty() { Err(Reading::Reads) } else { Ok(claims) }
}

/// The releases that a list does not show any more.
fn removed(story: &Story, place: &Place, everywhere: bool) -> Vec<Claim> {
    let mut gone: Vec<Claim> = Vec::new();
    for claim in story.claims.iter().filter(|claim| claim.subject.kind == ID) {
        gone.retain(|known| known.subject != claim.subject || !claim.verb.changes());
        let subject = &claim.subject;
        let here = subject.param("context") == place.context.as_ref()
            && (everywhere || subject.param("namespace") == place.namespace.as_ref());
        if claim.verb == Verb::Remove && here {
            gone.push(Claim { verb: Verb::Confirm, ..claim.clone() });
        }
    }
    gone
}

fn installed(line: &Line, call: &Call, story: &Story) -> Understood {
    if line.has("generate-name") || line.flag("name-template").is_some() {
        return oc::not_observable(Unseen::Nameless);
    }
    let (Some(name), Some(chart)) = (line.arguments.get(1), line.arguments.get(2)) else {
        return oc::not_understood("the release or its chart is not in the text");
    };
    let mut fields = chart_fields(line, chart);
    fields.extend(values(line, call));
    let there = Expectation::Present(fields);
    let verb = if line.has("replace") { Verb::Replace } else { Verb::Create };
    Ok(vec![claim(name, &place(line, call, story), there, verb)])
}

fn upgraded(line: &Line, call: &Call, story: &Story) -> Understood {
    let (Some(name), Some(chart)) = (line.arguments.get(1), line.arguments.get(2)) else {
        return oc::not_understood("the release or its chart is not in the text");
    };
    let place = place(line, call, story);
    let before = last(story, name, &place);
    let given = line.flags().any(|(flag, _)| flag.starts_with("set") || flag == "values");
    let reused = line.has("reuse-values") || line.has("reset-then-reuse-values");
    // Values that are given take the place of all earlier ones; without any, the earlier ones stay.
    let replaces = line.has("reset-values") || (given && !reused);
    let there_before =
        before.is_some_and(|claim| matches!(claim.expectation, Expectation::Present(_)));
    let mut fields = chart_fields(line, chart);
    let names_version = fields.iter().any(|field| field.path == "version");
    fields.extend(values(line, call));
    let stated = |path: &str| {
        let fields = before.map(|claim| claim.expectation.fields()).unwrap_or_default();
        fields.iter().any(|field| field.path == path && field.meaning != Meaning::Unset)
    };
    // Without a version, it is the newest that the repository has then.
    let another_version = stated("version") && !names_version;
    let tells = fields.iter().any(|field| {
        let known = before.map(|claim| claim.expectation.fields()).unwrap_or_default();
        field.path.starts_with("values.") && !known.contains(field)
    });
    let verb = match (line.has("install"), there_before) {
        (_, true) if replaces || (another_version && tells) => Verb::Replace,
        (true, false) if replaces => Verb::Replace,
        (true, _) => Verb::Make,
        (false, _) => Verb::Change,
    };
    if verb != Verb::Replace && stated("rolled-back-to") {
        fields.push(Field::unset("rolled-back-to"));
    }
    let another_chart = fields.iter().any(|field| {
        let known = before.map(|claim| claim.expectation.fields()).unwrap_or_default();
        field.path == "chart" && known.iter().any(|one| one.path == "chart" && one != field)
    });
    let made = line.has("install") && !there_before;
    let undone = stated("rolled-back-to");
    if !(made || replaces || tells || names_version || another_chart || undone) {
        // All that could be seen of it was so before.
        return Ok(vec![opened(name, &place)]);
    }
    let upgraded = claim(name, &place, Expectation::Present(fields), verb);
    if another_version && !tells {
        return Ok(vec![upgraded, opened(name, &place)]);
    }
    Ok(vec![upgraded])
}

/// What is known of a release is open from here on: nothing that the text says shows that this was done.
fn opened(name: &Text, place: &Place) -> Claim {
    claim(name, place, Expectation::Present(Vec::new()), Verb::Disturb)
}

/// `rollback NAME [REVISION]`: all is as it was at an earlier revision, which the text need not say.
fn rolled_back(line: &Line, call: &Call, story: &Story) -> Understood {
    let Some(name) = line.arguments.get(1) else {
        return oc::not_understood("the release is not in the text");
    };
    let place = place(line, call, story);
    let mut fields = vec![exact("status", "deployed".into())];
    if let Some(revision) = line.arguments.get(2) {
        fields.push(exact("rolled-back-to", revision.clone()));
    }
    let known = last(story, name, &place)
        .is_some_and(|claim| matches!(claim.expectation, Expectation::Present(_)));
    let named = line.arguments.len() > 2;
    let verb = if known && named { Verb::Replace } else { Verb::Change };
    let mut claims = vec![claim(name, &place, Expectation::Present(fields), verb)];
    claims.extend((!named).then(|| opened(name, &place)));
    Ok(claims)
}

fn uninstalled(line: &Line, call: &Call, story: &Story) -> Understood {
    let place = place(line, call, story);
    let names = line.arguments.get(1..).unwrap_or_default();
    if names.is_empty() {
        return oc::not_understood("the release is not in the text");
    }
    let gone = |name| {
        claim(name, &place, Expectation::Absent, Verb::Remove)
            .leniently(line.has("ignore-not-found"))
    };
    let ours = |name: &&Text| !is_generated(name) || last(story, name, &place).is_some();
    let claims: Vec<Claim> = names.iter().filter(ours).map(gone).collect();
    if claims.is_empty() { Err(Reading::NotObservable(Unseen::AnotherName)) } else { Ok(claims) }
}

/// Whether a name ends as those do that `--generate-name` gives: with the second in which it was.
fn is_generated(name: &Text) -> bool {
    name.literal().is_some_and(|name| {
        name.rsplit_once('-').is_some_and(|(_, end)| {
            end.len() == 10 && end.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}
