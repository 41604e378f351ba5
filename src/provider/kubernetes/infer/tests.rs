use super::super::cli::tests::call;
use super::*;
use crate::claim::{Claim, Text, Verb};

fn shown(claim: &Claim) -> String {
    let namespace = claim.subject.param("namespace").map_or(String::new(), Text::shown);
    let fields: Vec<String> = claim
        .expectation
        .fields()
        .iter()
        .map(|field| format!("{}={}", field.path, field.value.shown()))
        .collect();
    let within = claim.container.as_ref().map_or(String::new(), |c| c.name.shown());
    let verb = match claim.verb {
        Verb::Create => "create",
        Verb::Make => "make",
        Verb::Replace => "replace",
        Verb::Change => "change",
        Verb::Remove => "remove",
        Verb::Confirm => "confirm",
        Verb::Disturb => "disturb",
        Verb::Read => "read",
    };
    let line = format!(
        "{verb} {} {}:{} [{within}] {}",
        claim.expectation.word(),
        namespace,
        claim.subject.name.shown(),
        fields.join(" ")
    );
    line.trim_end().to_owned()
}

fn claims(words: &str) -> Vec<String> {
    understand(&call(words), &Story::default()).unwrap().iter().map(shown).collect()
}

#[test]
fn commands_claim_what_they_do() {
    for (words, expected) in [
        (
            "kubectl create deployment web --image=r:5000/a/nginx:1 --replicas=3 --port=80",
            &["create present :deployment/web [] spec.replicas=3 \
               spec.template.spec.containers[nginx].image=r:5000/a/nginx:1 \
               spec.template.spec.containers[nginx].ports[0].containerPort=80"][..],
        ),
        (
            "k create rolebinding b --clusterrole=view --user=ann",
            &["create present :rolebinding/b [] roleRef.kind=ClusterRole roleRef.name=view \
               subjects[ann].kind=User"],
        ),
        ("k create ns shop", &["create present :namespace/shop []"]),
        (
            "k -n shop create cm c --from-literal=a=b --from-literal c=$D",
            &["create present shop:configmap/c [namespace/shop] data.a=b data.c=$D"],
        ),
        (
            "k create secret generic s --from-literal=password=hunter2",
            &["create present :secret/s [] data.password=the text's value"],
        ),
        (
            "k create service clusterip s --tcp=80:8080",
            &["create present :service/s [] spec.type=ClusterIP spec.ports[0].port=80 \
               spec.ports[0].targetPort=8080"],
        ),
        (
            "k run p --image=nginx --port=80",
            &["create present :pod/p [] spec.containers[p].image=nginx \
               spec.containers[p].ports[0].containerPort=80"],
        ),
        (
            "k expose deploy/web --port=80 --type=NodePort",
            &["create present :service/web [] spec.type=NodePort spec.ports[0].port=80"],
        ),
        ("k scale --replicas=5 deploy web", &["change present :deployment/web [] spec.replicas=5"]),
        (
            "k set image deployment/web nginx=nginx:2 -n shop",
            &["change present shop:deployment/web [namespace/shop] \
               spec.template.spec.containers[nginx].image=nginx:2"],
        ),
        (
            "k label pod p a=b c-",
            &["change present :pod/p [] metadata.labels.a=b metadata.labels.c="],
        ),
        (
            "k annotate ns shop x/y=z",
            &["change present :namespace/shop [] metadata.annotations.x/y=z"],
        ),
        ("kubectl delete deployment web", &["remove absent :deployment/web []"]),
        (
            "k delete po/a deploy/b -nshop",
            &[
                "remove absent shop:pod/a [namespace/shop]",
                "remove absent shop:deployment/b [namespace/shop]",
            ],
        ),
        ("k delete ns shop -n other", &["remove absent :namespace/shop []"]),
        ("k delete pod $POD", &["remove absent :pod/$POD []"]),
        ("k get deploy web", &["read present :deployment/web []"]),
    ] {
        assert_eq!(claims(words), expected, "{words}");
    }
}

