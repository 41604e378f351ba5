//! The kinds of objects that only OpenShift serves, by the words that commands take for them.

use super::answer::Answer;
use super::client::{Cluster, Form};
use super::resources::{Resource, Scope};
use crate::claim::Unobservable;

use Scope::{Cluster as Beside, Namespaced};

/// A row of the table: kind, plural, short names, group and version, scope. The singular is the kind in
/// lower case.
struct Row(&'static str, &'static str, &'static [&'static str], &'static str, Scope);

/// What OpenShift 4 serves beside Kubernetes, as far as commands name it by a word without its group. Left out
/// is what shares its words with a kind of every cluster (`ingresses.config.openshift.io`).
const TABLE: &[Row] = &[
    Row("Route", "routes", &[], "route.openshift.io/v1", Namespaced),
    Row("Project", "projects", &[], "project.openshift.io/v1", Beside),
    Row("DeploymentConfig", "deploymentconfigs", &["dc"], "apps.openshift.io/v1", Namespaced),
    Row("BuildConfig", "buildconfigs", &["bc"], "build.openshift.io/v1", Namespaced),
    Row("Build", "builds", &[], "build.openshift.io/v1", Namespaced),
    Row("ImageStream", "imagestreams", &["is"], "image.openshift.io/v1", Namespaced),
    Row("ImageStreamTag", "imagestreamtags", &["istag"], "image.openshift.io/v1", Namespaced),
    Row("ImageStreamImage", "imagestreamimages", &["isimage"], "image.openshift.io/v1", Namespaced),
    Row("Image", "images", &[], "image.openshift.io/v1", Beside),
    Row("Template", "templates", &[], "template.openshift.io/v1", Namespaced),
    Row("TemplateInstance", "templateinstances", &[], "template.openshift.io/v1", Namespaced),
    Row("User", "users", &[], "user.openshift.io/v1", Beside),
    Row("Group", "groups", &[], "user.openshift.io/v1", Beside),
    Row("Identity", "identities", &[], "user.openshift.io/v1", Beside),
    Row(
        "SecurityContextConstraints",
        "securitycontextconstraints",
        &["scc"],
        "security.openshift.io/v1",
        Beside,
    ),
    Row("OAuthClient", "oauthclients", &[], "oauth.openshift.io/v1", Beside),
    Row("OAuthAccessToken", "oauthaccesstokens", &[], "oauth.openshift.io/v1", Beside),
    Row(
        "ClusterResourceQuota",
        "clusterresourcequotas",
        &["clusterquota"],
        "quota.openshift.io/v1",
        Beside,
    ),
    Row("ClusterVersion", "clusterversions", &[], "config.openshift.io/v1", Beside),
    Row("ClusterOperator", "clusteroperators", &["co"], "config.openshift.io/v1", Beside),
    Row("OAuth", "oauths", &[], "config.openshift.io/v1", Beside),
    Row("Infrastructure", "infrastructures", &[], "config.openshift.io/v1", Beside),
    Row("MachineConfig", "machineconfigs", &["mc"], "machineconfiguration.openshift.io/v1", Beside),
    Row(
        "MachineConfigPool",
        "machineconfigpools",
        &["mcp"],
        "machineconfiguration.openshift.io/v1",
        Beside,
    ),
    Row("KubeletConfig", "kubeletconfigs", &[], "machineconfiguration.openshift.io/v1", Beside),
    Row("Machine", "machines", &[], "machine.openshift.io/v1beta1", Namespaced),
    Row("MachineSet", "machinesets", &[], "machine.openshift.io/v1beta1", Namespaced),
    Row("IngressController", "ingresscontrollers", &[], "operator.openshift.io/v1", Namespaced),
    Row("ConsoleLink", "consolelinks", &[], "console.openshift.io/v1", Beside),
];

/// The groups that are OpenShift's own, as against those of operators that run on other clusters too.
const GROUPS: [&str; 16] = [
    "apps.openshift.io",
    "authorization.openshift.io",
    "build.openshift.io",
    "config.openshift.io",
    "console.openshift.io",
    "image.openshift.io",
    "machine.openshift.io",
    "machineconfiguration.openshift.io",
    "oauth.openshift.io",
    "operator.openshift.io",
    "project.openshift.io",
    "quota.openshift.io",
    "route.openshift.io",
    "security.openshift.io",
    "template.openshift.io",
    "user.openshift.io",
];

