//! The seed under other names: every name, path, port, user, password and TTL of its fences is
//! replaced, so that nothing can hang on the seed's own words. The prose stays as it is.

use crate::fences::fences;
use crate::wait::Done;
use crate::world::Names;

/// Returns the seed's text with other names in its fences.
pub(crate) fn rename(markdown: &str, names: &Names) -> Done<String> {
    replace(markdown, replacements(names))
}

/// Returns a text with these replacements in its fences, each of which must be met.
pub(crate) fn replace(
    markdown: &str,
    replacements: impl IntoIterator<Item = (&'static str, String)>,
) -> Done<String> {
    let mut replacements: Vec<(&'static str, String, u32)> =
        replacements.into_iter().map(|(from, to)| (from, to, 0)).collect();
    let spans: Vec<(usize, usize)> =
        fences(markdown).iter().map(|fence| (fence.line, fence.last_line)).collect();
    let mut text = String::new();
    for (index, line) in markdown.lines().enumerate() {
        let number = index + 1;
        let inside = spans.iter().any(|(first, last)| *first < number && number < *last);
        text.push_str(&if inside { rewrite(line, &mut replacements) } else { line.to_owned() });
        text.push('\n');
    }
    match replacements.iter().find(|(.., count)| *count == 0) {
        Some((from, ..)) => Err(format!("the text has no `{from}` any more")),
        None => Ok(text),
    }
}

/// One pass from left to right, the first replacement that fits: nothing is replaced twice.
fn rewrite(line: &str, replacements: &mut [(&'static str, String, u32)]) -> String {
    let mut done = String::new();
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        let found = replacements.iter_mut().find(|(from, ..)| rest.starts_with(*from));
        if let Some((from, to, count)) = found {
            *count += 1;
            done.push_str(to);
            rest = &rest[from.len()..];
        } else {
            done.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    done
}

/// The longer comes before its own beginning.
fn replacements(names: &Names) -> [(&'static str, String); 20] {
    let Names { engine, config, role, port, user, password, database, .. } = names;
    let [host, login, secret] = &names.variables;
    [
        ("products-api-deployment", names.deployment.clone()),
        ("secrets enable database", format!("secrets enable -path={engine} database")),
        ("kv/db/postgres/product-db-creds", names.secret()),
        ("database/config/hashicups-pgsql", format!("{engine}/config/{config}")),
        ("database/rotate-root/hashicups-pgsql", format!("{engine}/rotate-root/{config}")),
        ("database/roles/products-api", format!("{engine}/roles/{role}")),
        ("database/creds/products-api", format!("{engine}/creds/{role}")),
        ("allowed_roles=\"products-api\"", format!("allowed_roles=\"{role}\"")),
        ("db_name=hashicups-pgsql", format!("db_name={config}")),
        ("app=postgres", format!("app={}", names.label)),
        ("export PG_HOST=", format!("export {host}=")),
        ("username=$PG_USER", format!("username=${login}")),
        ("password=$PG_PASS", format!("password=${secret}")),
        ("PG_USER=postgres", format!("{login}={user}")),
        ("PG_PASS=password", format!("{secret}={password}")),
        ("$PG_HOST:5432/", format!("${host}:{port}/")),
        ("-h $PG_HOST products", format!("-h ${host} -p {port} {database}")),
        ("-U postgres -h $PG_HOST", format!("-U {user} -h ${host} -p {port}")),
        ("\"30m\"", format!("\"{}\"", names.default_ttl)),
        ("\"1h\"", format!("\"{}\"", names.max_ttl)),
    ]
}
