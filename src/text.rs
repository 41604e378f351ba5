//! The grammar of messages: counts, lists, backticks. Says nothing on its own.

/// `1 step`, `2 steps`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// A name in backticks.
pub fn ticked(name: &str) -> String {
    format!("`{name}`")
}

/// `` `a` ``, `` `a` or `b` ``, `` `a`, `b` or `c` ``; at most four, then "or N more".
pub fn or_list<S: AsRef<str>>(names: &[S]) -> String {
    list(names, "or")
}

/// `` `a` ``, `` `a` and `b` ``; at most four, then "and N more".
pub fn and_list<S: AsRef<str>>(names: &[S]) -> String {
    list(names, "and")
}

fn list<S: AsRef<str>>(names: &[S], word: &str) -> String {
    const SHOWN: usize = 4;
    let ticked: Vec<String> = names.iter().map(|name| ticked(name.as_ref())).collect();
    match ticked.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [start @ .., last] if ticked.len() <= SHOWN => {
            format!("{} {word} {last}", start.join(", "))
        }
        many => {
            format!("{} {word} {} more", many[..SHOWN].join(", "), many.len() - SHOWN)
        }
    }
}

/// The name nearest to `wanted` by edit distance, where one is near enough to be a slip.
pub fn nearest<'a, S: AsRef<str>>(wanted: &str, names: &'a [S]) -> Option<&'a str> {
    let limit = (wanted.chars().count() / 3).max(1);
    names
        .iter()
        .map(|name| (strsim::damerau_levenshtein(wanted, name.as_ref()), name.as_ref()))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// One line of at most `limit` characters, cut with `…`; control characters become blanks.
pub fn one_line(text: &str, limit: usize) -> String {
    let clean: String = text
        .split(|c: char| c.is_control() || c == ' ')
        .filter(|s| !s.is_empty())
        .fold(String::new(), |mut line, word| {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            line
        });
    if clean.chars().count() <= limit {
        return clean;
    }
    let mut cut: String = clean.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_name_four_and_count_the_rest() {
        let names = ["a", "b", "c", "d", "e", "f"];
        assert_eq!(or_list(&names[..1]), "`a`");
        assert_eq!(or_list(&names[..3]), "`a`, `b` or `c`");
        assert_eq!(and_list(&names), "`a`, `b`, `c`, `d` and 2 more");
    }

    #[test]
    fn nearest_is_a_slip_and_not_any_name() {
        let names = ["product-api", "frontend"];
        assert_eq!(nearest("products-api", &names), Some("product-api"));
        assert_eq!(nearest("backend", &names), None);
    }

    #[test]
    fn one_line_folds_and_cuts_by_characters() {
        assert_eq!(one_line("a\n  b\tc", 10), "a b c");
        assert_eq!(one_line("ééééé", 3), "éé…");
    }
}
