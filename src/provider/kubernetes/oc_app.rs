//! What oc's own verbs make: projects, applications, builds, routes, image streams.

use super::cli::Line;
use super::infer::{Understood, made_again};
use super::oc::{claim, exact, not_observable, not_understood};
use super::resources::canonical;
use crate::claim::{Claim, Expectation, Field, Text, Verb};
use crate::provider::{Reading, Story, Unseen};

/// The longest name that `new-app` takes as it is.
const NAME_LIMIT: usize = 58;

/// A component that `new-app` and `new-build` are given.
struct Component {
    text: Text,
    /// Whether it is known to be an image or a repository, and not a template of the cluster's.
    certain: bool,
}

/// `new-project NAME`: the project, and the namespace of which it is a view.
pub(super) fn project(line: &Line, index: usize) -> Understood {
    let Some(name) = line.arguments.get(index) else {
        return not_understood("the project has no name");
    };
    let there = |word| claim((word, name), None, Expectation::Present(Vec::new()), Verb::Create);
    Ok(vec![there("namespace"), there("project")])
}

/// `new-app`: the workload, and the BuildConfig where it is built from source. The Service comes only with an
/// image that names its ports, which the text does not say.
pub(super) fn app(line: &Line) -> Understood {
    if ["list", "search", "output"].iter().any(|flag| line.has(flag)) {
        return Err(Reading::Reads);
    }
    let components = components(line);
    if components.is_empty() || ["template", "file"].iter().any(|flag| line.has(flag)) {
        return not_observable(Unseen::NotInText);
    }
    let Some(name) = name(line, &components) else { return not_observable(Unseen::NotInText) };
    let word = if line.has("as-deployment-config") { "deploymentconfig" } else { "deployment" };
    let mut claims = vec![created_as(line, (word, &name), labels(line))];
    if components.iter().any(|component| is_source(&component.text)) || line.has("code") {
        claims.push(created_as(line, ("buildconfig", &name), Vec::new()));
    }
    Ok(claims)
}

/// What `new-app` may make again that the text has taken away: a Service too, where the image names its ports.
pub(super) fn with_made_again(line: &Line, understood: Understood, story: &Story) -> Understood {
    const MADE: [&str; 5] =
        ["service", "deployment", "deploymentconfig", "imagestream", "buildconfig"];
    if matches!(understood, Err(Reading::Reads | Reading::NotUnderstood(_))) {
        return understood;
    }
    let name = name(line, &components(line)).or_else(|| line.flag("name").cloned());
    let mut back = made_again(story, &MADE, name.as_ref(), line.flag("namespace"));
    match understood {
        Err(reading) if back.is_empty() => Err(reading),
        Err(_) => Ok(back),
        Ok(claims) => {
            back.retain(|open| claims.iter().all(|claim| claim.subject != open.subject));
            back.extend(claims);
            Ok(back)
        }
    }
}

/// `new-build`: the BuildConfig.
pub(super) fn build(line: &Line) -> Understood {
    if ["list", "search", "output"].iter().any(|flag| line.has(flag)) {
        return Err(Reading::Reads);
    }
    let components = components(line);
    let given = line.flag("name").cloned();
    let derived = || {
        let source = components.iter().find(|component| is_source(&component.text))?;
        (!line.has("to")).then(|| derived(&source.text)).flatten()
    };
    match given.or_else(derived) {
        Some(name) => Ok(vec![created_as(line, ("buildconfig", &name), Vec::new())]),
        None => not_observable(Unseen::Nameless),
    }
}

/// `expose service NAME`: its Route. What else is exposed becomes a Service, as with kubectl.
pub(super) fn exposed(line: &Line) -> Option<Understood> {
    let generated = line.flag("generator").is_some_and(|text| text.shown().starts_with("service"));
    if line.has("filename") || generated {
        return None;
    }
    let targets = line.targets(0).ok()?;
    let [target] = targets.as_slice() else { return None };
    let service = target.name.as_ref().filter(|_| target.word == "service")?;
    let mut fields = vec![exact("spec.to.name", service.clone())];
    fields.extend(route_fields(line));
    fields.extend(labels(line));
    let name = line.flag("name").unwrap_or(service);
    Some(Ok(vec![created_as(line, ("route", name), fields)]))
}

