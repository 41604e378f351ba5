//! Where the things of a statement are: the server, the database, and by which login they can be read. Pure.

use super::conninfo::Conninfo;
use super::{database, extension, function, grant, relation, rows, schema, table};
use crate::claim::{Claim, Subject, Text};

/// The parameters that say how to get there, and not what is meant.
const WAYS: [&str; 10] = [
    "host",
    "port",
    "sslmode",
    "sslrootcert",
    "user",
    "password",
    "own_user",
    "own_password",
    "through",
    "inside",
];

/// The connection that a statement is sent over.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// Where and as whom.
    pub(super) to: Conninfo,
    /// Whether it is opened in a container, whose `localhost` is not ours.
    pub(super) inside: bool,
}

/// The parameters of a subject that say where it is and with which login it is looked at.
pub(super) const GIVEN: &[&str] = &["database", "host", "port", "user", "password", "sslmode"];

impl Place {
    /// As the text writes it.
    pub(super) fn new(mut to: Conninfo, inside: bool) -> Self {
        if inside && !to.host.as_ref().is_some_and(reaches_everywhere) {
            (to.host, to.port, to.sslmode, to.sslrootcert) = (None, None, None, None);
        }
        if inside {
            to.sslrootcert = None;
        }
        Self { to, inside }
    }

    /// The database: the one that is named, else the user's own, else the one that every server has.
    pub(super) fn database(&self) -> Text {
        let named = self.to.database.clone().or_else(|| self.to.user.clone());
        named.unwrap_or_else(|| Text::from("postgres"))
    }

    /// The subject with its place; the same one as before where the text has spoken of it.
    pub(super) fn subject<'a>(
        &self,
        mut subject: Subject,
        earlier: impl Iterator<Item = &'a Claim> + Clone,
    ) -> Subject {
        if in_database(&subject) && subject.param("database").is_none() {
            subject = subject.with("database", self.database());
        }
        let earlier = earlier.filter(|claim| claim.subject.kind.starts_with("postgres/"));
        if let Some(known) = earlier.clone().find(|claim| self.is_same(&claim.subject, &subject)) {
            return known.subject.clone();
        }
        if !in_database(&subject)
            && let Some(database) = &self.to.database
        {
            subject = subject.with("through", database.clone());
        }
        let to = &self.to;
        for (key, value) in [
            ("host", &to.host),
            ("port", &to.port),
            ("sslmode", &to.sslmode),
            ("sslrootcert", &to.sslrootcert),
        ] {
            if let Some(value) = value {
                subject = subject.with(key, value.clone());
            }
        }
        if self.inside {
            subject = subject.with("inside", "true");
        }
        self.with_logins(subject, earlier)
    }

    /// The first login whose password the text gives, which is likely to be the strongest, and its own.
    fn with_logins<'a>(
        &self,
        mut subject: Subject,
        earlier: impl Iterator<Item = &'a Claim>,
    ) -> Subject {
        let own = self.to.user.as_ref().zip(self.to.password.as_ref());
        let first = earlier
            .filter(|claim| self.is_same_server(&claim.subject))
            .find_map(|claim| {
                let user = match claim.subject.kind {
                    "postgres/login" => Some(&claim.subject.name),
                    _ => claim.subject.param("user"),
                };
                user.filter(|user| user.value().is_some()).zip(claim.subject.param("password"))
            })
            .map(|(user, password)| (user.clone(), password.clone()));
        let Some((user, password)) = first.or_else(|| Some((own?.0.clone(), own?.1.clone())))
        else {
            return match &to_user(self) {
                Some(user) => subject.with("user", user.clone()),
                None => subject,
            };
        };
        let other = own.filter(|(own, _)| **own != user);
        subject = subject.with("user", user).with("password", password.sealed());
        match other {
            Some((user, password)) => subject
                .with("own_user", user.clone())
                .with("own_password", password.clone().sealed()),
            None => subject,
        }
    }

    /// Whether an earlier subject is the same thing, however the text got there.
    fn is_same(&self, known: &Subject, new: &Subject) -> bool {
        let what = |subject: &Subject| {
            let own = subject.params.iter().filter(|(key, _)| !WAYS.contains(key));
            own.map(|(key, value)| (*key, spelled(key, value))).collect::<Vec<_>>()
        };
        known.kind == new.kind
            && spelled("name", &known.name) == spelled("name", &new.name)
            && what(known) == what(new)
            && self.is_same_server(known)
    }

    /// Two addresses that are both known and differ are two servers.
    fn is_same_server(&self, known: &Subject) -> bool {
        let differs = |key: &str, own: Option<&Text>| {
            let (known, own) = (known.param(key).and_then(Text::value), own.and_then(Text::value));
            known.zip(own).is_some_and(|(known, own)| known != own)
        };
        !differs("host", self.to.host.as_ref()) && !differs("port", self.to.port.as_ref())
    }
}

fn to_user(place: &Place) -> Option<Text> {
    place.to.user.clone().filter(|user| user.value().is_some())
}

/// The name by which a thing is told from others: unqualified names are most often those of `public`.
fn spelled(key: &str, value: &Text) -> Text {
    match (key, value.literal()) {
        ("name" | "object" | "on", Some(name)) => Text::from(name.replace("public.", "")),
        _ => value.clone(),
    }
}

/// Whether a container's address means the same outside of it.
pub(super) fn reaches_everywhere(host: &Text) -> bool {
    let Some(host) = host.literal() else { return false };
    if let Ok(address) = host.parse::<std::net::IpAddr>() {
        return !address.is_loopback();
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.') && !host.starts_with('/') && !matches!(last, "local" | "svc")
}

/// Whether things of a kind live in one database.
fn in_database(subject: &Subject) -> bool {
    const IN: [&str; 6] =
        [extension::ID, function::ID, relation::ID, rows::ID, schema::ID, table::ID];
    let on_database = || subject.param("on").and_then(Text::literal).as_deref() == Some("database");
    IN.contains(&subject.kind) || subject.kind == grant::ID && !on_database()
}

/// What holds a thing: its table, its schema, or its database.
pub(super) fn container<'a>(
    place: &Place,
    subject: &Subject,
    earlier: impl Iterator<Item = &'a Claim> + Clone,
) -> Option<Subject> {
    let name = subject.name.literal();
    let database = subject.param("database").cloned().unwrap_or_else(|| place.database());
    let in_schema = |name: Option<&str>| match name.and_then(|name| name.split_once('.')) {
        Some((schema, _)) if schema != "public" => Subject::new(schema::ID, schema),
        _ => Subject::new(database::ID, database.clone()),
    };
    let with_database = |holder: Subject| match holder.kind {
        database::ID => holder,
        _ => holder.with("database", database.clone()),
    };
    let holder = match subject.kind {
        rows::ID => Subject::new(table::ID, subject.name.clone()),
        grant::ID => {
            let object = subject.param("object")?;
            match subject.param("on").and_then(Text::literal).as_deref() {
                Some("table") => Subject::new(table::ID, object.clone()),
                Some("database") => Subject::new(database::ID, object.clone()),
                Some(on) if on.starts_with("all ") || on == "schema" => {
                    in_schema(object.literal().map(|name| format!("{name}.")).as_deref())
                }
                _ => in_schema(object.literal().as_deref()),
            }
        }
        relation::ID if subject.param("on").is_some() => {
            Subject::new(table::ID, subject.param("on")?.clone())
        }
        table::ID | relation::ID | function::ID => in_schema(name.as_deref()),
        schema::ID | extension::ID => Subject::new(database::ID, database.clone()),
        _ => return None,
    };
    Some(place.subject(with_database(holder), earlier))
}