#[test]
fn a_manifest_in_the_text_is_claimed() {
    let manifest =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\ndata: {a: b}\n";
    for (words, expected) in [
        ("k apply -f -", "make present shop:configmap/c [namespace/shop] data.a=b"),
        ("k create -f-", "create present shop:configmap/c [namespace/shop] data.a=b"),
        ("k replace -f -", "replace present shop:configmap/c [namespace/shop] data.a=b"),
        ("k delete -f -", "remove absent shop:configmap/c [namespace/shop]"),
    ] {
        let call = Call { stdin: Some(Text::from(manifest)), ..call(words) };
        let found: Vec<String> =
            understand(&call, &Story::default()).unwrap().iter().map(shown).collect();
        assert_eq!(found, [expected], "{words}");
    }
}

#[test]
fn a_get_confirms_what_was_deleted_last() {
    let story = |commands: &[&str]| {
        let mut story = Story::default();
        for words in commands {
            let claims = understand(&call(words), &story).unwrap();
            story.claims.extend(claims);
        }
        story
    };
    let deleted: &[&str] = &["k delete deploy web", "k delete deploy api -n shop", "k delete po p"];
    for (before, words, expected) in [
        (deleted, "k get deployment", Some("confirm absent :deployment/web []")),
        (
            deleted,
            "k get deploy -n shop",
            Some("confirm absent shop:deployment/api [namespace/shop]"),
        ),
        (deleted, "k get deploy web", Some("confirm absent :deployment/web []")),
        (deleted, "k get po,svc", Some("confirm absent :pod/p []")),
        (deleted, "k get deploy other", Some("read present :deployment/other []")),
        (deleted, "k get svc", None),
        (
            &["k delete deploy web", "k get deploy", "k get deploy"],
            "k get deploy",
            Some("confirm absent :deployment/web []"),
        ),
        (&["k delete deploy web", "k create deploy web --image=x"], "k get deploy", None),
        (
            &["k delete widgets.example.com w"],
            "k get widget",
            Some("confirm absent :widgets.example.com/w []"),
        ),
        (&["k delete ns shop"], "k get ns", Some("confirm absent :namespace/shop []")),
    ] {
        let found = understand(&call(words), &story(before));
        let found =
            found.ok().map(|claims| claims.iter().map(shown).collect::<Vec<_>>().join("; "));
        assert_eq!(found.as_deref(), expected, "{words}");
    }
}

fn words_of(reading: Reading) -> String {
    match reading {
        Reading::Reads => "reads".to_owned(),
        Reading::NotObservable(reason) => format!("not observable: {}", reason.words()),
        Reading::NotUnderstood(reason) => reason,
    }
}

#[test]
fn what_claims_nothing_says_why() {
    for (words, reason) in [
        ("k get svc -l app=postgres -o json", "reads"),
        ("k create deployment web --image=x --dry-run=client -o yaml", "reads"),
        ("k logs -f web", "reads"),
        ("k rollout status deploy/web", "reads"),
        ("k delete -f web.yaml", "not observable: what it does is not in the text"),
        ("k delete pod -l a=b", "not observable: it leaves no mark that can be read"),
        ("k delete pod --all", "not observable: it leaves no mark that can be read"),
        ("k delete pod", "which objects it takes away is not in the text"),
        ("k apply -f x.yaml", "not observable: what it does is not in the text"),
        ("k apply -k .", "not observable: what it does is not in the text"),
        ("k create widget x", "`kubectl create widget` is not known"),
        (
            "k delete deploy web --context other",
            "not observable: it may be sent to another server or account than the lab's",
        ),
        (
            "k exec -it web -- sh",
            "not observable: what happens inside a container cannot be seen from outside",
        ),
    ] {
        let reading = reading(&call(words));
        assert_eq!(words_of(reading), reason, "{words}");
    }
}
