//! What is seen of real files, directories and links, and of what may not be looked at.

use super::*;
use crate::claim::{Fact, Seen};

fn looked(path: &Path) -> Observation {
    look(path, "f")
}

fn fact(observation: &Observation, name: &str) -> Option<String> {
    let Seen::Present(facts) = &observation.seen else { panic!("{observation:?}") };
    facts.get(name).map(|fact| match fact {
        Fact::Plain(value) => value.as_str().unwrap_or_default().to_owned(),
        Fact::Sealed(secret) => secret.expose().to_owned(),
    })
}

#[test]
fn what_is_there_is_seen_with_its_fields() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a");
    fs::write(&file, "one\ntwo\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let seen = looked(&file);
    for (name, value) in
        [("type", "file"), ("mode", "640"), ("executable", "false"), ("contents", "one\ntwo\n")]
    {
        assert_eq!(fact(&seen, name).as_deref(), Some(value));
    }
    assert_eq!(fact(&seen, "contents (8)").as_deref(), Some("one\ntwo\n"));
    assert_eq!(fact(&seen, "link"), None);
    assert!(!format!("{seen:?}").contains("two"), "contents are never shown");
    assert_eq!(fact(&looked(folder.path()), "type").as_deref(), Some("directory"));
    let link = folder.path().join("l");
    std::os::unix::fs::symlink("a", &link).unwrap();
    assert_eq!(fact(&looked(&link), "link").as_deref(), Some("a"));
    fs::remove_file(&file).unwrap();
    assert_eq!(fact(&looked(&link), "type").as_deref(), Some("link"));
    fs::write(&file, b"\0binary").unwrap();
    assert_eq!(fact(&looked(&file), "contents"), None);
}

#[test]
fn an_absence_has_its_control_and_what_is_near() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("web.yaml"), "").unwrap();
    let seen = looked(&folder.path().join("web.yml"));
    let Seen::Absent(control) = &seen.seen else { panic!("{seen:?}") };
    assert!(!control.container_gone && control.shows.ends_with("can be read"), "{control:?}");
    assert!(seen.near.as_deref().is_some_and(|near| near.ends_with("has `web.yaml`")), "{seen:?}");
    let seen = looked(&folder.path().join("no/such/file"));
    let Seen::Absent(control) = &seen.seen else { panic!("{seen:?}") };
    assert!(control.container_gone && control.shows.ends_with("has no `no`"), "{control:?}");
    let seen = looked(&folder.path().join("web.yaml/file"));
    assert!(matches!(&seen.seen, Seen::Unobservable(_) | Seen::Absent(_)), "{seen:?}");
}

#[test]
fn what_may_not_be_looked_at_is_not_absent() {
    let folder = tempfile::tempdir().unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let seen = looked(&closed.join("f"));
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    match seen.seen {
        Seen::Unobservable(reason) => assert!(reason.reason().contains("may not"), "{reason:?}"),
        // An account that may do everything sees everything.
        Seen::Absent(_) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_relative_path_is_nowhere_and_a_pipe_is_not_waited_for() {
    let config = Config::default();
    let seen = observe(&Subject::new("host/file", "f"), &config).await;
    let Seen::Unobservable(Unobservable::NotObserved(reason)) = &seen.seen else {
        panic!("{seen:?}")
    };
    assert!(reason.contains("in which directory"), "{reason}");
    let seen = observe(&Subject::new("host/file", "~/f"), &config).await;
    assert!(matches!(seen.seen, Seen::Unobservable(Unobservable::Unconfigured(_))), "{seen:?}");
    let seen = observe(&Subject::new("host/file", "/dev/null"), &config).await;
    assert_eq!(fact(&seen, "type").as_deref(), Some("special"));
}
