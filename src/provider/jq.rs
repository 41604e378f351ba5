//! stub
use super::Call;
use std::time::Duration;
/// F
#[derive(Clone, Debug)]
pub struct Filter;
impl Filter {
    /// T
    pub fn text(&self) -> &str {
        ""
    }
}
/// P
pub fn parse(_c: &Call) -> Option<Filter> {
    None
}
/// R
pub async fn run(_f: &Filter, input: String, _t: Duration) -> Result<String, String> {
    Ok(input)
}
