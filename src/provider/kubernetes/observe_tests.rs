use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use super::super::object::ID;
use super::*;
use crate::claim::{Fact, Seen};
use crate::config::Config;
use crate::provider::Timings;

/// An answer of the fake: a code and a body.
pub(in crate::provider::kubernetes) type Page = (u16, String);

/// A path's start, and what is answered there instead.
type Replaced = (&'static str, fn() -> Page);

/// A server on loopback that answers every GET by its path; `None` is never answered.
pub(in crate::provider::kubernetes) fn fake(
    answer: impl Fn(&str) -> Option<Page> + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut silent = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..length]);
            let path = request.split(' ').nth(1).unwrap_or_default();
            let Some((code, body)) = answer(path) else {
                silent.push(stream);
                continue;
            };
            let head = format!(
                "HTTP/1.1 {code} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            // A client that has read enough hangs up.
            let _ =
                stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        }
    });
    address
}

/// A session with a server, whose context is in namespace `shop`.
pub(in crate::provider::kubernetes) fn cluster(address: &str) -> (Cluster, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let text = format!(
        "current-context: a\ncontexts: [{{name: a, context: {{cluster: c, namespace: shop}}}}]\n\
         clusters: [{{name: c, cluster: {{server: '{address}'}}}}]\n"
    );
    std::fs::write(&path, text).unwrap();
    let mut config = Config::default();
    config.kubernetes.kubeconfigs = vec![path];
    config.limits.read = Duration::from_secs(2);
    (Cluster::new(&config, Timings::default()), folder)
}

async fn seen_at(address: &str, subject: &Subject) -> Observation {
    let (cluster, _folder) = cluster(address);
    let mut observation = observe(subject, &cluster).await;
    if let Seen::Unobservable(reason) = &mut observation.seen {
        *reason = match reason.clone() {
            Unobservable::Unreachable(text) => {
                Unobservable::Unreachable(text.replace(address, "URL"))
            }
            Unobservable::TimedOut(text) => Unobservable::TimedOut(text.replace(address, "URL")),
            Unobservable::Unexpected(text) => {
                Unobservable::Unexpected(text.replace(address, "URL"))
            }
            Unobservable::Forbidden(text) => Unobservable::Forbidden(text.replace(address, "URL")),
            other => other,
        };
    }
    observation
}

fn web() -> Subject {
    Subject::new(ID, "deployment/web")
}

