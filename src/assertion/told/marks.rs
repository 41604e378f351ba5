//! What is told by marks alone: `NG`, `❌`, `# forbidden`; and by lines of signs that frame a heading.

use super::normal;

/// Marks, alone on a line or in a comment, of a command that is to fail.
pub(super) const MARKS: &[&str] = &[
    "ng",
    "error",
    "an error",
    "fail",
    "fails",
    "failed",
    "failure",
    "will fail",
    "must fail",
    "denied",
    "rejected",
    "refused",
    "forbidden",
    "blocked",
    "not allowed",
    "not permitted",
    "unauthorized",
    "expected error",
    "expected to fail",
    // Spanish, Portuguese
    "falla",
    "fallo",
    "denegado",
    "prohibido",
    "erro",
    "falha",
    "negado",
    "proibido",
    // French
    "erreur",
    "échec",
    "échoue",
    "refusé",
    "interdit",
    // German
    "fehler",
    "schlägt fehl",
    "verweigert",
    "abgelehnt",
    "verboten",
    // Russian
    "ошибка",
    "отказано",
    "запрещено",
    // Japanese, Chinese, Korean
    "エラー",
    "失敗",
    "拒否",
    "不可",
    "错误",
    "錯誤",
    "失败",
    "拒绝",
    "禁止",
    "오류",
    "에러",
    "실패",
    "거부",
];

/// Signs for the same, with or without words behind.
pub(super) const SIGNS: &[char] = &['✗', '✘', '❌', '❎', '🚫', '⛔', '✖'];

/// The marks of a command that works.
pub(super) const GOOD: &[&str] = &["ok", "✓", "✔", "✅", "success", "allowed", "成功", "可"];

/// Whether a line or comment is but a mark of a failure: `NG`, `(error)`, `# => denied: no such role`.
pub(super) fn is_failure(text: &str) -> bool {
    let text = text.trim_start_matches(is_sign);
    if text.starts_with(SIGNS) {
        return true;
    }
    let plain = normal(text);
    let words = plain.trim().trim_end_matches(['.', '!', ':', ')', '）', ']', '。', '：']);
    let first = words.split([':', '(', '—', '–', ',', '：', '（', '、']).next();
    first.is_some_and(|first| MARKS.contains(&first.trim())) || words.ends_with(SIGNS)
}

/// Whether a line is but a mark that its command works.
pub(super) fn is_success(text: &str) -> bool {
    let plain = normal(text);
    GOOD.contains(&plain.trim().trim_matches(['.', '!', ':', '(', ')', '。', '：']))
}

/// Whether a line is a frame: of signs alone, `====` or `# ----`.
pub(super) fn is_frame(line: &str) -> bool {
    let signs = line.trim();
    signs.chars().count() >= 3
        && signs.chars().all(|c| matches!(c, '#' | '=' | '-' | '*' | '_' | '~' | ' ' | '─' | '═'))
}

/// What a comment is a heading of where it carries its frame on its own line: `# --- Cleanup ---`.
pub(super) fn framed(comment: &str) -> Option<&str> {
    let signs = |c: char| matches!(c, '#' | '=' | '-' | '─' | '═');
    let inner = comment.trim().trim_start_matches(signs);
    let frame = comment.trim().len() - inner.len();
    (frame >= 2 && !inner.trim().is_empty()).then(|| inner.trim_end_matches(signs).trim())
}

/// Signs that lead to a mark.
fn is_sign(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '=' | '>' | '→' | '⇒' | '(' | '[' | '*' | '`' | '#' | '（')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_from_words() {
        for failure in [
            "NG",
            "**NG**",
            "❌",
            "✗ as a guest",
            "(error)",
            " error",
            " fails",
            " will fail",
            " expected error",
            " => denied: no role",
            " Forbidden (403)",
            "エラー",
            " refusé",
            " Fehler!",
            "失败",
            " as a guest ❌",
        ] {
            assert!(is_failure(failure), "{failure}");
        }
        for other in ["OK", "error handling", "the error of 3", "failover", "no", "", "-", "---"] {
            assert!(!is_failure(other), "{other}");
        }
        assert!(is_success("**OK**") && is_success("✅") && !is_success("okay then"));
    }

    #[test]
    fn frames_are_told_from_headings() {
        assert!(is_frame("# =====") && is_frame("----") && !is_frame("# a") && !is_frame("--"));
        assert_eq!(framed(" --- Cleanup (optional) ---"), Some("Cleanup (optional)"));
        assert_eq!(framed("## Cleanup"), Some("Cleanup"));
        assert_eq!(framed(" Cleanup"), None);
    }
}
