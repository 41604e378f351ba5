//! `oc set`: what it has beside kubectl's own.

use super::cli::{Line, Target};
use super::infer::Understood;
use super::oc::{claim, disturbed, exact, not_observable, not_understood};
use crate::claim::{Claim, Expectation, Field, Text, Verb};
use crate::provider::{Reading, Unseen};

/// The places that a probe's timing is set at, by flag.
const TIMINGS: [(&str, &str); 6] = [
    ("initial-delay-seconds", "initialDelaySeconds"),
    ("timeout-seconds", "timeoutSeconds"),
    ("period-seconds", "periodSeconds"),
    ("success-threshold", "successThreshold"),
    ("failure-threshold", "failureThreshold"),
    ("termination-grace-period-seconds", "terminationGracePeriodSeconds"),
];

/// What `set …` does itself; nothing where it does as kubectl.
pub(super) fn set(line: &Line) -> Option<Understood> {
    let what = line.word(0)?;
    let own = matches!(
        what.as_str(),
        "build-hook"
            | "build-secret"
            | "data"
            | "deployment-hook"
            | "deployment-hooks"
            | "image-lookup"
            | "probe"
            | "probes"
            | "route-backends"
            | "triggers"
            | "volume"
            | "volumes"
    );
    let (names, pairs) = named(line);
    let targets = match names.targets(1) {
        Ok(targets) => targets,
        Err(reason) if own => return Some(not_understood(&reason)),
        Err(_) => return None,
    };
    if what == "env" && targets.iter().any(|target| target.word == "buildconfig") {
        // Its containers are the builder's: where the variables stand depends on how it builds.
        return Some(changed(line, &targets, |_| None));
    }
    if !own {
        return None;
    }
    Some(match what.as_str() {
        "data" => data(line, &targets, &pairs),
        "probe" | "probes" => changed(line, &targets, |target| probe(line, target)),
        "volume" | "volumes" => volume(line, &targets),
        "triggers" | "image-lookup" | "route-backends" if only_lists(line) => Err(Reading::Reads),
        _ => changed(line, &targets, |_| None),
    })
}

/// The line with nothing but the names of objects as its arguments, and the `KEY=VALUE` among them.
fn named(line: &Line) -> (Line, Vec<(Text, Text)>) {
    let mut names = line.clone();
    let mut pairs = Vec::new();
    names.arguments.retain(|argument| match argument.split_once('=') {
        Some(pair) => {
            pairs.push(pair);
            false
        }
        None => !argument.shown().ends_with('-'),
    });
    if names.arguments.get(1).is_some_and(|first| first.split_once('/').is_some()) {
        // What is no `TYPE/NAME` behind one is something else: the secret of `set build-secret bc/web s`.
        let mut index = 0;
        names.arguments.retain(|argument| {
            index += 1;
            index == 1 || argument.split_once('/').is_some()
        });
    }
    (names, pairs)
}

/// The fields on each object, or that something is done to it.
fn changed(
    line: &Line,
    targets: &[Target],
    fields: impl Fn(&Target) -> Option<Vec<Field>>,
) -> Understood {
    let mut claims: Vec<Claim> = Vec::new();
    let namespace = line.flag("namespace");
    for target in targets {
        let Some(name) = &target.name else { continue };
        let object = (target.word.as_str(), name);
        claims.push(match fields(target).filter(|fields| !fields.is_empty()) {
            Some(fields) => claim(object, namespace, Expectation::Present(fields), Verb::Change),
            None => disturbed(object, namespace),
        });
    }
    if claims.is_empty() { not_observable(Unseen::Nameless) } else { Ok(claims) }
}

/// `set triggers dc/web` and its like, with nothing behind the name.
fn only_lists(line: &Line) -> bool {
    const SETTING: [&str; 20] = [
        "adjust",
        "auto",
        "enabled",
        "equal",
        "from-bitbucket",
        "from-config",
        "from-github",
        "from-gitlab",
        "from-image",
        "from-webhook",
        "from-webhook-allow-env",
        "manual",
        "remove",
        "remove-all",
        "zero",
        "containers",
        "all",
        "image-lookup",
        "lookup",
        "pair",
    ];
    let (_, pairs) = named(line);
    let looks_up = line.word(0).as_deref() == Some("image-lookup");
    let names = line.arguments.len().saturating_sub(1);
    // `set image-lookup STREAM` turns it on.
    pairs.is_empty() && !SETTING.iter().any(|flag| line.has(flag)) && !(looks_up && names > 0)
}