/// `create` of what kubectl has no generator for.
pub(super) fn created(line: &Line) -> Option<Understood> {
    if line.has("filename") {
        return None;
    }
    let word = canonical(&line.word(0)?);
    Some(match word.as_str() {
        "route" => secured(line),
        "user"
        | "identity"
        | "imagestream"
        | "imagestreamtag"
        | "deploymentconfig"
        | "clusterresourcequota" => match line.arguments.get(1) {
            Some(name) => Ok(vec![created_as(line, (&word, name), Vec::new())]),
            None => not_understood(&format!("the {word} has no name")),
        },
        "useridentitymapping" => not_observable(Unseen::NoMark),
        "build" => not_observable(Unseen::Nameless),
        _ => return None,
    })
}

/// `import-image NAME[:TAG] --confirm` makes the stream where it is not there; without, it only looks again
/// at where its images come from.
pub(super) fn imported(line: &Line) -> Understood {
    match line.arguments.first() {
        Some(image) if line.has("confirm") => {
            let there = Expectation::Present(Vec::new());
            let stream = ("imagestream", &before_tag(image));
            Ok(vec![claim(stream, line.flag("namespace"), there, Verb::Make)])
        }
        Some(_) => not_observable(Unseen::NoMark),
        None => not_understood("the image stream has no name"),
    }
}

/// `tag SOURCE STREAM:TAG …`, and `tag -d STREAM:TAG`.
pub(super) fn tagged(line: &Line) -> Understood {
    let sources = usize::from(!line.has("delete"));
    let Some(tags) = line.arguments.get(sources..).filter(|tags| !tags.is_empty()) else {
        return not_understood("the tag has no name");
    };
    let tags = tags.iter().map(|tag| {
        let (namespace, tag) = match tag.split_once('/') {
            Some((namespace, tag)) => (Some(namespace), tag),
            None => (line.flag("namespace").cloned(), tag.clone()),
        };
        if line.has("delete") {
            let object = ("imagestreamtag", &tag);
            return claim(object, namespace.as_ref(), Expectation::Absent, Verb::Remove);
        }
        let object = ("imagestream", &before_tag(&tag));
        claim(object, namespace.as_ref(), Expectation::Present(Vec::new()), Verb::Make)
    });
    Ok(tags.collect())
}

/// `secrets link ACCOUNT SECRET… [--for=pull,mount]`, and `unlink`.
pub(super) fn linked(line: &Line) -> Option<Understood> {
    let links = match line.word(0).as_deref() {
        Some("link") => true,
        Some("unlink") => false,
        _ => return None,
    };
    let short = |text: &Text| text.split_once('/').map_or_else(|| text.clone(), |(_, name)| name);
    let Some(account) = line.arguments.get(1).map(short) else {
        return Some(not_understood("the service account has no name"));
    };
    let all = if links { "mount" } else { "pull,mount" };
    let uses = line.flag("for").and_then(Text::literal).unwrap_or_else(|| all.to_owned());
    let mut fields = Vec::new();
    for secret in line.arguments[2..].iter().map(short) {
        let Some(name) = secret.literal() else { continue };
        for (word, list) in [("mount", "secrets"), ("pull", "imagePullSecrets")] {
            let path = format!("{list}[{name}].name");
            match (uses.split(',').any(|one| one == word), links) {
                (false, _) => {}
                (true, true) => fields.push(exact(&path, secret.clone())),
                (true, false) => fields.push(Field::unset(path)),
            }
        }
    }
    if fields.is_empty() {
        return Some(not_understood("which secrets it links is not in the text"));
    }
    let object = ("serviceaccount", &account);
    let there = Expectation::Present(fields);
    Some(Ok(vec![claim(object, line.flag("namespace"), there, Verb::Change)]))
}

/// `create route edge|passthrough|reencrypt [NAME] --service=SERVICE`.
fn secured(line: &Line) -> Understood {
    let Some(termination) = line.word(1) else {
        return not_understood("the route's kind is not in the text");
    };
    let Some(service) = line.flag("service") else {
        return not_understood("the route's service is not in the text");
    };
    let service = service.split_once('/').map_or_else(|| service.clone(), |(_, name)| name);
    let mut fields = vec![
        exact("spec.to.name", service.clone()),
        exact("spec.tls.termination", termination.into()),
    ];
    fields.extend(route_fields(line));
    if let Some(policy) = line.flag("insecure-policy") {
        fields.push(exact("spec.tls.insecureEdgeTerminationPolicy", policy.clone()));
    }
    let name = line.arguments.get(2).unwrap_or(&service);
    Ok(vec![created_as(line, ("route", name), fields)])
}

