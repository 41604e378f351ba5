//! The usual kinds of objects by the words that kubectl takes for them: known without asking a cluster.

use super::openshift;

/// A kind of object as the API serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// The word for one of it that subjects are named with.
    pub(super) word: String,
    /// The last part of its path: `deployments`.
    pub(super) plural: String,
    /// `Deployment`
    pub(super) kind: String,
    /// Its group; empty for the core.
    pub(super) group: String,
    /// `v1`
    pub(super) version: String,
    /// Whether it lives in namespaces.
    pub(super) scope: Scope,
}

/// Where objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Each in a namespace.
    Namespaced,
    /// Beside the namespaces.
    Cluster,
}

impl Resource {
    /// As the API's permissions name it: `deployments.apps`, `services`.
    pub(super) fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.clone()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// `apps/v1`, `v1`
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// The path of one object, or of the list of them without a name; in all namespaces without one.
    pub(super) fn path(&self, namespace: Option<&str>, name: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        let mut path = format!("{root}/{}", self.api_version());
        if let (Scope::Namespaced, Some(namespace)) = (self.scope, namespace) {
            path.push_str("/namespaces/");
            path.push_str(&escaped(namespace));
        }
        path.push('/');
        path.push_str(&self.plural);
        if let Some(name) = name {
            path.push('/');
            path.push_str(&escaped(name));
        }
        path
    }
}

