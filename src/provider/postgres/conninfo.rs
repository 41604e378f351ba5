//! Where a Postgres is: connection URIs, `key=value` strings and libpq's variables. Pure.

use std::collections::BTreeMap;

use crate::claim::Text;
use crate::provider::masked::Masked;

/// The parts of a connection that a text names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conninfo {
    pub(crate) user: Option<Text>,
    pub(crate) password: Option<Text>,
    pub(crate) host: Option<Text>,
    pub(crate) port: Option<Text>,
    pub(crate) database: Option<Text>,
    pub(crate) sslmode: Option<Text>,
    pub(crate) sslrootcert: Option<Text>,
}

impl Conninfo {
    /// A URI or a `key=value` string; `None` for a plain name.
    pub(crate) fn parse(text: &Text) -> Option<Self> {
        let masked = Masked::new(text);
        let line = masked.text.trim();
        let uri =
            ["postgresql://", "postgres://"].iter().find_map(|scheme| line.strip_prefix(scheme));
        match uri {
            Some(rest) => Some(Self::from_uri(rest, &masked)),
            None if line.contains('=') => Some(Self::from_pairs(line, &masked)),
            None => None,
        }
    }

    fn from_uri(rest: &str, masked: &Masked) -> Self {
        let mut info = Self::default();
        let some = |text: &str| (!text.is_empty()).then(|| masked.unmask(&decoded(text)));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (rest, database) = match rest.rsplit_once('@') {
            Some((_, address)) if !address.contains('/') => (rest, ""),
            _ => rest.rsplit_once('/').unwrap_or((rest, "")),
        };
        info.database = some(database);
        let (user, address) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        // `{{username}}:{{password}}` is a template of Vault's, filled in by it alone.
        info.user = some(user).filter(|_| !user.starts_with("{{"));
        info.password = some(password).filter(|_| !password.starts_with("{{"));
        // Of several hosts the first.
        let address = address.split(',').next().unwrap_or_default();
        let (host, port) = match address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) => (host, port.trim_start_matches(':')),
            None => address.split_once(':').unwrap_or((address, "")),
        };
        info.host = some(host);
        info.port = some(port);
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            info.set(key, masked.unmask(&decoded(value)));
        }
        info
    }

    fn from_pairs(line: &str, masked: &Masked) -> Self {
        let mut info = Self::default();
        for (key, value) in pairs(line) {
            info.set(&key, masked.unmask(&value));
        }
        info
    }

    fn set(&mut self, key: &str, value: Text) {
        let place = match key {
            "user" => &mut self.user,
            "password" => &mut self.password,
            "host" | "hostaddr" => &mut self.host,
            "port" => &mut self.port,
            "dbname" => &mut self.database,
            "sslmode" => &mut self.sslmode,
            "sslrootcert" => &mut self.sslrootcert,
            _ => return,
        };
        *place = Some(value);
    }

    /// What is not named here is taken from `other`.
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            user: self.user.or(other.user),
            password: self.password.or(other.password),
            host: self.host.or(other.host),
            port: self.port.or(other.port),
            database: self.database.or(other.database),
            sslmode: self.sslmode.or(other.sslmode),
            sslrootcert: self.sslrootcert.or(other.sslrootcert),
        }
    }

    /// What libpq's variables name.
    pub(crate) fn from_variables<'a>(variable: impl Fn(&str) -> Option<&'a Text>) -> Self {
        let set = |name: &str| variable(name).cloned();
        Self {
            user: set("PGUSER"),
            password: set("PGPASSWORD"),
            host: set("PGHOST"),
            port: set("PGPORT"),
            database: set("PGDATABASE"),
            sslmode: set("PGSSLMODE"),
            sslrootcert: set("PGSSLROOTCERT"),
        }
    }
}

/// `a=b c='d e'`.
fn pairs(line: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = line.trim_start();
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let mut value = String::new();
        let quoted = after.starts_with('\'');
        let mut chars = after.char_indices().skip(usize::from(quoted));
        let mut end = after.len();
        while let Some((at, c)) = chars.next() {
            if (quoted && c == '\'') || (!quoted && c.is_whitespace()) {
                end = at + c.len_utf8();
                break;
            }
            value.push(if c == '\\' { chars.next().map_or('\\', |(_, next)| next) } else { c });
        }
        pairs.push((key.trim().to_owned(), value));
        rest = after[end..].trim_start();
    }
    pairs
}

/// `%40` as `@`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%').then(|| after.get(..2)).flatten();
        let code = code.and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// How TLS is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SslMode {
    Disable,
    #[default]
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl SslMode {
    /// libpq's words; `allow` is taken for `prefer`, from which it differs only in the order of tries.
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "disable" => Self::Disable,
            "allow" | "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }
}

impl SslMode {
    /// The same demand for encryption, whoever answers.
    fn unverified(self) -> Self {
        match self {
            Self::VerifyCa | Self::VerifyFull => Self::Require,
            other => other,
        }
    }
}

/// A Postgres that can be connected to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Endpoint {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Address and port as a person may read them, in backticks.
    pub(crate) shown: String,
    /// Where none is named, the user's own.
    pub(crate) database: Option<String>,
    pub(crate) ssl: SslMode,
    pub(crate) root: Option<String>,
}

