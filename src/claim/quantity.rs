//! Kubernetes quantities: `1000m` is `1`, `1Gi` is `1024Mi`.

/// How many of the smallest units make one.
const NANO: i128 = 1_000_000_000;

/// The value in billionths; `None` for what is no quantity.
pub(super) fn billionths(text: &str) -> Option<i128> {
    let text = text.trim();
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '+' | '-')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.get(..9).unwrap_or(fraction);
    if whole.is_empty() && fraction.is_empty() || fraction.contains(['+', '-']) {
        return None;
    }
    let negative = whole.starts_with('-');
    let whole = whole.trim_start_matches(['+', '-']);
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let digits = u32::try_from(fraction.len()).ok()?;
    let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let scale = 10_i128.pow(digits);
    let value = whole.checked_mul(NANO)?.checked_add(part * (NANO / scale))?;
    let value = if negative { -value } else { value };
    let times = |factor: i128| value.checked_mul(factor);
    match suffix {
        "" => Some(value),
        "n" => Some(value / NANO),
        "u" => Some(value / 1_000_000),
        "m" => Some(value / 1000),
        "k" => times(1000),
        "M" => times(10_i128.pow(6)),
        "G" => times(10_i128.pow(9)),
        "T" => times(10_i128.pow(12)),
        "P" => times(10_i128.pow(15)),
        "E" => times(10_i128.pow(18)),
        "Ki" => times(1 << 10),
        "Mi" => times(1 << 20),
        "Gi" => times(1 << 30),
        "Ti" => times(1 << 40),
        "Pi" => times(1 << 50),
        "Ei" => times(1 << 60),
        exponent => {
            let power: u32 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            times(10_i128.checked_pow(power)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::billionths;

    #[test]
    fn quantities_are_the_same_in_every_spelling() {
        for (one, other) in [
            ("1", "1000m"),
            ("0.5", "500m"),
            (".5", "500m"),
            ("1Gi", "1024Mi"),
            ("1G", "1000M"),
            ("2e3", "2k"),
            ("1500m", "1.5"),
            ("-1", "-1000m"),
        ] {
            assert_eq!(billionths(one), billionths(other), "{one} {other}");
            assert!(billionths(one).is_some());
        }
        assert_ne!(billionths("1Gi"), billionths("1G"));
        for text in ["", "half", "1 Gi", "1Xi", "Gi", "1-2."] {
            assert_eq!(billionths(text), None, "{text}");
        }
    }
}
