//! `postgres/grant`: what a role may do with a thing, by name.

use futures_util::future::BoxFuture;

use super::catalog::{Reader, Rows};
use super::{acl, effects, lookup, words};
use crate::claim::{Claim, Control, Expectation, Facts, Observation, Subject, Text, Unobservable};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::{and_list, count, ticked};

pub(super) const ID: &str = "postgres/grant";

const DOC: &str = "\
The privileges that a role was granted by its name: on a table (or some of its columns), sequence, function, schema
or database, on all tables of a schema, or on what will be made (default privileges).

Claimed by `GRANT`, `REVOKE` and `ALTER DEFAULT PRIVILEGES`, each privilege by itself; `ALL` stands for each. What a
role may do as a member of another, as owner or as superuser is not a grant.

Read with `aclexplode` of the object's own list. `ALL TABLES IN SCHEMA` holds where some table has it, and says how
many have not; of a schema without tables nothing can be told. Control of an absence: the list of roles, and the
catalog of that very database.";

const READ: &str = "select aclexplode(…)";

/// The kind.
pub(super) struct PostgresGrant;

fn shown(subject: &Subject, key: &str) -> String {
    subject.param(key).map(Text::shown).unwrap_or_default()
}

/// ``table `orders` ``, ``new tables in schema `app` ``
fn object_of(subject: &Subject) -> String {
    let (on, object) = (shown(subject, "on"), shown(subject, "object"));
    let whose = subject.param("maker").map(|maker| format!(" of {}", ticked(&maker.shown())));
    let whose = whose.unwrap_or_default();
    match on.as_str() {
        on if on.starts_with("new ") && object.is_empty() => format!("{on}{whose}"),
        on if on.starts_with("all ") || on.starts_with("new ") => {
            format!("{on} of schema {}{whose}", ticked(&object))
        }
        on => format!("{on} {}", ticked(&object)),
    }
}

