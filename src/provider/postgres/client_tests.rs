//! What each answer to a login means.

use super::*;
use crate::claim::Text;
use crate::provider::Timings;
use crate::provider::postgres::conninfo::Conninfo;

fn endpoint() -> Endpoint {
    let info = Conninfo::parse(&Text::from("postgresql://h:5432/d?sslmode=disable")).unwrap();
    Endpoint::choose(&info, None, &BTreeMap::new()).unwrap()
}

fn words(failure: &Failure) -> String {
    match judge(failure, &endpoint(), "u") {
        Login::Accepted { but, .. } => format!("accepted {but:?}"),
        Login::Refused => "refused".to_owned(),
        Login::Asked => "asked".to_owned(),
        Login::TurnedDown => "turned down".to_owned(),
        Login::Unseen(reason) => reason.reason().to_owned(),
    }
}

#[test]
fn only_28p01_refuses_a_password() {
    let full = "Postgres at `h:5432` has no connection left (53300)";
    for (state, routine, message, expected) in [
        ("28P01", "auth_failed", "", "refused"),
        ("28000", "InitializeSessionUserId", "", "turned down"),
        ("3D000", "InitPostgres", "", "accepted Some(NoSuchDatabase)"),
        ("42501", "InitPostgres", "", "accepted Some(NotPermitted)"),
        ("53300", "InitializeSessionUserId", "", "accepted Some(NoConnectionLeft)"),
        ("53300", "ProcessStartupPacket", "sorry, too many clients already", full),
        ("53300", "", "too many connections for role \"u\"", "accepted Some(NoConnectionLeft)"),
        ("53300", "", "sorry, too many clients already", full),
        ("57P03", "ProcessStartupPacket", "", "Postgres at `h:5432` is not ready (57P03)"),
        ("XX000", "", "", "Postgres at `h:5432` answered the login of `u` with SQLSTATE XX000"),
    ] {
        let failure = Failure {
            sqlstate: Some(state.to_owned()),
            routine: Some(routine.to_owned()).filter(|routine| !routine.is_empty()),
            message: message.to_owned(),
            ..Failure::default()
        };
        assert_eq!(words(&failure), expected, "{state} {routine} {message}");
    }
}

#[test]
fn without_a_sqlstate_the_server_did_not_speak() {
    let none = Failure::default();
    assert_eq!(words(&none), "no Postgres answered at `h:5432`");
    assert_eq!(words(&Failure { asked: true, ..none.clone() }), "asked");
    let tls = |trusted| words(&Failure { tls: Some(trusted), ..Failure::default() });
    assert_eq!(tls(true), "the TLS certificate of Postgres at `h:5432` is not trusted");
    assert_eq!(tls(false), "Postgres at `h:5432` offers no TLS");
}

#[tokio::test]
async fn a_closed_port_and_a_silent_one_are_two_things() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut config = Config::default();
    config.limits.read = Duration::from_secs(2);
    let server = Server::new(&config, Timings::default());
    let mut target = Target { endpoint: endpoint(), user: "u".to_owned(), password: None };
    target.endpoint.host = "127.0.0.1".to_owned();
    target.endpoint.port = address.port();
    let silent = server.login(&target).await;
    assert!(matches!(silent, Login::Unseen(Unobservable::TimedOut(_))));
    drop(listener);
    // The same login is not tried again within a run; another one is.
    let again = server.login(&target).await;
    assert!(matches!(again, Login::Unseen(Unobservable::TimedOut(_))));
    target.user = "v".to_owned();
    let closed = server.login(&target).await;
    assert!(matches!(closed, Login::Unseen(Unobservable::Unreachable(_))));
}