impl From<&Row> for Resource {
    fn from(row: &Row) -> Self {
        let (group, version) = row.3.split_once('/').unwrap_or(("", row.3));
        Self {
            word: row.0.to_lowercase(),
            plural: row.1.to_owned(),
            kind: row.0.to_owned(),
            group: group.to_owned(),
            version: version.to_owned(),
            scope: row.4,
        }
    }
}

/// OpenShift's kind that a word of a command stands for: `dc`, `routes`, `route.route.openshift.io`.
pub(super) fn known(word: &str) -> Option<Resource> {
    let word = word.to_lowercase();
    let (base, rest) = word.split_once('.').unwrap_or((&word, ""));
    TABLE.iter().map(|row| (row, Resource::from(row))).find_map(|(row, resource)| {
        let named = resource.word == base || row.1 == base || row.2.contains(&base);
        let versioned = format!("{}.{}", resource.version, resource.group);
        (named && (rest.is_empty() || rest == resource.group || rest == versioned))
            .then_some(resource)
    })
}

/// OpenShift's kind that a manifest names.
pub(super) fn known_kind(api_version: &str, kind: &str) -> Option<Resource> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let row = TABLE.iter().find(|row| row.0 == kind && row.3.split('/').next() == Some(group));
    row.map(Resource::from)
}

/// Such a word with its group, where it stands for a kind of OpenShift's: what is asked for first, as it goes
/// before another product's kind of the same name.
pub(super) fn qualified(word: &str) -> Option<String> {
    if let Some(resource) = known(word) {
        return Some(resource.qualified());
    }
    let (_, group) = word.split_once('.')?;
    GROUPS.contains(&group).then(|| word.to_owned())
}

/// Why a kind that is not served cannot be looked for: by its nature where it is OpenShift's and the cluster,
/// by its own list of groups, is another one. A group that is there without the kind is an answer that counts
/// for nothing.
pub(super) async fn not_served(
    cluster: &Cluster,
    word: &str,
) -> Result<Unobservable, Unobservable> {
    let unserved = Unobservable::Unexpected(format!("the cluster serves no `{word}`"));
    let Some(qualified) = qualified(word) else { return Ok(unserved) };
    let Some((plural, group)) = qualified.split_once('.') else { return Ok(unserved) };
    let answer = cluster.read("/apis", Form::Discovery).await?;
    let Answer::Object(document) = &*answer else { return Ok(unserved) };
    let (key, name) = match document["kind"].as_str() {
        Some("APIGroupDiscoveryList") => ("items", "/metadata/name"),
        Some("APIGroupList") => ("groups", "/name"),
        _ => return Ok(unserved),
    };
    let Some(groups) = document[key].as_array() else { return Ok(unserved) };
    if groups.iter().any(|one| one.pointer(name).is_some_and(|name| name == group)) {
        return Ok(unserved);
    }
    Ok(Unobservable::NotObserved(format!("only OpenShift serves {plural}")))
}

#[cfg(test)]
mod tests {
    use super::super::resources::usual;
    use super::*;

    #[test]
    fn words_of_oc_name_the_kinds_of_openshift() {
        for (word, found) in [
            ("dc", Some("deploymentconfigs.apps.openshift.io")),
            ("routes", Some("routes.route.openshift.io")),
            ("route.route.openshift.io", Some("routes.route.openshift.io")),
            ("scc", Some("securitycontextconstraints.security.openshift.io")),
            ("proxy.config.openshift.io", Some("proxy.config.openshift.io")),
            ("route.serving.knative.dev", None),
            ("clusterlogging.logging.openshift.io", None),
            ("deployment", None),
        ] {
            assert_eq!(qualified(word).as_deref(), found, "{word}");
        }
        assert_eq!(known_kind("route.openshift.io/v1", "Route").unwrap().word, "route");
        assert_eq!(known_kind("serving.knative.dev/v1", "Route"), None);
        assert_eq!(known("project").unwrap().scope, Beside);
    }

    #[test]
    fn no_word_stands_for_two_kinds() {
        let mut words: Vec<String> = Vec::new();
        for row in TABLE {
            let singular = row.0.to_lowercase();
            words.extend([row.1, &singular].iter().map(|word| (*word).to_owned()));
            words.extend(row.2.iter().map(|word| (*word).to_owned()));
            assert!(GROUPS.iter().any(|group| row.3.starts_with(group)), "{}", row.3);
        }
        for word in &words {
            assert_eq!(usual(word), None, "{word}");
        }
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        // The plural of one kind is its singular.
        assert_eq!(words.len() + 1, all);
    }
}
