//! SQL that is typed into `psql`: where the lines behind a `psql` without statements of its own are surely SQL, they
//! are its standard input. Knows how statements begin and end, not what they do.

use super::mapped::Mapped;

/// The mark of the heredoc that the lines are put into.
const MARK: &str = "labproof_typed_sql";

/// How statements begin that texts have typed.
const BEGINNINGS: [&str; 26] = [
    "ALTER", "ANALYZE", "BEGIN", "COMMENT", "COMMIT", "COPY", "CREATE", "DELETE", "DO", "DROP",
    "EXPLAIN", "GRANT", "INSERT", "REASSIGN", "RESET", "REVOKE", "ROLLBACK", "SELECT", "SET",
    "SHOW", "START", "TABLE", "TRUNCATE", "UPDATE", "VACUUM", "WITH",
];

/// The text with what is typed into `psql` as a heredoc behind it.
pub(super) fn into_psql(typed: Mapped) -> Mapped {
    let lines: Vec<&str> = typed.text.split_inclusive('\n').collect();
    let Some(opened) = lines.iter().position(|line| opens_session(line)) else { return typed };
    let behind = &lines[opened + 1..];
    let body = behind.iter().position(|line| leaves(line)).unwrap_or(behind.len());
    if !is_sql(&behind[..body]) {
        return typed;
    }
    let length = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
    let start = length(&lines[..opened]);
    let head = start + lines[opened].trim_end().len();
    let sql = start + lines[opened].len()..start + lines[opened].len() + length(&behind[..body]);
    let rest = sql.end + behind.get(body).map_or(0, |line| line.len());
    let mut whole = Mapped::default();
    let place = typed.span(head, head).start;
    whole.push_part(&typed, 0..head);
    whole.push(&format!(" <<'{MARK}'\n"), place, 0);
    whole.push_part(&typed, sql.clone());
    let end = typed.span(sql.end, sql.end).start;
    whole.push(if typed.text[sql].ends_with('\n') { "" } else { "\n" }, end, 0);
    whole.push(&format!("{MARK}\n"), end, 0);
    whole.push_part(&typed, rest..typed.text.len());
    whole
}

/// Whether a line is a `psql` that asks for statements.
fn opens_session(line: &str) -> bool {
    const WRAPPERS: [&str; 7] = ["sudo", "kubectl", "k", "oc", "docker", "podman", "psql"];
    const OWN: [&str; 8] = ["-c", "-f", "-l", "-V", "--c", "--f", "--l", "--v"];
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some(psql) = words.iter().position(|word| *word == "psql") else { return false };
    let asks = words[psql + 1..].iter().all(|word| !OWN.iter().any(|own| word.starts_with(own)));
    // `-tAc`: one of the letters runs a statement.
    let short = |word: &&str| word.starts_with('-') && !word.starts_with("--");
    let grouped = words[psql + 1..].iter().filter(|word| short(word));
    let grouped = grouped.clone().any(|word| word.len() > 2 && word.ends_with(['c', 'f', 'l']));
    WRAPPERS.contains(&words[0])
        && asks
        && !grouped
        && !line.contains(['|', '<', '>', ';', '&', '#', '`'])
        && !line.trim_end().ends_with('\\')
}

/// Whether a line ends the session.
fn leaves(line: &str) -> bool {
    matches!(line.trim().trim_end_matches(';'), "\\q" | "exit" | "quit")
}

/// Whether all lines are statements, in full, and none is what `psql` prints.
fn is_sql(lines: &[&str]) -> bool {
    let (mut complete, mut any, mut quoted) = (true, false, false);
    for line in lines.iter().map(|line| line.trim()) {
        if line.is_empty() || line.starts_with("--") {
            continue;
        }
        if complete {
            if line.starts_with('\\') {
                any = true;
                continue;
            }
            let first = line.split_whitespace().next().unwrap_or_default().trim_end_matches(';');
            let begins = BEGINNINGS.iter().any(|known| known.eq_ignore_ascii_case(first));
            if !begins || is_printed(line) {
                return false;
            }
        }
        any = true;
        quoted ^= line.matches("$$").count() % 2 == 1;
        complete = !quoted && line.ends_with(';');
    }
    any && complete
}

/// `CREATE DATABASE`, `INSERT 0 1`: what is printed of a statement that was done.
fn is_printed(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let mut mapped = Mapped::default();
        mapped.push(text, 10, text.len());
        into_psql(mapped).text
    }

    #[test]
    fn what_is_surely_typed_into_psql_is_its_input() {
        for (text, head, body, rest) in [
            ("psql -U a\nSELECT 1;\n", "psql -U a", "SELECT 1;\n", ""),
            (
                "psql\ncreate table t (\n  a int);\n\\q\nls\n",
                "psql",
                "create table t (\n  a int);\n",
                "ls\n",
            ),
            (
                "a\nsudo -u p psql d\n\\c d\nDROP TABLE t;",
                "a\nsudo -u p psql d",
                "\\c d\nDROP TABLE t;\n",
                "",
            ),
            (
                "k exec -it pg -- psql\nCREATE FUNCTION f() RETURNS int AS $$\nSELECT 1;\n$$ LANGUAGE sql;\nexit\n",
                "k exec -it pg -- psql",
                "CREATE FUNCTION f() RETURNS int AS $$\nSELECT 1;\n$$ LANGUAGE sql;\n",
                "",
            ),
        ] {
            assert_eq!(read(text), format!("{head} <<'{MARK}'\n{body}{MARK}\n{rest}"));
        }
    }

    #[test]
    fn what_may_be_something_else_stays() {
        for text in [
            "psql\n",
            "psql\nls\n",
            "psql -c x\nSELECT 1;\n",
            "psql -tAc x\nSELECT 1;\n",
            "psql -f x\nSELECT 1;\n",
            "echo x | psql\nSELECT 1;\n",
            "apt install psql\nSELECT 1;\n",
            "psql\nCREATE ROLE a;\nCREATE ROLE\n",
            "psql\nCREATE ROLE a;\nCREATE ROLE\nDROP ROLE b;\n",
            "psql\nSELECT 1;\nvault status\n",
            "psql\nSELECT 1\n",
            "psql \\\n  -c x\nSELECT 1;\n",
        ] {
            assert_eq!(read(text), text);
        }
    }
}
