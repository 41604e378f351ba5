//! GRANT and REVOKE, of privileges and of roles, and default privileges.

use super::super::grant;
use super::privileges::{self, Privileges};
use super::role::{joins, leaves};
use super::tokens::Tokens;
use super::{Said, gone, qualified, there};
use crate::claim::{Claim, Subject, Verb};
use crate::provider::Unseen;

/// What privileges are granted on.
struct Objects {
    /// `table`, `all tables`
    on: &'static str,
    /// The kind of thing that has them: `table`.
    what: &'static str,
    names: Vec<String>,
}

pub(super) fn read(tokens: &mut Tokens, path: Option<&str>, grants: bool) -> Option<Said> {
    let option_only = tokens.one_of(&["GRANT OPTION FOR", "ADMIN OPTION FOR"]);
    let privileges = privileges::read(tokens)?;
    if !tokens.take("ON") {
        return membership(tokens, &privileges, grants, option_only.is_some());
    }
    let objects = objects(tokens, path)?;
    if objects.what.is_empty() {
        return Some(Said::unseen(Unseen::NoMark));
    }
    let fields = privileges.fields(objects.what)?;
    let given = Given { fields, grants, option_only: option_only.is_some() };
    let grantees = grantees(tokens, grants)?;
    let given = given.with_option(tokens);
    rest(tokens)?;
    let mut claims = Vec::new();
    for name in &objects.names {
        for role in &grantees {
            let place = format!("{} {name}", objects.on);
            claims.extend(given.claims(role, &place, |subject| {
                subject.with("on", objects.on).with("object", name.as_str())
            }));
        }
    }
    Some(Said::claimed(claims))
}

/// Which privileges, and which way.
struct Given {
    fields: Vec<String>,
    grants: bool,
    option_only: bool,
}

impl Given {
    fn with_option(mut self, tokens: &mut Tokens) -> Self {
        if tokens.take("WITH GRANT OPTION") {
            let options: Vec<String> = self.fields.iter().map(|name| option(name)).collect();
            self.fields.extend(options);
        }
        self
    }

    /// One claim for each privilege, which may be given and taken by itself.
    fn claims<'a>(
        &'a self,
        role: &'a str,
        place: &'a str,
        placed: impl Fn(Subject) -> Subject + 'a,
    ) -> impl Iterator<Item = Claim> + 'a {
        self.fields.iter().map(move |field| {
            let field = if self.option_only { option(field) } else { field.clone() };
            let subject = Subject::new(grant::ID, format!("{role} {field} on {place}"))
                .with("role", role)
                .with("privilege", field);
            let subject = placed(subject);
            if self.grants { there(subject, Vec::new(), Verb::Make) } else { gone(subject) }
        })
    }
}

fn option(name: &str) -> String {
    format!("{name} with grant option")
}

fn membership(
    tokens: &mut Tokens,
    roles: &Privileges,
    grants: bool,
    option_only: bool,
) -> Option<Said> {
    let Privileges::Named(roles) = roles else { return None };
    if roles.iter().any(|(_, columns)| !columns.is_empty()) {
        return None;
    }
    let members = grantees(tokens, grants)?;
    // Options of a membership are not compared.
    if tokens.take("WITH") {
        while !tokens.is_done() && tokens.peek().is_some() {
            tokens.skip();
        }
    }
    rest(tokens)?;
    if option_only {
        return Some(Said::unseen(Unseen::NoMark));
    }
    let change = if grants { joins } else { leaves };
    let pairs = members.iter().flat_map(|member| roles.iter().map(move |(role, _)| (member, role)));
    Some(Said::claimed(pairs.map(|(member, role)| change(member, role)).collect()))
}

fn grantees(tokens: &mut Tokens, grants: bool) -> Option<Vec<String>> {
    if !tokens.take(if grants { "TO" } else { "FROM" }) {
        return None;
    }
    let roles = tokens.roles()?;
    let mine = ["current_user", "session_user", "current_role"];
    (!roles.iter().any(|role| mine.contains(&role.as_str()))).then_some(roles)
}

fn rest(tokens: &mut Tokens) -> Option<()> {
    if tokens.take("GRANTED BY") {
        tokens.ident()?;
    }
    tokens.one_of(&["CASCADE", "RESTRICT"]);
    tokens.is_done().then_some(())
}