/// A part of a path or of a query, with everything but letters, digits and `-._~` escaped.
pub(super) fn escaped(part: &str) -> String {
    use std::fmt::Write as _;
    part.bytes().fold(String::with_capacity(part.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A row of the table: singular, plural, short names, kind, group, version, scope.
struct Row(
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static str,
    Scope,
);

use Scope::{Cluster, Namespaced};

/// What every cluster serves (Kubernetes 1.26 and newer), as `kubectl api-resources` names it.
const TABLE: &[Row] = &[
    Row("pod", "pods", &["po"], "Pod", "", "v1", Namespaced),
    Row("service", "services", &["svc"], "Service", "", "v1", Namespaced),
    Row("deployment", "deployments", &["deploy"], "Deployment", "apps", "v1", Namespaced),
    Row("configmap", "configmaps", &["cm"], "ConfigMap", "", "v1", Namespaced),
    Row("secret", "secrets", &[], "Secret", "", "v1", Namespaced),
    Row("namespace", "namespaces", &["ns"], "Namespace", "", "v1", Cluster),
    Row("node", "nodes", &["no"], "Node", "", "v1", Cluster),
    Row("serviceaccount", "serviceaccounts", &["sa"], "ServiceAccount", "", "v1", Namespaced),
    Row("statefulset", "statefulsets", &["sts"], "StatefulSet", "apps", "v1", Namespaced),
    Row("daemonset", "daemonsets", &["ds"], "DaemonSet", "apps", "v1", Namespaced),
    Row("replicaset", "replicasets", &["rs"], "ReplicaSet", "apps", "v1", Namespaced),
    Row("job", "jobs", &[], "Job", "batch", "v1", Namespaced),
    Row("cronjob", "cronjobs", &["cj"], "CronJob", "batch", "v1", Namespaced),
    Row("ingress", "ingresses", &["ing"], "Ingress", "networking.k8s.io", "v1", Namespaced),
    Row("ingressclass", "ingressclasses", &[], "IngressClass", "networking.k8s.io", "v1", Cluster),
    Row(
        "networkpolicy",
        "networkpolicies",
        &["netpol"],
        "NetworkPolicy",
        "networking.k8s.io",
        "v1",
        Namespaced,
    ),
    Row("persistentvolume", "persistentvolumes", &["pv"], "PersistentVolume", "", "v1", Cluster),
    Row(
        "persistentvolumeclaim",
        "persistentvolumeclaims",
        &["pvc"],
        "PersistentVolumeClaim",
        "",
        "v1",
        Namespaced,
    ),
    Row("storageclass", "storageclasses", &["sc"], "StorageClass", "storage.k8s.io", "v1", Cluster),
    Row("role", "roles", &[], "Role", "rbac.authorization.k8s.io", "v1", Namespaced),
    Row(
        "rolebinding",
        "rolebindings",
        &[],
        "RoleBinding",
        "rbac.authorization.k8s.io",
        "v1",
        Namespaced,
    ),
    Row(
        "clusterrole",
        "clusterroles",
        &[],
        "ClusterRole",
        "rbac.authorization.k8s.io",
        "v1",
        Cluster,
    ),
    Row(
        "clusterrolebinding",
        "clusterrolebindings",
        &[],
        "ClusterRoleBinding",
        "rbac.authorization.k8s.io",
        "v1",
        Cluster,
    ),
    Row("resourcequota", "resourcequotas", &["quota"], "ResourceQuota", "", "v1", Namespaced),
    Row("limitrange", "limitranges", &["limits"], "LimitRange", "", "v1", Namespaced),
    Row("endpoints", "endpoints", &["ep"], "Endpoints", "", "v1", Namespaced),
    Row(
        "endpointslice",
        "endpointslices",
        &[],
        "EndpointSlice",
        "discovery.k8s.io",
        "v1",
        Namespaced,
    ),
    Row("event", "events", &["ev"], "Event", "", "v1", Namespaced),
    Row(
        "horizontalpodautoscaler",
        "horizontalpodautoscalers",
        &["hpa"],
        "HorizontalPodAutoscaler",
        "autoscaling",
        "v2",
        Namespaced,
    ),
    Row(
        "poddisruptionbudget",
        "poddisruptionbudgets",
        &["pdb"],
        "PodDisruptionBudget",
        "policy",
        "v1",
        Namespaced,
    ),
    Row(
        "priorityclass",
        "priorityclasses",
        &["pc"],
        "PriorityClass",
        "scheduling.k8s.io",
        "v1",
        Cluster,
    ),
    Row("runtimeclass", "runtimeclasses", &[], "RuntimeClass", "node.k8s.io", "v1", Cluster),
    Row("lease", "leases", &[], "Lease", "coordination.k8s.io", "v1", Namespaced),
    Row("podtemplate", "podtemplates", &[], "PodTemplate", "", "v1", Namespaced),
    Row(
        "replicationcontroller",
        "replicationcontrollers",
        &["rc"],
        "ReplicationController",
        "",
        "v1",
        Namespaced,
    ),
    Row(
        "controllerrevision",
        "controllerrevisions",
        &[],
        "ControllerRevision",
        "apps",
        "v1",
        Namespaced,
    ),
    Row(
        "customresourcedefinition",
        "customresourcedefinitions",
        &["crd", "crds"],
        "CustomResourceDefinition",
        "apiextensions.k8s.io",
        "v1",
        Cluster,
    ),
    Row("apiservice", "apiservices", &[], "APIService", "apiregistration.k8s.io", "v1", Cluster),
    Row(
        "mutatingwebhookconfiguration",
        "mutatingwebhookconfigurations",
        &[],
        "MutatingWebhookConfiguration",
        "admissionregistration.k8s.io",
        "v1",
        Cluster,
    ),
    Row(
        "validatingwebhookconfiguration",
        "validatingwebhookconfigurations",
        &[],
        "ValidatingWebhookConfiguration",
        "admissionregistration.k8s.io",
        "v1",
        Cluster,
    ),
    Row(
        "certificatesigningrequest",
        "certificatesigningrequests",
        &["csr"],
        "CertificateSigningRequest",
        "certificates.k8s.io",
        "v1",
        Cluster,
    ),
    Row(
        "volumeattachment",
        "volumeattachments",
        &[],
        "VolumeAttachment",
        "storage.k8s.io",
        "v1",
        Cluster,
    ),
    Row("csidriver", "csidrivers", &[], "CSIDriver", "storage.k8s.io", "v1", Cluster),
];

impl From<&Row> for Resource {
    fn from(row: &Row) -> Self {
        Self {
            word: row.0.to_owned(),
            plural: row.1.to_owned(),
            kind: row.3.to_owned(),
            group: row.4.to_owned(),
            version: row.5.to_owned(),
            scope: row.6,
        }
    }
}

/// The usual kind that a word of a command stands for: `deploy`, `deployments.apps`, `deployment.v1.apps`.
pub(super) fn usual(word: &str) -> Option<Resource> {
    let word = word.to_lowercase();
    let (base, rest) = word.split_once('.').unwrap_or((&word, ""));
    TABLE
        .iter()
        .find(|row| {
            let named = row.0 == base || row.1 == base || row.2.contains(&base);
            let versioned = format!("{}.{}", row.5, row.4);
            named && (rest.is_empty() || rest == row.4 || rest == versioned)
        })
        .map(Resource::from)
}

/// The usual kind that a manifest names, or OpenShift's.
pub(super) fn usual_kind(api_version: &str, kind: &str) -> Option<Resource> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let usual = TABLE.iter().find(|row| row.3 == kind && row.4 == group).map(Resource::from);
    usual.or_else(|| openshift::known_kind(api_version, kind))
}

/// The word that subjects are named with: the usual singular, else the word as it is, in lower case.
pub(super) fn canonical(word: &str) -> String {
    let known = usual(word).or_else(|| openshift::known(word));
    known.map_or_else(|| word.to_lowercase(), |resource| resource.word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_commands_name_the_usual_kinds() {
        for (word, plural) in [
            ("deploy", Some("deployments")),
            ("Deployment", Some("deployments")),
            ("deployments.apps", Some("deployments")),
            ("deployments.v1.apps", Some("deployments")),
            ("deployments.example.com", None),
            ("svc", Some("services")),
            ("ns", Some("namespaces")),
            ("certificate", None),
        ] {
            assert_eq!(usual(word).map(|found| found.plural).as_deref(), plural, "{word}");
        }
        assert_eq!(canonical("po"), "pod");
        assert_eq!(canonical("Certificates.cert-manager.io"), "certificates.cert-manager.io");
    }

    #[test]
    fn manifests_name_the_usual_kinds_by_group() {
        assert_eq!(usual_kind("apps/v1", "Deployment").unwrap().word, "deployment");
        assert_eq!(usual_kind("v1", "Service").unwrap().word, "service");
        assert_eq!(usual_kind("serving.knative.dev/v1", "Service"), None);
    }

    #[test]
    fn paths_have_the_namespace_only_where_objects_live_in_one() {
        let deployment = usual("deploy").unwrap();
        let namespace = usual("ns").unwrap();
        assert_eq!(
            deployment.path(Some("shop"), Some("a/b")),
            "/apis/apps/v1/namespaces/shop/deployments/a%2Fb"
        );
        assert_eq!(deployment.path(None, None), "/apis/apps/v1/deployments");
        assert_eq!(namespace.path(Some("shop"), Some("x")), "/api/v1/namespaces/x");
    }

    #[test]
    fn no_word_stands_for_two_kinds() {
        let mut words: Vec<&str> = Vec::new();
        for row in TABLE {
            words.extend([row.0, row.1].iter().filter(|word| **word != "endpoints"));
            words.extend(row.2);
        }
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
