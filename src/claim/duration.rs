//! Time spans as Vault and people write them. Pure.

/// Seconds of `90`, `90s`, `1h30m`, `1.5h`, `1d`; the units of Vault's own durations. None where it is no whole number
/// of them.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let mut total = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number = &rest[..digits];
        rest = &rest[digits..];
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86400,
            _ => return None,
        };
        total = total.checked_add(times(number, unit)?)?;
        rest = &rest[letters..];
    }
    (!text.is_empty()).then_some(total)
}

/// A number, which may have a fraction, times a unit, where that is whole.
fn times(number: &str, unit: u64) -> Option<u64> {
    const MOST_DIGITS: usize = 9;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.len() > MOST_DIGITS {
        return None;
    }
    let parsed = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse().ok() };
    let (whole, part): (u64, u64) = (parsed(whole)?, parsed(fraction)?);
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let part = part.checked_mul(unit)?;
    (part % scale == 0).then(|| whole.checked_mul(unit)?.checked_add(part / scale))?
}

/// `1800` as `30m`.
pub(super) fn short(total: u64) -> String {
    let mut text = String::new();
    for (unit, size) in [("h", 3600), ("m", 60), ("s", 1)] {
        let number = match unit {
            "h" => total / size,
            "m" => total % 3600 / size,
            _ => total % 60,
        };
        if number > 0 {
            text.push_str(&number.to_string());
            text.push_str(unit);
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}