impl Kind for PostgresGrant {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "grant"
    }

    fn params(&self) -> &'static [&'static str] {
        &[
            "role",
            "privilege",
            "on",
            "object",
            "database",
            "host",
            "port",
            "user",
            "password",
            "sslmode",
        ]
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        effects::claims(call, story, ID)
    }
    fn title(&self, claim: &Claim) -> String {
        let [role, privilege] =
            ["role", "privilege"].map(|key| ticked(&shown(&claim.subject, key)));
        let object = object_of(&claim.subject);
        match claim.expectation {
            Expectation::Absent => format!("{role} has no {privilege} on {object}"),
            _ => format!("{role} has {privilege} on {object}"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let [role, privilege] =
            ["role", "privilege"].map(|key| ticked(&shown(&claim.subject, key)));
        let object = object_of(&claim.subject);
        match claim.expectation {
            Expectation::Absent => format!("no {privilege} of {role} on {object}"),
            _ => format!("{privilege} of {role} on {object}"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let place = words::in_database(&claim.subject);
        match shown(&claim.subject, "on").as_str() {
            "database" => "`\\l` in `psql` shows the privileges on databases".to_owned(),
            "schema" => {
                format!("`\\dn+` in `psql` shows the privileges on schemas, connected{place}")
            }
            "function" | "all functions" => {
                format!("`\\df+` in `psql` shows the privileges on functions, connected{place}")
            }
            on if on.starts_with("new ") => {
                format!("`\\ddp` in `psql` shows the default privileges, connected{place}")
            }
            _ => format!("`\\dp` in `psql` shows the privileges, connected{place}"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        words::looks(claim, READ, "the object's list of privileges can be read")
    }
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        // The right to pass it on goes with the privilege.
        let rest = |subject: &Subject| {
            let own = subject.params.iter().filter(|(key, _)| *key != "privilege");
            own.cloned().collect::<Vec<_>>()
        };
        let option = format!("{} with grant option", shown(holder, "privilege"));
        thing.kind == ID && shown(thing, "privilege") == option && rest(thing) == rest(holder)
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, lab))
    }
}

async fn observe(subject: &Subject, lab: &Lab) -> Observation {
    let reader = match lookup::reach(subject, lab, READ).await {
        Ok((_, reader)) => reader,
        Err(observation) => return observation,
    };
    let read = format!("{READ} at {}", reader.server);
    match seen(subject, &reader, &read).await {
        Ok(observation) => observation,
        Err(reason) => Observation::unobservable(reason, read),
    }
}

async fn seen(
    subject: &Subject,
    reader: &Reader<'_>,
    read: &str,
) -> Result<Observation, Unobservable> {
    let role = words::param(subject, "role")?;
    let on = words::param(subject, "on")?;
    let object = match subject.param("object") {
        Some(object) if object.literal().as_deref() == Some("") => String::new(),
        _ => words::param(subject, "object")?,
    };
    let Some(grantee) = grantee(reader, &role).await? else {
        let near = format!("there is no role {}", ticked(&role));
        return Ok(
            Observation::absent(reader.control(), format!("{read} → no role")).near(Some(near))
        );
    };
    let mut total = None;
    let rows = if let Some(what) = on.strip_prefix("all ") {
        let (things, rows) = acl::of_all(reader, what, &object, &grantee).await?;
        if things == 0 {
            if let Some(missing) = lookup::missing_schema(reader, &format!("{object}."), read).await
            {
                return Ok(missing);
            }
            return Err(Unobservable::NotObserved(format!(
                "schema {} has no {what} that would show it",
                ticked(&object)
            )));
        }
        total = Some((things, what.to_owned()));
        rows
    } else if let Some(what) = on.strip_prefix("new ") {
        let maker = subject.param("maker").and_then(Text::value);
        acl::of_new(reader, what, &object, maker.as_deref(), &grantee).await?
    } else {
        let Some(rows) = acl::of_one(reader, &on, &object, &grantee).await? else {
            let control = Control::container_gone(format!("there is no {on} {}", ticked(&object)));
            return Ok(Observation::absent(control, format!("{read} → no such {on}")));
        };
        rows
    };
    let privilege = words::param(subject, "privilege")?;
    let read = format!("{read} → {}", count(rows.len(), "row"));
    Ok(match (granted(&rows, &privilege), total) {
        (None, _) => {
            let others = privileges(&rows);
            let near = (!others.is_empty())
                .then(|| format!("{} has {}", ticked(&role), and_list(&others)));
            let control =
                Control::new(format!("the privileges on {} can be read", object_of(subject)));
            Observation::absent(control, read).near(near)
        }
        (Some(things), Some((all, what))) if things < all => {
            let mut facts = Facts::none();
            facts.note = Some(format!("on {things} of {all} {what}"));
            Observation::present(facts, read)
        }
        (Some(_), _) => Observation::present(Facts::none(), read),
    })
}

/// The oid of a role; 0 is everybody.
async fn grantee(reader: &Reader<'_>, role: &str) -> Result<Option<String>, Unobservable> {
    const QUERY: &str = "select oid::text from pg_catalog.pg_roles where rolname = $1::text";
    if role == "public" {
        return Ok(Some("0".to_owned()));
    }
    let rows = reader.rows(QUERY, &[Some(role)]).await?;
    Ok(rows.first().and_then(|row| row.first().cloned().flatten()))
}

/// On how many things a privilege was granted; rows tell it, whether it may be passed on, and the number.
fn granted(rows: &Rows, wanted: &str) -> Option<usize> {
    let plain = wanted.strip_suffix(" with grant option");
    rows.iter().find_map(|row| match row.as_slice() {
        [Some(privilege), Some(grantable), Some(things)] => {
            let is =
                privilege == plain.unwrap_or(wanted) && (plain.is_none() || grantable == "true");
            is.then(|| things.parse().unwrap_or(1))
        }
        _ => None,
    })
}

fn privileges(rows: &Rows) -> Vec<&str> {
    rows.iter().filter_map(|row| row.first()?.as_deref()).collect()
}