fn route_fields(line: &Line) -> Vec<Field> {
    let flags = [
        ("hostname", "spec.host"),
        ("path", "spec.path"),
        ("port", "spec.port.targetPort"),
        ("wildcard-policy", "spec.wildcardPolicy"),
    ];
    let given = flags.into_iter().filter_map(|(flag, path)| Some((path, line.flag(flag)?)));
    given.map(|(path, value)| exact(path, value.clone())).collect()
}

/// The labels that everything it makes is given.
fn labels(line: &Line) -> Vec<Field> {
    let Some(labels) = line.flag("labels").and_then(Text::literal) else { return Vec::new() };
    let pairs = labels.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| exact(&format!("metadata.labels.{key}"), value.into())).collect()
}

fn created_as(line: &Line, object: (&str, &Text), fields: Vec<Field>) -> Claim {
    claim(object, line.flag("namespace"), Expectation::Present(fields), Verb::Create)
}

/// What it is given beside variables for its containers.
fn components(line: &Line) -> Vec<Component> {
    let is_variable = |word: &Text| {
        let shown = word.shown();
        let key = shown.split('=').next().unwrap_or_default();
        shown.contains('=') && !key.contains(['/', ':', '~'])
    };
    let bare = line.arguments.iter().filter(|word| !is_variable(word));
    let mut all: Vec<Component> =
        bare.map(|word| Component { text: word.clone(), certain: is_certain(word) }).collect();
    for flag in ["image", "docker-image", "image-stream", "code"] {
        let given = line.all(flag);
        all.extend(given.map(|text| Component { text: text.clone(), certain: true }));
    }
    if line.has("binary") && all.is_empty() {
        all.push(Component { text: Text::default(), certain: true });
    }
    all
}

/// Whether a word is a repository or an image, and no template: those may have a name with a dash
/// (`mysql-persistent`, `openshift/mysql-persistent`), and a variable may stand for anything.
fn is_certain(word: &Text) -> bool {
    let shown = word.shown();
    let (host, rest) = shown.split_once('/').unwrap_or(("", &shown));
    let registry = host.contains(['.', ':']) || host == "localhost";
    let plain = word.literal().is_some() && !rest.contains('+');
    is_source(word) || registry || (plain && (!rest.contains('-') || rest.contains(':')))
}

/// The name of what is made: as it is given, else by the one repository or the one image.
fn name(line: &Line, components: &[Component]) -> Option<Text> {
    if components.iter().any(|component| !component.certain) {
        return None;
    }
    let mut sources = components.iter().filter(|component| is_source(&component.text));
    let (source, another) = (sources.next(), sources.next());
    let images = components.iter().filter(|component| !is_source(&component.text)).count();
    // An image and a repository are one: the image builds it.
    if another.is_some() || images > 1 {
        return None;
    }
    match (line.flag("name"), source) {
        (Some(name), _) => Some(name.clone()),
        (None, Some(source)) => derived(&source.text),
        (None, None) => components.first().and_then(|image| derived(&image.text)),
    }
}

/// Whether a component is a repository, by itself or behind the image that builds it.
fn is_source(text: &Text) -> bool {
    let shown = text.shown();
    shown.contains('~') || shown.contains("://") || shown.starts_with(['.', '/'])
}

/// The name that a repository or an image of a registry gives to what is made of it.
fn derived(text: &Text) -> Option<Text> {
    let text = text.literal()?;
    let place = text.split_once('~').map_or(text.as_str(), |(_, source)| source);
    let last = if place.contains("://") {
        let path = place.split(['#', '?']).next().unwrap_or(place).trim_end_matches('/');
        path.rsplit('/').next()?.trim_end_matches(".git")
    } else if place.contains('/') && !place.starts_with(['.', '/']) {
        place.rsplit('/').next()?.split([':', '@']).next()?
    } else {
        return None;
    };
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let good = last.starts_with(|c: char| c.is_ascii_lowercase()) && last.chars().all(letters);
    (good && last.len() <= NAME_LIMIT && last.len() > 1).then(|| last.into())
}

/// `STREAM` of `STREAM:TAG`.
fn before_tag(text: &Text) -> Text {
    text.split_once(':').map_or_else(|| text.clone(), |(stream, _)| stream)
}
