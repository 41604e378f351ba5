//! `postgres/role`: a role or user, its attributes, settings and memberships.

use futures_util::future::BoxFuture;

use super::shared::{Shared, observe};
use super::{effects, words};
use crate::claim::{Claim, Expectation, Observation, Subject, Text};
use crate::provider::{Call, Kind, Lab, Looks, Story};

pub(super) const ID: &str = "postgres/role";

const DOC: &str = "\
A role or user of Postgres: its attributes, its settings, and the roles that it is a member of.

Claimed by `CREATE|ALTER|DROP ROLE|USER|GROUP`, `GRANT role TO role`, `REVOKE role FROM role`, `createuser` and
`dropuser`. Compared are LOGIN, SUPERUSER, CREATEDB, CREATEROLE, INHERIT, REPLICATION, BYPASSRLS, CONNECTION LIMIT,
VALID UNTIL (where it has no time zone), what ALTER ROLE … SET sets, and each membership by itself.

Read from `pg_roles`, `pg_auth_members`, with the first login that is let in: the text's own, then `PGUSER` with
`PGPASSWORD`. Control of an absence: the catalog answers.

A password is not given back, so it is not compared; whether it works is `postgres/login`'s to say.";

const READ: &str = "select from pg_roles";

/// How it is read.
const SHARED: Shared = Shared {
    noun: "role",
    read: READ,
    row: "select r.rolcanlogin::text, r.rolsuper::text, r.rolcreatedb::text, \
        r.rolcreaterole::text, r.rolinherit::text, r.rolreplication::text, r.rolbypassrls::text, \
        r.rolconnlimit::text, case when r.rolvaliduntil = 'infinity' then 'infinity' \
        else to_char(r.rolvaliduntil, 'YYYY-MM-DD HH24:MI:SS') end \
        from pg_catalog.pg_roles r where r.rolname = $1::text",
    fields: &[
        "login",
        "superuser",
        "createdb",
        "createrole",
        "inherit",
        "replication",
        "bypassrls",
        "connection_limit",
        "valid_until",
    ],
    more: "select 'member of ' || g.rolname, 'true' from pg_catalog.pg_auth_members m \
        join pg_catalog.pg_roles g on g.oid = m.roleid join pg_catalog.pg_roles r on r.oid = m.member \
        where r.rolname = $1::text \
        union all select 'setting ' || split_part(s, '=', 1), substr(s, strpos(s, '=') + 1) \
        from pg_catalog.pg_roles r, unnest(r.rolconfig) s where r.rolname = $1::text",
    names: "select rolname::text from pg_catalog.pg_roles where rolname !~ '^pg_' limit 300",
};

/// The kind.
pub(super) struct PostgresRole;

impl Kind for PostgresRole {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "role"
    }

    fn holds_secrets(&self, _subject: &Subject, _field: &str) -> bool {
        true
    }

    fn params(&self) -> &'static [&'static str] {
        super::place::GIVEN
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        effects::claims(call, story, ID)
    }
    fn title(&self, claim: &Claim) -> String {
        words::title("role", claim)
    }
    fn expected(&self, claim: &Claim) -> String {
        words::expected("role", claim)
    }
    fn hint(&self, claim: &Claim) -> String {
        let name = claim.subject.name.shown();
        match claim.expectation {
            Expectation::Absent => format!(
                "`DROP ROLE {name};` takes it away, once it owns nothing and has no privileges left"
            ),
            _ => format!("`\\du {name}` in `psql` shows its attributes and memberships"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        words::looks(claim, READ, "the list of all roles can be read")
    }
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        // Its privileges go with it.
        let role = thing.param("role").and_then(Text::value);
        thing.kind == super::grant::ID && role.is_some() && role == holder.name.value()
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, lab, &SHARED))
    }
}