fn objects(tokens: &mut Tokens, path: Option<&str>) -> Option<Objects> {
    const ALL: [(&str, &str, &str); 5] = [
        ("ALL TABLES IN SCHEMA", "all tables", "table"),
        ("ALL SEQUENCES IN SCHEMA", "all sequences", "sequence"),
        ("ALL FUNCTIONS IN SCHEMA", "all functions", "function"),
        ("ALL ROUTINES IN SCHEMA", "all functions", "function"),
        ("ALL PROCEDURES IN SCHEMA", "all functions", "function"),
    ];
    if let Some((_, on, what)) = ALL.into_iter().find(|(keywords, ..)| tokens.take(keywords)) {
        return Some(Objects { on, what, names: tokens.roles()? });
    }
    for (keyword, what) in [("SCHEMA", "schema"), ("DATABASE", "database")] {
        if tokens.take(keyword) {
            return Some(Objects { on: what, what, names: tokens.roles()? });
        }
    }
    let others =
        ["LANGUAGE", "TABLESPACE", "FOREIGN", "LARGE OBJECT", "PARAMETER", "TYPE", "DOMAIN"];
    if tokens.one_of(&others).is_some() {
        return Some(Objects { on: "", what: "", names: Vec::new() });
    }
    if tokens.one_of(&["FUNCTION", "PROCEDURE", "ROUTINE"]).is_some() {
        let name = qualified(&tokens.name()?, path)?;
        tokens.skip_parentheses();
        return Some(Objects { on: "function", what: "function", names: vec![name] });
    }
    let what = if tokens.take("SEQUENCE") { "sequence" } else { "table" };
    tokens.take("TABLE");
    let names: Option<Vec<String>> =
        tokens.names()?.iter().map(|parts| qualified(parts, path)).collect();
    Some(Objects { on: what, what, names: names? })
}

/// `ALTER DEFAULT PRIVILEGES …`
pub(super) fn default_privileges(tokens: &mut Tokens) -> Option<Said> {
    const KINDS: [(&str, &str); 6] = [
        ("TABLES", "tables"),
        ("SEQUENCES", "sequences"),
        ("FUNCTIONS", "functions"),
        ("ROUTINES", "functions"),
        ("TYPES", "types"),
        ("SCHEMAS", "schemas"),
    ];
    if !tokens.take("DEFAULT PRIVILEGES") {
        return None;
    }
    let (mut makers, mut schemas) = (Vec::new(), Vec::new());
    loop {
        if tokens.one_of(&["FOR ROLE", "FOR USER"]).is_some() {
            makers = tokens.roles()?;
        } else if tokens.take("IN SCHEMA") {
            schemas = tokens.roles()?;
        } else {
            break;
        }
    }
    let grants = tokens.one_of(&["GRANT", "REVOKE"])? == "GRANT";
    let option_only = tokens.take("GRANT OPTION FOR");
    let privileges = privileges::read(tokens)?;
    if !tokens.take("ON") {
        return None;
    }
    let (_, what) = KINDS.into_iter().find(|(keyword, _)| tokens.take(keyword))?;
    let given = Given { fields: privileges.fields(what)?, grants, option_only };
    let grantees = grantees(tokens, grants)?;
    let given = given.with_option(tokens);
    rest(tokens)?;
    let on = format!("new {what}");
    let places = if schemas.is_empty() { vec![None] } else { schemas.iter().map(Some).collect() };
    let makers = if makers.is_empty() { vec![None] } else { makers.iter().map(Some).collect() };
    let mut claims = Vec::new();
    for (place, maker) in places.iter().flat_map(|p| makers.iter().map(move |m| (p, m))) {
        for role in &grantees {
            let whose = maker.map(|maker| format!(" of {maker}")).unwrap_or_default();
            let inside = place.map(|schema| format!(" in {schema}")).unwrap_or_default();
            let name = format!("{on}{inside}{whose}");
            claims.extend(given.claims(role, &name, |subject| {
                let object = place.map_or("", String::as_str);
                let subject = subject.with("on", on.as_str()).with("object", object);
                match maker {
                    Some(maker) => subject.with("maker", maker.as_str()),
                    None => subject,
                }
            }));
        }
    }
    Some(Said::claimed(claims))
}