/// `set data configmap|secret NAME KEY=VALUE --from-literal=KEY=VALUE`
fn data(line: &Line, targets: &[Target], pairs: &[(Text, Text)]) -> Understood {
    let literals = line.all("from-literal").filter_map(|pair| pair.split_once('='));
    let pairs: Vec<(Text, Text)> = pairs.iter().cloned().chain(literals).collect();
    changed(line, targets, |target| {
        let field = |(key, value): &(Text, Text)| {
            let key = key.literal()?;
            Some(match target.word.as_str() {
                "secret" => exact(&format!("data.{key}"), value.clone().sealed()),
                _ => exact(&format!("data.{key}"), value.clone()),
            })
        };
        Some(pairs.iter().filter_map(field).collect())
    })
}

/// `set probe … --readiness --get-url=http://:8080/healthz`
fn probe(line: &Line, target: &Target) -> Option<Vec<Field>> {
    if line.has("remove") || target.word == "pod" {
        return None;
    }
    let container = container(line)?;
    let kinds = [
        ("readiness", "readinessProbe"),
        ("liveness", "livenessProbe"),
        ("startup", "startupProbe"),
    ];
    let mut fields = Vec::new();
    for (_, kind) in kinds.iter().filter(|(flag, _)| line.has(flag)) {
        let at = format!("spec.template.spec.containers[{container}].{kind}");
        if let Some(url) = line.flag("get-url").and_then(Text::literal) {
            fields.extend(http_probe(&at, &url));
        }
        if let Some(port) = line.flag("open-tcp") {
            fields.push(exact(&format!("{at}.tcpSocket.port"), port.clone()));
        }
        for (index, word) in line.command.iter().flatten().enumerate() {
            fields.push(exact(&format!("{at}.exec.command[{index}]"), word.clone()));
        }
        for (flag, path) in TIMINGS {
            if let Some(value) = line.flag(flag) {
                fields.push(exact(&format!("{at}.{path}"), value.clone()));
            }
        }
    }
    Some(fields)
}

/// The container that is picked by name; where none is, the first is one of them.
fn container(line: &Line) -> Option<String> {
    match line.flag("containers") {
        None => Some("0".to_owned()),
        Some(name) => match name.literal()? {
            name if name == "*" => Some("0".to_owned()),
            name if name.contains('*') => None,
            name => Some(name),
        },
    }
}

/// The port and the path of `http://:8080/healthz`.
fn http_probe(at: &str, url: &str) -> Vec<Field> {
    let Some((_, rest)) = url.split_once("://") else { return Vec::new() };
    let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
    let Some((_, port)) = place.rsplit_once(':') else { return Vec::new() };
    vec![
        exact(&format!("{at}.httpGet.port"), port.into()),
        exact(&format!("{at}.httpGet.path"), format!("/{path}").into()),
    ]
}

/// `set volume … --add --name=data --type=pvc --claim-name=data --mount-path=/data`
fn volume(line: &Line, targets: &[Target]) -> Understood {
    if !line.has("add") && !line.has("remove") && !line.has("overwrite") {
        return Err(Reading::Reads);
    }
    let mut claims = changed(line, targets, |target| added(line, target))?;
    let claimed = line.flag("claim-name").filter(|_| line.has("add") && line.has("claim-size"));
    if let Some(name) = claimed {
        let there = Expectation::Present(Vec::new());
        let object = ("persistentvolumeclaim", name);
        claims.push(claim(object, line.flag("namespace"), there, Verb::Make));
    }
    Ok(claims)
}

/// The volume, and its mount in the first container where all are meant.
fn added(line: &Line, target: &Target) -> Option<Vec<Field>> {
    let spec = if target.word == "pod" { "spec" } else { "spec.template.spec" };
    let name = line.flag("name").filter(|_| line.has("add"))?;
    let literal = name.literal()?;
    let at = format!("{spec}.volumes[{literal}]");
    let mut fields = vec![exact(&format!("{at}.name"), name.clone())];
    for (flag, path) in [
        ("claim-name", "persistentVolumeClaim.claimName"),
        ("configmap-name", "configMap.name"),
        ("secret-name", "secret.secretName"),
        ("path", "hostPath.path"),
    ] {
        if let Some(value) = line.flag(flag) {
            fields.push(exact(&format!("{at}.{path}"), value.clone()));
        }
    }
    if let (Some(path), Some(container)) = (line.flag("mount-path"), container(line)) {
        let mounts = format!("{spec}.containers[{container}].volumeMounts[{literal}]");
        fields.push(exact(&format!("{mounts}.mountPath"), path.clone()));
    }
    Some(fields)
}