impl Endpoint {
    /// The text's address where it is known, else the one in Vault's connection URL, else `PG*`; the rest
    /// in the same order. `None` where nobody names a host.
    pub(crate) fn choose(
        text: &Conninfo,
        vault: Option<&Conninfo>,
        variables: &BTreeMap<String, String>,
    ) -> Option<Self> {
        let own: BTreeMap<&str, Text> = variables
            .iter()
            .map(|(name, value)| (name.as_str(), Text::from(value.as_str())))
            .collect();
        let own = Conninfo::from_variables(|name| own.get(name));
        let none = Conninfo::default();
        let vault = vault.unwrap_or(&none);
        let host = known(text.host.as_ref())
            .or(known(vault.host.as_ref()))
            .or(known(own.host.as_ref()))?;
        // A port belongs to its host.
        let same = known(vault.host.as_ref()).is_some_and(|other| other.0 == host.0);
        let vault_port = known(vault.port.as_ref()).filter(|_| same);
        let port = known(text.port.as_ref()).or(vault_port).or(known(own.port.as_ref()));
        let port: u16 = port.map_or(Some(5432), |(port, _)| port.parse().ok())?;
        let pick = |of: fn(&Conninfo) -> Option<&Text>| {
            [text, vault, &own].into_iter().find_map(|info| known(of(info))).map(|(value, _)| value)
        };
        let mode = |info: &Conninfo| {
            known(info.sslmode.as_ref()).and_then(|(mode, _)| SslMode::parse(&mode))
        };
        // A file that Vault's URL names lies where Vault runs; `psql` here has only the caller's.
        let root = known(text.sslrootcert.as_ref()).or(known(own.sslrootcert.as_ref()));
        let of_vault =
            mode(vault).map(|mode| if root.is_some() { mode } else { mode.unverified() });
        Some(Self {
            shown: format!("`{}:{port}`", host.1),
            host: host.0,
            port,
            database: pick(|info| info.database.as_ref()),
            ssl: mode(text).or(of_vault).or(mode(&own)).unwrap_or_default(),
            root: root.map(|(path, _)| path),
        })
    }
}

/// A text's value and how it may be shown, where it is known and not empty.
fn known(text: Option<&Text>) -> Option<(String, String)> {
    let text = text?;
    let value = text.value().filter(|value| !value.is_empty())?;
    Some((value, text.shown()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Hole, Part};

    fn shown(text: &str) -> String {
        let Some(info) = Conninfo::parse(&Text::from(text)) else { return "-".to_owned() };
        let parts = [info.user, info.password, info.host, info.port, info.database, info.sslmode];
        parts.map(|part| part.map_or_else(|| "-".to_owned(), |text| text.shown())).join(" ")
    }

    #[test]
    fn uris_and_pairs_name_the_same_parts() {
        for (text, expected) in [
            ("postgresql://u:p%40x@h:5433/d?sslmode=disable", "u p@x h 5433 d disable"),
            ("postgres://h", "- - h - - -"),
            (
                "postgresql://{{username}}:{{password}}@h:5432/?sslmode=disable",
                "- - h 5432 - disable",
            ),
            (
                "postgresql://{{username}}:{{password}}@h:5432?sslmode=require",
                "- - h 5432 - require",
            ),
            ("postgresql://u@[::1]:5432/d", "u - ::1 5432 d -"),
            ("host=h user=u password='a b' dbname=d", "u a b h - d -"),
            ("products", "-"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn the_texts_host_goes_before_vaults_and_libpqs() {
        let of = |text: &str| Conninfo::parse(&Text::from(text)).unwrap();
        let vault = of("postgresql://v:5433/?sslmode=disable");
        let variables = BTreeMap::from([("PGHOST".to_owned(), "e".to_owned())]);
        let choose = |text: &Conninfo, vault: Option<&Conninfo>| {
            Endpoint::choose(text, vault, &variables).map(|end| (end.shown, end.ssl))
        };
        let bound = choose(&of("host=t"), Some(&vault));
        assert_eq!(bound, Some(("`t:5432`".to_owned(), SslMode::Disable)));
        let same = choose(&of("host=v"), Some(&vault));
        assert_eq!(same, Some(("`v:5433`".to_owned(), SslMode::Disable)));
        let hole = Text::from(Part::Hole(Hole::Unbound("$H".to_owned())));
        let unbound = Conninfo { host: Some(hole), ..Conninfo::default() };
        assert_eq!(choose(&unbound, Some(&vault)).unwrap().0, "`v:5433`");
        assert_eq!(choose(&unbound, None), Some(("`e:5432`".to_owned(), SslMode::Prefer)));
        assert_eq!(Endpoint::choose(&unbound, None, &BTreeMap::new()), None);
    }

    #[test]
    fn a_root_file_is_never_vaults() {
        let of = |text: &str| Conninfo::parse(&Text::from(text)).unwrap();
        let vault = of("postgresql://v/?sslmode=verify-full&sslrootcert=/vault/ca.pem");
        let own = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        for (text, variables, ssl, root) in [
            ("host=v", &[][..], SslMode::Require, None),
            ("host=v", &[("PGSSLROOTCERT", "/ca.pem")], SslMode::VerifyFull, Some("/ca.pem")),
            ("host=v sslrootcert=/t.pem", &[], SslMode::VerifyFull, Some("/t.pem")),
            ("host=v sslmode=verify-ca", &[], SslMode::VerifyCa, None),
            ("host=v sslmode=disable", &[("PGSSLMODE", "require")], SslMode::Disable, None),
        ] {
            let end = Endpoint::choose(&of(text), Some(&vault), &own(variables)).unwrap();
            assert_eq!((end.ssl, end.root.as_deref()), (ssl, root), "{text}");
        }
    }
}
