//! The tables of Kubernetes' kinds: objects of the usual kinds and of one of our own, selections, a release of helm.

use super::row::{Row, Start};

const OBJECT: &str = "kubernetes/object";
const SELECTION: &str = "kubernetes/selection";

/// A namespace, and a kind of our own.
pub(super) const GIVEN: &str = r"kubectl create namespace kinds
kubectl apply -f - <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: kites.toys.example.com}
spec:
  group: toys.example.com
  scope: Namespaced
  names: {plural: kites, singular: kite, kind: Kite}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
YAML
kubectl wait --for=condition=established crd/kites.toys.example.com --timeout=30s";

/// What is there before the text: things that it only marks, scales, restarts or takes away.
pub(super) const BEFORE: &str = "kubectl create namespace kinds-old
kubectl apply -n kinds-old -f - <<'YAML'
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: sails}
spec:
  replicas: 1
  selector: {matchLabels: {app: sails}}
  template:
    metadata: {labels: {app: sails}}
    spec: {containers: [{name: sails, image: registry.invalid/sails:1}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: winds}
spec:
  selector: {matchLabels: {app: winds}}
  template:
    metadata: {labels: {app: winds}}
    spec: {containers: [{name: winds, image: registry.invalid/winds:1}]}
---
apiVersion: v1
kind: LimitRange
metadata: {name: depths}
spec: {limits: [{type: Container, max: {cpu: '4'}}]}
YAML
kubectl create cronjob tides --image=registry.invalid/tides:1 --schedule='0 0 1 1 *' -n kinds-old
kubectl create ingress quay --rule='quay.example.com/*=quay:80' -n kinds-old
kubectl create poddisruptionbudget moor --min-available=1 --selector=app=moor -n kinds-old
kubectl label poddisruptionbudget moor berth=old -n kinds-old";

/// The table.
pub(super) fn rows() -> Vec<Row> {
    [of_workloads(), of_settings(), of_our_own(), of_rights(), of_marks(), of_absences()].concat()
}

fn of_workloads() -> Vec<Row> {
    vec![
        Row::new(
            OBJECT,
            "kubectl create deployment web --image=registry.invalid/web:1 --replicas=2 -n kinds",
        )
        .changed(
            "kubectl set image deployment/web web=registry.invalid/web:2 -n kinds",
            &["containers[web].image", "web:2"],
        )
        .back("kubectl delete deployment web -n kinds")
        .denied(&["deployments.apps"]),
        Row::new(OBJECT, "kubectl run boat --image=registry.invalid/boat:1 -n kinds")
            .changed(
                "kubectl set image pod/boat boat=registry.invalid/boat:2 -n kinds",
                &["containers[boat].image", "boat:2"],
            )
            .back("kubectl delete pod boat -n kinds --grace-period=1")
            .denied(&["pods"]),
        Row::new(OBJECT, "kubectl create job once --image=registry.invalid/once:1 -n kinds")
            .changed(
                "kubectl delete job once -n kinds
kubectl create job once --image=registry.invalid/twice:1 -n kinds",
                &["containers[once].image", "twice:1"],
            )
            .back("kubectl delete job once -n kinds")
            .denied(&["jobs.batch"]),
        Row::new(
            OBJECT,
            "kubectl apply -n kinds -f - <<'YAML'
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: crew}
spec:
  serviceName: crew
  replicas: 1
  selector: {matchLabels: {app: crew}}
  template:
    metadata: {labels: {app: crew}}
    spec: {containers: [{name: crew, image: 'registry.invalid/crew:1'}]}
YAML",
        )
        .changed(
            "kubectl scale statefulset crew --replicas=3 -n kinds",
            &["`spec.replicas` is `3`"],
        )
        .back("kubectl delete statefulset crew -n kinds")
        .denied(&["statefulsets.apps"]),
        Row::new(OBJECT, "kubectl create service clusterip front --tcp=80:8080 -n kinds")
            .changed(
                r#"kubectl patch service front -n kinds --type=json \
    -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":9090}]'"#,
                &["targetPort", "`9090`"],
            )
            .back("kubectl delete service front -n kinds")
            .denied(&["services"]),
    ]
}

fn of_settings() -> Vec<Row> {
    vec![
        Row::new(OBJECT, "kubectl create configmap course --from-literal=to=north -n kinds")
            .changed(
                r#"kubectl patch configmap course -n kinds -p '{"data":{"to":"south"}}'"#,
                &["`data.to` is `south`"],
            )
            .back("kubectl delete configmap course -n kinds")
            .denied(&["configmaps"]),
        Row::new(
            OBJECT,
            "kubectl create secret generic log --from-literal=word=mutiny-at-dawn -n kinds",
        )
        .changed(
            r#"kubectl patch secret log -n kinds -p '{"stringData":{"word":"all-is-quiet"}}'"#,
            &["data.word", "another value"],
        )
        .back("kubectl delete secret log -n kinds")
        .denied(&["secrets"]),
        Row::new(OBJECT, "kubectl create namespace kinds-more")
            .never_another("a namespace has nothing but its name")
            .back("kubectl delete namespace kinds-more"),
        Row::new(
            OBJECT,
            "kubectl apply -n kinds -f - <<'YAML'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: hold}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ''
  resources: {requests: {storage: 1Gi}}
YAML",
        )
        .changed(
            "kubectl delete persistentvolumeclaim hold -n kinds
kubectl apply -n kinds -f - <<'YAML'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: hold}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ''
  resources: {requests: {storage: 2Gi}}
YAML",
            &["requests.storage", "`2Gi`"],
        )
        .back("kubectl delete persistentvolumeclaim hold -n kinds")
        .denied(&["persistentvolumeclaims"]),
    ]
}

