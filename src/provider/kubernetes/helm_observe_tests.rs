use serde_json::json;

use super::super::helm_record::tests::{record, secret};
use super::super::helm_release::ID;
use super::super::observe::tests::{Page, cluster, fake, forbidden, not_found};
use super::*;
use crate::claim::{Fact, Seen};

/// The label of one revision's Secret.
fn labelled(name: &str, namespace: &str, version: u64, status: &str) -> Value {
    json!({"metadata": {
        "name": format!("sh.helm.release.v1.{name}.v{version}"),
        "namespace": namespace,
        "labels": {"owner": "helm", "name": name, "status": status, "version": version.to_string()},
    }})
}

fn list(items: &[Value]) -> Page {
    let kind = "PartialObjectMetadataList";
    (200, json!({"kind": kind, "apiVersion": "meta.k8s.io/v1", "items": items}).to_string())
}

/// A cluster with revisions of `web`, and a release `wep` in namespace `shop`; a path that ends in `stop` is
/// answered by `instead`.
fn with(revisions: Vec<Value>, stop: &'static str, instead: fn() -> Page) -> String {
    fake(move |path| {
        let (place, query) = path.split_once('?').unwrap_or((path, ""));
        if place.ends_with(stop) {
            return Some(instead());
        }
        let of_name = query.contains("name%3Dweb");
        let in_shop = |one: &&Value| one["metadata"]["namespace"] == "shop";
        Some(match place {
            "/api/v1/namespaces/shop/secrets" if of_name => {
                list(&revisions.iter().filter(in_shop).cloned().collect::<Vec<_>>())
            }
            "/api/v1/namespaces/shop/secrets" => list(&[labelled("wep", "shop", 1, "deployed")]),
            "/api/v1/secrets" => list(&revisions),
            "/api/v1/namespaces/shop" => {
                (200, r#"{"kind":"Namespace","metadata":{"name":"shop"}}"#.to_owned())
            }
            "/api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v10" => {
                (200, secret(&record()).to_string())
            }
            _ => (500, String::new()),
        })
    })
}

fn web() -> Subject {
    Subject::new(ID, "web")
}

async fn seen_at(address: &str, subject: &Subject) -> Observation {
    let (cluster, _folder) = cluster(address);
    observe(subject, &cluster).await
}

fn nothing() -> Page {
    (500, String::new())
}

#[tokio::test]
async fn the_last_revision_counts_by_its_number() {
    let revisions = vec![
        labelled("web", "shop", 9, "superseded"),
        labelled("web", "shop", 10, "deployed"),
        labelled("web", "shop", 2, "superseded"),
    ];
    let address = with(revisions, "nowhere", nothing);
    let observation = seen_at(&address, &web()).await;
    let read = "GET /api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v10 → 200";
    assert_eq!(observation.read, read);
    let Seen::Present(facts) = observation.seen else { panic!("{:?}", observation.seen) };
    assert_eq!(facts.get("status"), Some(&Fact::Plain("deployed".into())));
    assert_eq!(facts.but, None);
}

#[tokio::test]
async fn a_release_is_absent_only_with_the_namespace_and_the_list() {
    let address = with(Vec::new(), "nowhere", nothing);
    let observation = seen_at(&address, &web()).await;
    let shows = "the secrets of namespace `shop` can be listed; no other namespace has it";
    assert_eq!(observation.seen, Seen::Absent(Control::new(shows)));
    assert_eq!(observation.near.as_deref(), Some("`shop` has release `wep`"));

    let named = web().with("namespace", "shop");
    let shows = "the secrets of namespace `shop` can be listed";
    assert_eq!(seen_at(&address, &named).await.seen, Seen::Absent(Control::new(shows)));

    let kept = with(vec![labelled("web", "shop", 3, "uninstalled")], "nowhere", nothing);
    let shows = "the last revision, 3, says that it is uninstalled";
    assert_eq!(seen_at(&kept, &named).await.seen, Seen::Absent(Control::new(shows)));

    let gone = with(Vec::new(), "namespaces/shop", || not_found("namespaces", "", "shop"));
    let control = Control::container_gone("the API answers that there is no namespace `shop`");
    assert_eq!(seen_at(&gone, &named).await.seen, Seen::Absent(control));
    let reason = "the current context is in namespace `shop`, which does not exist".to_owned();
    let expected = Seen::Unobservable(Unobservable::Uncontrolled(reason));
    assert_eq!(seen_at(&gone, &web()).await.seen, expected);
}

#[tokio::test]
async fn a_release_of_another_namespace_is_there_and_says_where() {
    let elsewhere = vec![
        labelled("web", "front", 1, "deployed"),
        labelled("web", "old", 1, "deployed"),
        labelled("web", "old", 2, "uninstalled"),
    ];
    let address = with(elsewhere, "nowhere", nothing);
    let Seen::Present(facts) = seen_at(&address, &web()).await.seen else { panic!("not there") };
    let but = "it is in namespace `front`, and the current context is in `shop`";
    assert_eq!(facts.but.as_deref(), Some(but));
    // Where the text names the namespace, it is only near.
    let named = seen_at(&address, &web().with("namespace", "shop")).await;
    assert!(matches!(named.seen, Seen::Absent(_)), "{named:?}");
}

#[tokio::test]
async fn what_the_account_may_not_do_is_no_absence() {
    let secrets =
        "the account may not read the secrets of namespace `shop`, where helm keeps its releases";
    for (stop, reason) in [
        ("/namespaces/shop/secrets", secrets),
        (
            "/namespaces/shop",
            "the account may not read namespace `shop`, so a missing namespace cannot be ruled out",
        ),
        (
            "/v1/secrets",
            "the account may not list secrets in all namespaces, so it may be in another one than \
             `shop`",
        ),
    ] {
        let seen = seen_at(&with(Vec::new(), stop, forbidden), &web()).await.seen;
        let expected = Seen::Unobservable(Unobservable::Forbidden(reason.to_owned()));
        assert_eq!(seen, expected, "{stop}");
    }
    let there = vec![labelled("web", "shop", 10, "deployed")];
    let seen = seen_at(&with(there, ".v10", forbidden), &web()).await.seen;
    let expected = Seen::Unobservable(Unobservable::Forbidden(secrets.to_owned()));
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_no_release_and_no_absence() {
    let there = || vec![labelled("web", "shop", 10, "deployed")];
    let strange = with(there(), ".v10", || (200, r#"{"kind":"Secret","data":{}}"#.to_owned()));
    let reason = "`sh.helm.release.v1.web.v10` is not a record that helm writes".to_owned();
    let expected = Seen::Unobservable(Unobservable::Unexpected(reason));
    assert_eq!(seen_at(&strange, &web()).await.seen, expected);
    let gone = with(there(), ".v10", || not_found("secrets", "", "sh.helm.release.v1.web.v10"));
    let reason = "the release's record went away while it was read".to_owned();
    let expected = Seen::Unobservable(Unobservable::Unexpected(reason));
    assert_eq!(seen_at(&gone, &web()).await.seen, expected);
}

#[tokio::test]
async fn another_context_is_looked_at_by_its_own_name() {
    let address = with(Vec::new(), "-", nothing);
    let reason = "the kubeconfig has no context `b`".to_owned();
    let expected = Seen::Unobservable(Unobservable::Unconfigured(reason));
    assert_eq!(seen_at(&address, &web().with("context", "b")).await.seen, expected);
    let observation = seen_at(&address, &web().with("context", "a")).await;
    assert!(matches!(observation.seen, Seen::Absent(_)), "{observation:?}");
}
