//! Rows in which Vault is away, talks nonsense, or does not allow something.

use super::{Broken, Expected, Look, Pace, Row, SOON, call};
use crate::check::Check;
use crate::lab::Lab;
use crate::stand_in::{Manner, StandIn};
use crate::wait::Done;

/// Vault cannot be seen: all that lives in it is unknown (1, 4, 5, 6, 10), and with it what needs
/// credentials of it (7) or its word on who rotated (8, 9). Only Kubernetes speaks, and is seen.
pub(crate) const BLIND_SOLVED: Expected =
    Expected { code: 3, here: &[1], outcomes: "?--???????PP" };

/// The same on the untouched lab. That Postgres accepts the old password is seen without Vault, so
/// 8 and 9 may fail or be unknown; they may not pass.
const BLIND_UNTOUCHED: Expected = Expected { code: 3, here: &[1], outcomes: "?--????xx?FF" };

/// The rows of this file.
pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        blind("vault_down", |lab| Ok(down(lab, &call(lab)))),
        blind("vault_token_invalid", |lab| {
            Ok(Broken::told(call(lab).set("VAULT_TOKEN", "not-a-token")))
        }),
        blind("vault_token_missing", |lab| Ok(Broken::told(call(lab).unset("VAULT_TOKEN")))),
        blind("vault_answers_html", |lab| instead(lab, &call(lab), Manner::Html)),
        blind("vault_answers_404", |lab| instead(lab, &call(lab), Manner::NotFoundPage)),
        Row {
            pace: Pace::Slow,
            ..blind("vault_silent", |lab| instead(lab, &call(lab), Manner::Silence))
        },
        Row {
            pace: Pace::Slow,
            ..blind("vault_floods", |lab| instead(lab, &call(lab), Manner::Flood))
        },
        Row { traces: Look::Around(SOON), ..blind("vault_sealed", |lab| sealed(lab, call(lab))) },
    ];
    rows.extend(token_rows());
    rows
}

fn blind(name: &'static str, break_it: fn(&Lab) -> Done<Broken>) -> Row {
    Row {
        name,
        solved: Some(BLIND_SOLVED),
        untouched: Some(BLIND_UNTOUCHED),
        says: &[],
        pace: Pace::Quick,
        traces: Look::Within,
        break_it,
    }
}

/// Something else answers in the place of Vault.
pub(crate) fn instead(lab: &Lab, call: &Check, manner: Manner) -> Done<Broken> {
    let stand_in = StandIn::anywhere(lab.ip(), manner)?;
    Ok(Broken::told(call.set("VAULT_ADDR", stand_in.url())).with(stand_in))
}

/// Nothing is where Vault should be.
pub(crate) fn down(lab: &Lab, call: &Check) -> Broken {
    Broken::told(call.set("VAULT_ADDR", format!("http://{}", lab.nowhere())))
}

/// Seals Vault under a call.
pub(crate) fn sealed(lab: &Lab, call: Check) -> Done<Broken> {
    lab.world.vault.seal()?;
    Ok(Broken::told(call).mended_by(|lab| Ok(lab.world.vault.unseal()?)))
}

/// Tokens that may do everything but one thing. On the untouched lab the mount is missing, which is
/// seen; whether what it would hold is then "not there" or "could not be read" is left open.
///
/// The learner's lease (6) is a few seconds old in this lab, so that it could be one of a probe of
/// ours that still lives: where its Postgres role cannot be read to tell, it is a skip.
fn token_rows() -> Vec<Row> {
    vec![
        Row {
            // 7 to 9 need credentials, not the role's definition: they may be seen.
            solved: Some(Expected { code: 3, here: &[5], outcomes: "P--P?o~~~PPP" }),
            untouched: Some(Expected { code: 1, here: &[1], outcomes: "F--FxxxxxFFF" }),
            ..blind("token_may_not_read_roles", |lab| {
                limited(lab, &call(lab), &["database/roles", "database/roles/*"])
            })
        },
        Row {
            solved: Some(Expected { code: 0, here: &[], outcomes: "P--PP.PPPPPP" }),
            untouched: Some(Expected { code: 1, here: &[1], outcomes: "F--FFxFFFFFF" }),
            ..blind("token_may_not_list_leases", |lab| {
                limited(lab, &call(lab), &["sys/leases/lookup/*", "sys/leases"])
            })
        },
        Row {
            // No probe may be made, so nothing that needs one is seen: 7, and the controls of 8 and 9.
            solved: Some(Expected { code: 3, here: &[7], outcomes: "P--PPo???PPP" }),
            untouched: Some(Expected { code: 1, here: &[1], outcomes: "F--FFFxxxFFF" }),
            ..blind("token_may_neither_make_children_nor_revoke", |lab| {
                limited(
                    lab,
                    &call(lab),
                    &["auth/token/create*", "sys/leases/revoke*", "sys/revoke*"],
                )
            })
        },
        Row {
            solved: Some(Expected { code: 0, here: &[], outcomes: "P--PPoPPPPPP" }),
            untouched: Some(Expected { code: 1, here: &[1], outcomes: "F--FFFFFFFFF" }),
            ..blind("token_may_make_no_children_but_revoke", |lab| {
                limited(lab, &call(lab), &["auth/token/create*"])
            })
        },
    ]
}

fn limited(lab: &Lab, call: &Check, denied: &[&str]) -> Done<Broken> {
    Ok(by(call, lab.world.vault.token_without("limited", denied)?.expose()))
}

/// Another token looks, which is taken back afterwards.
pub(crate) fn by(call: &Check, token: &str) -> Broken {
    let call = call.set("VAULT_TOKEN", token).secret(token);
    let body = serde_json::json!({ "token": token });
    Broken::told(call)
        .mended_by(move |lab| Ok(lab.world.vault.write("auth/token/revoke", &body).map(drop)?))
}