pub(in crate::provider::kubernetes) fn not_found(kind: &str, group: &str, name: &str) -> Page {
    let group = if group.is_empty() { String::new() } else { format!(r#""group":"{group}","#) };
    let body = format!(
        r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","details":{{"name":"{name}",{group}"kind":"{kind}"}},"code":404}}"#
    );
    (404, body)
}

pub(in crate::provider::kubernetes) fn forbidden() -> Page {
    let body = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","details":{},"code":403}"#;
    (403, body.to_owned())
}

fn list(items: &str) -> Page {
    (200, format!(r#"{{"kind":"List","apiVersion":"v1","metadata":{{}},"items":[{items}]}}"#))
}

/// What a cluster without the Deployment answers, with some answers replaced.
fn without_web(replaced: &'static [Replaced]) -> String {
    fake(move |path| {
        if let Some((_, page)) = replaced.iter().find(|(start, _)| path.starts_with(start)) {
            return Some(page());
        }
        Some(match path.split('?').next().unwrap_or_default() {
            "/apis/apps/v1/namespaces/shop/deployments/web" => {
                not_found("deployments", "apps", "web")
            }
            "/api/v1/namespaces/shop" => {
                (200, r#"{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"shop"}}"#.into())
            }
            "/apis/apps/v1/deployments" | "/apis/apps/v1/namespaces/shop/deployments" => {
                list(r#"{"metadata":{"namespace":"shop","name":"webs"}}"#)
            }
            _ => (500, String::new()),
        })
    })
}

#[tokio::test]
async fn an_absence_needs_the_servers_word_and_its_controls() {
    let observation = seen_at(&without_web(&[]), &web()).await;
    let control = Control::new("namespace `shop` answers; no other namespace has it");
    assert_eq!(observation.seen, Seen::Absent(control));
    assert_eq!(observation.read, "GET /apis/apps/v1/namespaces/shop/deployments/web → 404");
    assert_eq!(observation.near.as_deref(), Some("`shop` has `webs`"));

    let named = web().with("namespace", "shop");
    let observation = seen_at(&without_web(&[]), &named).await;
    assert_eq!(observation.seen, Seen::Absent(Control::new("namespace `shop` answers")));
}

#[tokio::test]
async fn a_missing_namespace_is_told_from_a_missing_object() {
    let gone: &[Replaced] = &[("/api/v1/namespaces/shop", || not_found("namespaces", "", "shop"))];
    let observation = seen_at(&without_web(gone), &web().with("namespace", "shop")).await;
    let control = Control::container_gone("the API answers that there is no namespace `shop`");
    assert_eq!(observation.seen, Seen::Absent(control));

    let reason = "the current context is in namespace `shop`, which does not exist".to_owned();
    let expected = Seen::Unobservable(Unobservable::Uncontrolled(reason));
    assert_eq!(seen_at(&without_web(gone), &web()).await.seen, expected);
}

#[tokio::test]
async fn what_is_in_another_namespace_is_there_and_says_where() {
    let elsewhere: &[Replaced] = &[("/apis/apps/v1/deployments", || {
        list(r#"{"metadata":{"name":"web","namespace":"default"}}"#)
    })];
    let Seen::Present(facts) = seen_at(&without_web(elsewhere), &web()).await.seen else {
        panic!("not there")
    };
    let but = "it is in namespace `default`, and the current context is in `shop`";
    assert_eq!(facts.but.as_deref(), Some(but));
}

#[tokio::test]
async fn what_the_account_may_not_do_is_no_absence() {
    for (place, reason) in [
        (
            "/apis/apps/v1/namespaces/shop/deployments/web",
            "the account may not get deployments.apps in namespace `shop`",
        ),
        (
            "/api/v1/namespaces/shop",
            "the account may not read namespace `shop`, so a missing namespace cannot be ruled out",
        ),
        (
            "/apis/apps/v1/deployments",
            "the account may not list deployments.apps in all namespaces, so it may be in another one \
             than `shop`",
        ),
    ] {
        let replaced: &'static [Replaced] = Box::leak(Box::new([(place, forbidden as _)]));
        let observation = seen_at(&without_web(replaced), &web()).await;
        let expected = Seen::Unobservable(Unobservable::Forbidden(reason.to_owned()));
        assert_eq!(observation.seen, expected, "{place}");
    }
}

#[tokio::test]
async fn what_is_no_kubernetes_api_proves_nothing() {
    let unreachable = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let big = || Some((200, format!(r#"{{"kind":"X","a":"{}"}}"#, "a".repeat(5 << 20))));
    let status = |body: &'static str, code| move |_: &str| Some((code, body.to_owned()));
    for (address, expected) in [
        (unreachable, Unobservable::Unreachable("no Kubernetes API answered at URL".into())),
        (
            fake(status("<html>", 200)),
            Unobservable::Unexpected("URL answered 200 but is not a Kubernetes API".into()),
        ),
        (
            fake(status("404 page not found", 404)),
            Unobservable::Unexpected("URL answered 404 but is not a Kubernetes API".into()),
        ),
        (
            fake(status(r#"{"kind":"Status","apiVersion":"v1","code":401}"#, 401)),
            Unobservable::Forbidden(
                "URL does not accept the kubeconfig's credentials (401)".into(),
            ),
        ),
        (fake(|_| None), Unobservable::TimedOut("URL did not answer within 2 s".into())),
        (fake(move |_| big()), Unobservable::Unexpected("URL answered more than 4 MiB".into())),
        (
            fake(|_| Some(not_found("deployments", "apps", "other"))),
            Unobservable::Unexpected("the cluster answered about something else".into()),
        ),
    ] {
        assert_eq!(seen_at(&address, &web()).await.seen, Seen::Unobservable(expected));
    }
}

#[tokio::test]
async fn a_failed_session_fails_at_once_and_in_the_same_words() {
    let (cluster, _folder) = cluster(&fake(|_| None));
    let first = observe(&web(), &cluster).await;
    let started = std::time::Instant::now();
    let second = observe(&Subject::new(ID, "pod/p"), &cluster).await;
    assert!(started.elapsed() < Duration::from_secs(1));
    assert_eq!(first.seen, second.seen);
}

#[tokio::test]
async fn a_path_is_read_once_whoever_asks() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let address = fake(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Some((
            200,
            r#"{"kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2}}"#.into(),
        ))
    });
    let (cluster, _folder) = cluster(&address);
    let subject = web();
    let (one, two) = tokio::join!(observe(&subject, &cluster), observe(&subject, &cluster));
    assert_eq!((&one, count.load(Ordering::Relaxed)), (&two, 1));
    let Seen::Present(facts) = one.seen else { panic!("not there") };
    assert_eq!(facts.get("spec.replicas"), Some(&Fact::Plain(2.into())));
}

#[tokio::test]
async fn a_group_that_is_not_served_is_neither_absent_nor_a_broken_cluster() {
    let address = fake(|path| {
        Some(match path {
            "/version" => (200, r#"{"gitVersion":"v1.35.4"}"#.to_owned()),
            _ => (404, "404 page not found\n".to_owned()),
        })
    });
    let expected = Unobservable::Unexpected("the cluster does not serve deployments.apps".into());
    assert_eq!(seen_at(&address, &web()).await.seen, Seen::Unobservable(expected));
}

#[tokio::test]
async fn an_object_held_by_a_finalizer_is_still_terminating() {
    let address = fake(|_| {
        let body = r#"{"kind":"Deployment","metadata":{"name":"web","finalizers":["a.io/b"],"deletionTimestamp":"2026-01-01T00:00:00Z"}}"#;
        Some((200, body.to_owned()))
    });
    let Seen::Present(facts) = seen_at(&address, &web()).await.seen else { panic!("not there") };
    let but = "it is still terminating: held by finalizer `a.io/b`";
    assert_eq!(facts.but.as_deref(), Some(but));
}

/// What discovery lists: one group with one kind.
fn serving(kind: &'static str, group: &'static str, resource: &'static str) -> String {
    fake(move |path| {
        Some(match path {
            "/apis" => {
                let resources = format!(
                    r#"[{{"resource":"{resource}","responseKind":{{"kind":"{kind}"}},"scope":"Namespaced"}}]"#
                );
                let resources = if resource.is_empty() { "[]" } else { &resources };
                let body = format!(
                    r#"{{"kind":"APIGroupDiscoveryList","items":[{{"metadata":{{"name":"{group}"}},"versions":[{{"version":"v1","resources":{resources}}}]}}]}}"#
                );
                (200, body)
            }
            "/api" => (200, r#"{"kind":"APIGroupDiscoveryList","items":[]}"#.to_owned()),
            _ if path.contains("/routes/web") => {
                let body = r#"{"kind":"Route","metadata":{"name":"web"},"spec":{"host":"a"}}"#;
                (200, body.to_owned())
            }
            _ => (500, String::new()),
        })
    })
}

#[tokio::test]
async fn what_only_openshift_serves_is_looked_at_where_it_is_served() {
    let route = Subject::new(ID, "route/web");
    let elsewhere = Unobservable::NotObserved("only OpenShift serves routes".to_owned());
    let unserved = |what: &str| Unobservable::Unexpected(format!("the cluster serves no `{what}`"));
    let seen = seen_at(&serving("Widget", "example.com", "widgets"), &route).await.seen;
    assert_eq!(seen, Seen::Unobservable(elsewhere));
    // Of OpenShift and Knative, OpenShift goes first; alone, Knative's is what the word stands for.
    for group in ["route.openshift.io", "serving.knative.dev"] {
        let Seen::Present(facts) = seen_at(&serving("Route", group, "routes"), &route).await.seen
        else {
            panic!("{group}")
        };
        assert_eq!(facts.get("spec.host"), Some(&Fact::Plain("a".into())));
    }
    // A group whose server is away lists nothing: that is no word of the cluster's.
    let seen = seen_at(&serving("Route", "route.openshift.io", ""), &route).await.seen;
    assert_eq!(seen, Seen::Unobservable(unserved("route")));
    let proxy = Subject::new(ID, "proxy.config.openshift.io/cluster");
    let elsewhere = Unobservable::NotObserved("only OpenShift serves proxy".to_owned());
    let seen = seen_at(&serving("Widget", "example.com", "widgets"), &proxy).await.seen;
    assert_eq!(seen, Seen::Unobservable(elsewhere));
    let other = Subject::new(ID, "widget.example.org/a");
    let seen = seen_at(&serving("Widget", "example.com", "widgets"), &other).await.seen;
    assert_eq!(seen, Seen::Unobservable(unserved("widget.example.org")));
}

#[tokio::test]
async fn a_cluster_that_does_not_say_what_it_serves_is_no_other_than_openshift() {
    let address = fake(|_| Some(forbidden()));
    let expected = Unobservable::Unexpected("the cluster serves no `route`".into());
    let seen = seen_at(&address, &Subject::new(ID, "route/web")).await.seen;
    assert_eq!(seen, Seen::Unobservable(expected));
}
