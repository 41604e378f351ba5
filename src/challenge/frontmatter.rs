//! stub
use crate::diagnostic::Diagnostic;
use crate::source::Span;
/// What stands between the `---` lines at the top of a challenge.
#[derive(Clone, Debug, Default)]
pub struct Frontmatter {
    /// The block, `---` lines included; `None` without one.
    pub span: Option<Span>,
}
pub(super) fn read(text: &str, _d: &mut Vec<Diagnostic>) -> (Frontmatter, usize) {
    let body = text.find("\n---\n").map_or(0, |a| a + 5);
    (Frontmatter { span: Some(Span::new(0, body)) }, body)
}
