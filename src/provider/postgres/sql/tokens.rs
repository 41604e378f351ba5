//! The tokens of one statement, read one after the other: keywords, names as Postgres folds them, literals.

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::tokenizer::{Token, Tokenizer, Word};

pub(super) static DIALECT: PostgreSqlDialect = PostgreSqlDialect {};

/// More words and operators than this are no statement of a challenge; a deep one could overflow the stack.
const MOST_WORDS: usize = 1000;

/// The tokens of a statement, and how far it was read.
#[derive(Clone, Debug)]
pub(super) struct Tokens {
    tokens: Vec<Token>,
    at: usize,
}

impl Tokens {
    /// Without white space and comments; `None` where it is no SQL, or too much.
    pub(super) fn of(statement: &str) -> Option<Self> {
        let tokens = Tokenizer::new(&DIALECT, statement).tokenize().ok()?;
        let tokens: Vec<Token> = tokens
            .into_iter()
            .filter(|token| !matches!(token, Token::Whitespace(_) | Token::EOF))
            .collect();
        let light = |token: &Token| {
            matches!(
                token,
                Token::Comma
                    | Token::LParen
                    | Token::RParen
                    | Token::Number(..)
                    | Token::SingleQuotedString(_)
            )
        };
        let heavy = tokens.iter().filter(|token| !light(token)).count();
        let depth = tokens.iter().filter(|token| matches!(token, Token::LBracket)).count();
        (heavy <= MOST_WORDS && depth <= MOST_WORDS).then_some(Self { tokens, at: 0 })
    }

    /// All of them, for the parser.
    pub(super) fn all(&self) -> Vec<Token> {
        self.tokens.clone()
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    /// Takes these keywords if they come next; all or none.
    pub(super) fn take(&mut self, keywords: &str) -> bool {
        let wanted: Vec<&str> = keywords.split(' ').collect();
        let found = wanted.iter().enumerate().all(|(offset, wanted)| {
            matches!(self.tokens.get(self.at + offset), Some(Token::Word(word))
                if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(wanted))
        });
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// Takes the first of these keywords that comes next.
    pub(super) fn one_of<'k>(&mut self, keywords: &[&'k str]) -> Option<&'k str> {
        keywords.iter().copied().find(|keyword| self.take(keyword))
    }

    /// Takes this token if it comes next.
    pub(super) fn token(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    /// A name of one part.
    pub(super) fn ident(&mut self) -> Option<String> {
        let Some(Token::Word(word)) = self.peek() else { return None };
        let name = folded(word)?;
        self.at += 1;
        Some(name)
    }

    /// A name of one part or more, joined by dots.
    pub(super) fn name(&mut self) -> Option<Vec<String>> {
        let mut parts = vec![self.ident()?];
        while self.token(&Token::Period) {
            parts.push(self.ident()?);
        }
        Some(parts)
    }

    /// Names with commas between them.
    pub(super) fn names(&mut self) -> Option<Vec<Vec<String>>> {
        let mut names = vec![self.name()?];
        while self.token(&Token::Comma) {
            names.push(self.name()?);
        }
        Some(names)
    }

    /// Roles with commas between them: names, without the word `GROUP` before them.
    pub(super) fn roles(&mut self) -> Option<Vec<String>> {
        let mut roles = Vec::new();
        loop {
            self.take("GROUP");
            roles.push(self.ident()?);
            if !self.token(&Token::Comma) {
                return Some(roles);
            }
        }
    }

    /// A string literal of any quoting.
    pub(super) fn string(&mut self) -> Option<String> {
        let text = literal_of(self.peek()?)?;
        self.at += 1;
        Some(text)
    }

    /// A string, a number (with its sign) or a word, as text.
    pub(super) fn value(&mut self) -> Option<String> {
        if let Some(text) = self.string() {
            return Some(text);
        }
        let sign = if self.token(&Token::Minus) { "-" } else { "" };
        let text = match self.peek()? {
            Token::Number(number, _) => format!("{sign}{number}"),
            Token::Word(word) if sign.is_empty() => folded(word)?,
            _ => return None,
        };
        self.at += 1;
        Some(text)
    }

    /// Passes over what stands in parentheses, if they come next.
    pub(super) fn skip_parentheses(&mut self) -> bool {
        if !self.token(&Token::LParen) {
            return false;
        }
        let mut depth = 1;
        while depth > 0 {
            match self.peek() {
                Some(Token::LParen) => depth += 1,
                Some(Token::RParen) => depth -= 1,
                Some(_) => {}
                None => return false,
            }
            self.at += 1;
        }
        true
    }

    /// Passes over one token.
    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    /// Whether nothing is left but semicolons.
    pub(super) fn is_done(&self) -> bool {
        self.tokens[self.at.min(self.tokens.len())..].iter().all(|token| *token == Token::SemiColon)
    }

    /// Whether this keyword stands anywhere in what is left.
    pub(super) fn holds(&self, keyword: &str) -> bool {
        let is = |token: &Token| {
            matches!(token, Token::Word(word)
                if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(keyword))
        };
        self.tokens.get(self.at..).is_some_and(|rest| rest.iter().any(is))
    }

    /// The unquoted words in what is left, in lower case.
    pub(super) fn words(&self) -> impl Iterator<Item = String> + '_ {
        self.tokens.iter().skip(self.at).filter_map(|token| match token {
            Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_lowercase()),
            _ => None,
        })
    }
}

/// A name as Postgres keeps it; `None` for what could not be told apart again in `schema.name`.
fn folded(word: &Word) -> Option<String> {
    fold(&word.value, word.quote_style)
}

/// Unquoted names are folded to lower case; at most 63 bytes are kept.
pub(super) fn fold(value: &str, quote: Option<char>) -> Option<String> {
    let name = if quote.is_some() {
        value.replace("\"\"", "\"")
    } else {
        value.chars().map(|c| c.to_ascii_lowercase()).collect()
    };
    let plain = !name.is_empty() && name.len() <= 63 && !name.contains(['.', '"', '\u{0}']);
    plain.then_some(name)
}

/// The text of a string literal.
fn literal_of(token: &Token) -> Option<String> {
    match token {
        Token::SingleQuotedString(text)
        | Token::EscapedStringLiteral(text)
        | Token::NationalStringLiteral(text)
        | Token::UnicodeStringLiteral(text) => Some(text.clone()),
        Token::DollarQuotedString(text) => Some(text.value.clone()),
        _ => None,
    }
}
