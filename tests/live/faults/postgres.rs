//! Rows in which Postgres is away or full, or asks nobody for a password, or has another account.

use super::{Broken, Expected, Look, Pace, Row, SOON, call};
use crate::lab::Lab;
use crate::stand_in::{Manner, StandIn};
use crate::wait::Done;

/// No login can be tried: 7, 8 and 9 are unknown. All of Vault's own is seen. The lease
/// of 6 is young in this lab, and its role cannot be read to tell it from one of a probe: a skip.
const BLIND_SOLVED: Expected = Expected { code: 3, here: &[7], outcomes: "P--PPo???PPP" };

/// On the untouched lab no role exists, so that 7 fails without Postgres; 8 and 9 need it.
const BLIND_UNTOUCHED: Expected = Expected { code: 1, here: &[1], outcomes: "F--FFFxxxFFF" };

/// The rows of this file.
pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row {
            traces: Look::Around(SOON),
            ..blind("postgres_down", |lab| {
                lab.world.postgres.stop();
                Ok(Broken::told(call(lab)).mended_by(|lab| Ok(lab.world.postgres.restart()?)))
            })
        },
        Row {
            traces: Look::Around(SOON),
            ..blind("postgres_too_many_clients", |lab| {
                instead(lab, Manner::Postgres("53300", "sorry, too many clients already"))
            })
        },
        Row {
            traces: Look::Around(SOON),
            ..blind("postgres_starting", |lab| {
                instead(lab, Manner::Postgres("57P03", "the database system is starting up"))
            })
        },
        Row {
            says: &[(9, "57P03")],
            traces: Look::Around(SOON),
            ..blind("postgres_starting_for_ever", |lab| {
                lab.world.postgres.start_for_ever(&lab.world.names.user)?;
                Ok(Broken::told(call(lab)).mended_by(|lab| lab.world.postgres.start_at_last()))
            })
        },
        Row {
            pace: Pace::Slow,
            traces: Look::Around(SOON),
            ..blind("postgres_silent", |lab| instead(lab, Manner::Silence))
        },
        // Where no password is asked for, neither a refusal nor an acceptance says anything.
        blind("postgres_trusts_everyone", trusting),
    ];
    rows.extend(account_rows());
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

fn instead(lab: &Lab, manner: Manner) -> Done<Broken> {
    lab.world.postgres.stop();
    let stand_in = StandIn::at(lab.world.postgres.socket, manner)?;
    let broken = Broken::told(call(lab)).with(stand_in);
    Ok(broken.mended_by(|lab| lab.world.postgres.back()))
}

fn trusting(lab: &Lab) -> Done<Broken> {
    let user = lab.world.names.user.clone();
    lab.world.postgres.ask_for_passwords("trust", &user)?;
    Ok(Broken::told(call(lab))
        .mended_by(move |lab| lab.world.postgres.ask_for_passwords("scram-sha-256", &user)))
}

/// The account that Vault uses cannot log in any more, which says nothing about its password. While
/// Vault's pooled session lives, it still issues credentials (7 passes, *here* is 8); without one it
/// cannot (7).
fn account_rows() -> Vec<Row> {
    let warm = Some(Expected { code: 3, here: &[7, 8], outcomes: "P--PPo~??PPP" });
    let cold = Some(Expected { code: 3, here: &[7], outcomes: "P--PPo???PPP" });
    let row = |name, solved, break_it| Row { solved, untouched: None, ..blind(name, break_it) };
    vec![
        row("postgres_account_expired", warm, |lab| expired(lab, Pool::Warm)),
        row("postgres_account_expired_and_no_session", cold, |lab| expired(lab, Pool::Cold)),
        row("postgres_account_nologin", warm, |lab| nologin(lab, Pool::Warm)),
        row("postgres_account_nologin_and_no_session", cold, |lab| nologin(lab, Pool::Cold)),
        row("postgres_account_renamed", warm, |lab| renamed(lab, Pool::Warm)),
        row("postgres_account_renamed_and_no_session", cold, |lab| renamed(lab, Pool::Cold)),
        // An account that "expires at infinity" does not expire, and is no reason for doubt.
        row("postgres_account_valid_until_infinity", Some(super::SOLVED_LAB), |lab| {
            valid_until(lab, "'infinity'")
        }),
    ]
}

#[derive(Clone, Copy)]
enum Pool {
    Warm,
    Cold,
}

fn prepare(lab: &Lab, pool: Pool, change: &str) -> Done<()> {
    lab.world.postgres.sql("postgres", change)?;
    match pool {
        Pool::Warm => Ok(()),
        Pool::Cold => Ok(lab.world.postgres.end_sessions()?),
    }
}

fn valid_until(lab: &Lab, time: &str) -> Done<Broken> {
    let user = lab.world.names.user.clone();
    lab.world.postgres.sql("postgres", &format!("ALTER ROLE \"{user}\" VALID UNTIL {time}"))?;
    // No statement takes the time away again; the catalogue does.
    let mend = format!("UPDATE pg_authid SET rolvaliduntil = NULL WHERE rolname = '{user}'");
    Ok(Broken::told(call(lab))
        .mended_by(move |lab| Ok(lab.world.postgres.sql("postgres", &mend).map(drop)?)))
}

fn expired(lab: &Lab, pool: Pool) -> Done<Broken> {
    let broken = valid_until(lab, "'2001-01-01'")?;
    prepare(lab, pool, "SELECT 1")?;
    Ok(broken)
}

fn nologin(lab: &Lab, pool: Pool) -> Done<Broken> {
    let user = lab.world.names.user.clone();
    prepare(lab, pool, &format!("ALTER ROLE \"{user}\" NOLOGIN"))?;
    let mend = format!("ALTER ROLE \"{user}\" LOGIN");
    Ok(Broken::told(call(lab))
        .mended_by(move |lab| Ok(lab.world.postgres.sql("postgres", &mend).map(drop)?)))
}

fn renamed(lab: &Lab, pool: Pool) -> Done<Broken> {
    let user = lab.world.names.user.clone();
    prepare(lab, pool, &format!("ALTER ROLE \"{user}\" RENAME TO \"{user}-once\""))?;
    let mend = format!("ALTER ROLE \"{user}-once\" RENAME TO \"{user}\"");
    Ok(Broken::told(call(lab))
        .mended_by(move |lab| Ok(lab.world.postgres.sql("postgres", &mend).map(drop)?)))
}