fn of_our_own() -> Vec<Row> {
    vec![
        Row::new(
            OBJECT,
            "kubectl apply -f - <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: tops.toys.example.com}
spec:
  group: toys.example.com
  scope: Namespaced
  names: {plural: tops, singular: top, kind: Top}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object}}
YAML",
        )
        .changed(
            r#"kubectl patch crd tops.toys.example.com --type=merge -p '{"spec":{"names":{"singular":"spinner"}}}'"#,
            &["spec.names.singular", "spinner"],
        )
        .back("kubectl delete crd tops.toys.example.com"),
        Row::new(
            OBJECT,
            "kubectl apply -n kinds -f - <<'YAML'
apiVersion: toys.example.com/v1
kind: Kite
metadata: {name: red}
spec: {length: 3, knots: 0, torn: false}
YAML",
        )
        // A controller that leaves zeros out changes nothing.
        .changed(
            r#"kubectl patch kite red -n kinds --type=merge -p '{"spec":{"length":5,"knots":null,"torn":null}}'"#,
            &["`spec.length` is `5`"],
        )
        .back("kubectl delete kite red -n kinds")
        .denied(&["kites.toys.example.com"]),
    ]
}

fn of_rights() -> Vec<Row> {
    vec![
        Row::new(OBJECT, "kubectl create serviceaccount cook -n kinds")
            .never_another("a ServiceAccount has nothing but its name")
            .back("kubectl delete serviceaccount cook -n kinds")
            .denied(&["serviceaccounts"]),
        Row::new(OBJECT, "kubectl create role reader --verb=get --resource=pods -n kinds")
            .changed(
                "kubectl delete role reader -n kinds
kubectl create role reader --verb=list --resource=pods -n kinds",
                &["rules[0].verbs[0]", "`list`"],
            )
            .back("kubectl delete role reader -n kinds")
            .denied(&["roles.rbac.authorization.k8s.io"]),
        Row::new(
            OBJECT,
            "kubectl create rolebinding cooks --role=reader --serviceaccount=kinds:cook -n kinds",
        )
        .changed(
            r#"kubectl patch rolebinding cooks -n kinds --type=json \
    -p '[{"op":"replace","path":"/subjects/0/name","value":"mate"}]'"#,
            &["`subjects[cook].kind` is not set"],
        )
        .back("kubectl delete rolebinding cooks -n kinds")
        .denied(&["rolebindings.rbac.authorization.k8s.io"]),
    ]
}

fn of_marks() -> Vec<Row> {
    let marked = |make| Row { start: Start::Otherwise("not set"), ..Row::new(OBJECT, make) };
    vec![
        marked("kubectl label cronjob tides sea=north -n kinds-old")
            .changed(
                "kubectl label cronjob tides sea=south --overwrite -n kinds-old",
                &["`metadata.labels.sea` is `south`"],
            )
            .back("kubectl label cronjob tides sea- -n kinds-old")
            .denied(&["cronjobs.batch"]),
        marked("kubectl annotate limitrange depths toys.example.com/chart=12 -n kinds-old")
            .changed(
                "kubectl annotate limitrange depths toys.example.com/chart=13 --overwrite -n kinds-old",
                &["`metadata.annotations.toys.example.com/chart` is `13`"],
            )
            .back("kubectl annotate limitrange depths toys.example.com/chart- -n kinds-old")
            .denied(&["limitranges"]),
        Row {
            start: Start::Otherwise("`spec.replicas` is `1`"),
            ..Row::new(OBJECT, "kubectl scale replicaset sails --replicas=2 -n kinds-old")
                .changed(
                    "kubectl scale replicaset sails --replicas=3 -n kinds-old",
                    &["`spec.replicas` is `3`"],
                )
                .back("kubectl scale replicaset sails --replicas=1 -n kinds-old")
                .denied(&["replicasets.apps"])
        },
        marked("kubectl rollout restart daemonset winds -n kinds-old")
            .never_another("it was restarted or not")
            .denied(&["daemonsets.apps"]),
        marked(
            "kubectl taint node node-0 kinds=tried:PreferNoSchedule
kubectl cordon node-0",
        )
        .changed("kubectl uncordon node-0", &["spec.unschedulable"])
        .back("kubectl taint node node-0 kinds:PreferNoSchedule-")
        .denied(&["nodes"]),
    ]
}

fn of_absences() -> Vec<Row> {
    let gone = |kind, make| Row { start: Start::Otherwise("still there"), ..Row::new(kind, make) };
    vec![
        gone(OBJECT, "kubectl delete ingress quay -n kinds-old")
            .changed(
                "kubectl create ingress quay --rule='quay.example.com/*=quay:80' -n kinds-old",
                &["still there"],
            )
            .denied(&["ingresses.networking.k8s.io"]),
        gone(SELECTION, "kubectl delete poddisruptionbudget -l berth=old -n kinds-old")
            .changed(
                "kubectl create poddisruptionbudget moor --min-available=1 --selector=app=moor -n kinds-old
kubectl label poddisruptionbudget moor berth=old -n kinds-old",
                &["`moor` is still there"],
            )
            .denied(&["poddisruptionbudgets.policy"]),
    ]
}

/// A release is read from the Secrets that helm keeps: a table of its own, for Secrets are denied here.
pub(super) fn releases() -> Vec<Row> {
    vec![
        Row::new(
            "kubernetes/helm-release",
            "helm install web acme/nginx -n kinds --version 1.2.3 --set mode=live",
        )
        .changed(
            "helm upgrade web acme/nginx -n kinds --version 1.2.4 --set mode=live",
            &["`version` is `1.2.4`"],
        )
        .back("helm uninstall web -n kinds")
        .denied(&["secrets"]),
    ]
}
