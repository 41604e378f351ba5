//! The privileges of a GRANT, and what ALL stands for.

use sqlparser::tokenizer::Token;

use super::tokens::Tokens;

/// The privileges of a statement; `Err` where they are roles.
pub(super) fn read(tokens: &mut Tokens) -> Option<Privileges> {
    if tokens.take("ALL") {
        tokens.take("PRIVILEGES");
        if tokens.peek() == Some(&Token::LParen) {
            return None;
        }
        return Some(Privileges::All);
    }
    let mut named = Vec::new();
    loop {
        let word = tokens.ident()?;
        let mut columns = Vec::new();
        if tokens.token(&Token::LParen) {
            loop {
                columns.push(tokens.ident()?);
                if tokens.token(&Token::RParen) {
                    break;
                }
                if !tokens.token(&Token::Comma) {
                    return None;
                }
            }
        }
        named.push((word, columns));
        if !tokens.token(&Token::Comma) {
            return Some(Privileges::Named(named));
        }
    }
}

/// What is granted.
pub(super) enum Privileges {
    /// `ALL`
    All,
    /// Words, each with the columns that it is limited to; or roles.
    Named(Vec<(String, Vec<String>)>),
}

/// All that can be granted on a kind of thing; of tables, what all versions have.
pub(super) fn all_of(what: &str) -> Option<&'static [&'static str]> {
    Some(match what {
        "table" | "tables" => {
            &["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
        }
        "sequence" | "sequences" => &["USAGE", "SELECT", "UPDATE"],
        "database" => &["CREATE", "CONNECT", "TEMPORARY"],
        "schema" | "schemas" => &["USAGE", "CREATE"],
        "function" | "functions" => &["EXECUTE"],
        "type" | "types" => &["USAGE"],
        _ => return None,
    })
}

impl Privileges {
    /// The names of the fields that they are, on a kind of thing.
    pub(super) fn fields(&self, what: &str) -> Option<Vec<String>> {
        let all = all_of(what)?;
        match self {
            Self::All => Some(all.iter().map(|&word| word.to_owned()).collect()),
            Self::Named(named) => {
                let mut fields = Vec::new();
                for (word, columns) in named {
                    let word = match word.to_uppercase().as_str() {
                        "TEMP" => "TEMPORARY".to_owned(),
                        // Newer than the list above.
                        "MAINTAIN" if what == "table" => "MAINTAIN".to_owned(),
                        word if all.contains(&word) => word.to_owned(),
                        _ => return None,
                    };
                    if columns.is_empty() {
                        fields.push(word);
                    } else if what == "table" {
                        fields.extend(columns.iter().map(|column| format!("{word} of {column}")));
                    } else {
                        return None;
                    }
                }
                Some(fields)
            }
        }
    }
}
