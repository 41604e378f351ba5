//! A field of one of Vault's paths: as a command writes it, and as Vault gives it back. Data and pure functions.

use std::fmt::Write as _;

use super::policy_text;
use crate::claim::{Field, Meaning, Text, is_duration};
use crate::provider::masked::Masked;

/// A field as it is written, and how it comes back.
pub(super) struct Written {
    key: &'static str,
    path: &'static str,
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    Exact,
    /// Vault keeps it in lower case.
    Lower,
    Set,
    /// A set of policies: some methods keep their names in lower case, others as they are written.
    Policies,
    Time,
    Switch,
    /// `key=value`, given back as an object.
    Pairs,
    /// HCL: white space and comments do not count.
    Hcl,
}

/// The same text.
pub(super) const fn exact(key: &'static str) -> Written {
    Written { key, path: key, how: How::Exact }
}

/// The same text in lower case.
pub(super) const fn lower(key: &'static str) -> Written {
    Written { key, path: key, how: How::Lower }
}

/// A list whose order does not count.
pub(super) const fn set(key: &'static str) -> Written {
    Written { key, path: key, how: How::Set }
}

/// Names of policies.
pub(super) const fn policies(key: &'static str) -> Written {
    Written { key, path: key, how: How::Policies }
}

/// A time span.
pub(super) const fn time(key: &'static str) -> Written {
    Written { key, path: key, how: How::Time }
}

/// True or false.
pub(super) const fn switch(key: &'static str) -> Written {
    Written { key, path: key, how: How::Switch }
}

/// An object of texts.
pub(super) const fn pairs(key: &'static str) -> Written {
    Written { key, path: key, how: How::Pairs }
}

/// A policy of passwords.
pub(super) const fn hcl(key: &'static str) -> Written {
    Written { key, path: key, how: How::Hcl }
}

impl Written {
    /// The same, given back under another name.
    pub(super) const fn back_as(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }
}

/// What the text gives the fields of a path, as they come back. All that is not `known` is not compared.
pub(super) fn given(known: &[&[Written]], data: &[(String, Text)]) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for (index, (key, value)) in data.iter().enumerate() {
        let field = known.iter().copied().flatten().find(|field| field.key == key);
        let again = data.iter().filter(|(other, _)| other == key).count() > 1;
        let Some(field) = field else {
            fields.push(Field::new(key, value.clone(), Meaning::NotReturned));
            continue;
        };
        match field.how {
            How::Pairs => fields.push(pair(field.path, value)),
            // Said more than once, it is a list.
            How::Set | How::Policies if again => {
                if data.iter().position(|(other, _)| other == key) == Some(index) {
                    fields.push(field.field(&joined(key, data)));
                }
            }
            _ if again => fields.push(Field::new(key, value.clone(), Meaning::NotReturned)),
            _ => fields.push(field.field(value)),
        }
    }
    let mut seen: Vec<String> = Vec::new();
    fields.retain(|field| {
        let first = !seen.contains(&field.path);
        seen.push(field.path.clone());
        first
    });
    fields
}

impl Written {
    fn field(&self, value: &Text) -> Field {
        let unsure = |value: &Text| Field::new(self.path, value.clone(), Meaning::NotReturned);
        match self.how {
            How::Exact => Field::new(self.path, value.clone(), Meaning::Exact),
            How::Lower => Field::new(self.path, value.map(str::to_lowercase), Meaning::Exact),
            How::Set => Field::new(self.path, value.clone(), Meaning::Set),
            How::Policies => match value.literal() {
                Some(literal) if literal != literal.to_lowercase() => unsure(value),
                _ => Field::new(self.path, value.clone(), Meaning::Set),
            },
            How::Time => match value.literal() {
                Some(literal) if !is_duration(&literal) => unsure(value),
                _ => Field::new(self.path, value.clone(), Meaning::Duration),
            },
            How::Switch => match value.literal().as_deref() {
                Some("true" | "True" | "TRUE" | "t" | "T" | "1") => {
                    Field::new(self.path, "true", Meaning::Exact)
                }
                Some("false" | "False" | "FALSE" | "f" | "F" | "0") => {
                    Field::new(self.path, "false", Meaning::Exact)
                }
                Some(_) => unsure(value),
                None => Field::new(self.path, value.clone(), Meaning::Exact),
            },
            How::Hcl => Field::new(self.path, policy_text::folded(value), Meaning::Exact),
            How::Pairs => pair(self.path, value),
        }
    }
}

/// `metadata` `team=red` as the field `metadata.team`.
fn pair(path: &str, value: &Text) -> Field {
    let masked = Masked::new(value);
    let parts = masked.text.split_once('=').filter(|(key, _)| !key.starts_with('{'));
    let key = parts.and_then(|(key, _)| masked.unmask(key).literal());
    match (key, parts) {
        (Some(key), Some((_, text))) => {
            let mut full = path.to_owned();
            let _ = write!(full, ".{key}");
            Field::new(full, masked.unmask(text), Meaning::Exact)
        }
        _ => Field::new(path, value.clone(), Meaning::NotReturned),
    }
}

/// All values of a key, as one list.
fn joined(key: &str, data: &[(String, Text)]) -> Text {
    let mut all = Text::default();
    for (index, (_, value)) in data.iter().filter(|(other, _)| other == key).enumerate() {
        if index > 0 {
            all.extend(&Text::from(","));
        }
        all.extend(value);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[Written] = &[
        exact("name"),
        policies("policies").back_as("token_policies"),
        time("ttl"),
        switch("on"),
        pairs("metadata"),
        set("list"),
        lower("url"),
    ];

    fn given(data: &[(&str, &str)]) -> Vec<String> {
        let data: Vec<(String, Text)> =
            data.iter().map(|(key, value)| ((*key).to_owned(), Text::from(*value))).collect();
        let fields = super::given(&[FIELDS], &data);
        fields.iter().map(|f| format!("{} {} {:?}", f.path, f.value.shown(), f.meaning)).collect()
    }

    #[test]
    fn fields_are_given_back_in_the_servers_form() {
        let one = |key, value| given(&[(key, value)]).concat();
        assert_eq!(one("name", "A"), "name A Exact");
        assert_eq!(one("policies", "dev,ops"), "token_policies dev,ops Set");
        assert_eq!(one("policies", "Dev"), "token_policies Dev NotReturned");
        assert_eq!(one("ttl", "1h30m"), "ttl 1h30m Duration");
        assert_eq!(one("ttl", "1.5h"), "ttl 1.5h Duration");
        assert_eq!(one("ttl", "soon"), "ttl soon NotReturned");
        assert_eq!(one("on", "1"), "on true Exact");
        assert_eq!(one("on", "yes"), "on yes NotReturned");
        assert_eq!(one("url", "LDAP://H"), "url ldap://h Exact");
        assert_eq!(one("metadata", "team=a=b"), "metadata.team a=b Exact");
        assert_eq!(one("metadata", "{\"team\":\"a\"}"), "metadata {\"team\":\"a\"} NotReturned");
        assert_eq!(one("password", "x"), "password x NotReturned");
    }

    #[test]
    fn what_is_said_twice_is_a_list_or_several_pairs() {
        assert_eq!(
            given(&[("metadata", "a=1"), ("metadata", "b=2")]),
            ["metadata.a 1 Exact", "metadata.b 2 Exact"]
        );
        assert_eq!(given(&[("list", "a"), ("list", "b")]), ["list a,b Set"]);
        assert_eq!(given(&[("name", "a"), ("name", "b")]), ["name a NotReturned"]);
    }
}
