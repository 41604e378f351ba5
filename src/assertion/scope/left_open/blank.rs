//! Values that stand for the learner's own: `...`, `xxx`, `REPLACE_ME`. They match anything.

/// Beginnings of names in capitals that say that something is to be put in their place.
const STARTS: &[&str] =
    &["YOUR_", "YOUR-", "REPLACE_", "REPLACE-", "INSERT_", "CHANGE_ME", "CHANGE-ME", "FILL_"];

/// Whether a value only keeps the place of another.
pub(super) fn is_blank(value: &str) -> bool {
    let value = value.trim();
    let inside = value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let dots = |text: &str| {
        text.trim_matches('.').is_empty() && text.len() >= 3
            || !text.is_empty() && text.trim_matches('…').is_empty()
    };
    if dots(value) || inside.is_some_and(|inside| !inside.contains(['<', '>', '\n'])) {
        return true;
    }
    let crosses = value.chars().all(|letter| matches!(letter, 'x' | 'X' | '-'));
    let many = value.split('-').all(|part| part.len() >= 3);
    let shouted = STARTS.iter().any(|start| value.starts_with(start))
        || value.ends_with("_HERE") && !value.contains(char::is_lowercase);
    crosses && many
        || shouted && !value.contains(char::is_whitespace)
        || ["your-", "your_"].iter().any(|start| value.starts_with(start)) && is_name(value)
}

fn is_name(value: &str) -> bool {
    value.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'))
}

/// The places in a document where a value in quotes is blank.
pub(super) fn quoted(document: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = document[at..].find(['"', '\'']).map(|open| at + open) {
        let quote = &document[open..=open];
        let start = open + 1;
        let line = document[start..].find('\n').map_or(document.len(), |end| start + end);
        match document[start..line].find(quote).map(|end| start..start + end) {
            Some(value) if is_blank(&document[value.clone()]) => {
                at = value.end + 1;
                found.push(value);
            }
            Some(value) => at = value.end + 1,
            None => at = start,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_a_place_is_told_from_a_value() {
        for blank in [
            "...",
            "…",
            "xxx",
            "XXXX-XXXX",
            "REPLACE_ME",
            "YOUR_TOKEN",
            "TOKEN_HERE",
            "<...>",
            "your-name",
        ] {
            assert!(is_blank(blank), "{blank}");
        }
        for value in
            ["", ".", "..", "x", "xx", "./...", "max", "changeme", "HERE", "web", "your own", "a…"]
        {
            assert!(!is_blank(value), "{value}");
        }
        let document = "{\"a\": \"...\", \"b\": \"c\",\n 'd': 'xxx'}";
        let found: Vec<&str> = quoted(document).into_iter().map(|range| &document[range]).collect();
        assert_eq!(found, ["...", "xxx"]);
    }
}
