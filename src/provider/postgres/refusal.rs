//! Whether an old password is dead, with every control that a refusal needs.

use futures_util::future::join3;

use super::client::{Account, Login, Target};
use super::conninfo::Endpoint;
use crate::claim::{Text, Unobservable};
use crate::provider::Lab;
use crate::provider::vault::connection::{config_of, reason_of, role_of};
use crate::provider::vault::issue::Trouble;
use crate::provider::vault::place::Place;
use crate::provider::vault::probe::Round;
use crate::secret::Secret;
use crate::text::ticked;

/// The database to read accounts in, where nobody names one.
pub(crate) const ANY_DATABASE: &str = "postgres";

/// An old login, and the connection of Vault whose account it was.
pub(crate) struct Old<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) user: String,
    /// The user as a person may read it.
    pub(crate) shown_user: String,
    pub(crate) password: Secret,
    pub(crate) config: &'a Place,
    pub(crate) role: Option<&'a Text>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    /// The password is refused; what proves that it is the password.
    Dead(String),
    /// The password still logs in.
    Alive,
    /// The password is refused, and Vault cannot issue credentials; why.
    NothingIssued(String),
    /// It cannot be told.
    Unseen(Unobservable),
}

impl Old<'_> {
    /// The read in words.
    pub(crate) fn read(&self, tried: &Tried) -> String {
        let login = format!("login of {} at {}", ticked(&self.shown_user), self.endpoint.shown);
        match tried {
            Tried::Dead(_) | Tried::NothingIssued(_) => format!("{login} → 28P01"),
            Tried::Alive => format!("{login} → accepted"),
            Tried::Unseen(_) => login,
        }
    }

    /// Tries the old password, and at the same time what proves that a refusal is one.
    pub(crate) async fn attempt(&self, lab: &Lab) -> Tried {
        let target = |password: Option<Secret>| Target {
            endpoint: self.endpoint.clone(),
            user: self.user.clone(),
            password,
        };
        let (with, without) = (target(Some(self.password.clone())), target(None));
        let (with, without, account) =
            join3(lab.postgres.login(&with), lab.postgres.login(&without), self.account(lab)).await;
        self.judge(&with, &without, account)
    }

    /// | with the password | without | account | means         |
    /// |-------------------|---------|---------|---------------|
    /// | any               | let in  | any     | unseen: trust |
    /// | let in            | asked   | any     | alive         |
    /// | refused           | asked   | usable  | dead          |
    /// | refused           | asked   | other   | unseen        |
    /// | anything else     | any     | any     | unseen        |
    fn judge(&self, with: &Login, without: &Login, account: Result<Account, Control>) -> Tried {
        let unproven = |reason: String| Tried::Unseen(Unobservable::Uncontrolled(reason));
        let user = ticked(&self.shown_user);
        if let Some(reason) = trusts(without, &user, &self.endpoint) {
            return Tried::Unseen(reason);
        }
        match with {
            Login::Accepted { .. } => return Tried::Alive,
            Login::Unseen(reason) => return Tried::Unseen(reason.clone()),
            Login::Refused => {}
            Login::Asked | Login::TurnedDown => {
                return unproven(format!(
                    "Postgres at {} turns {user} down for another reason than the password (28000)",
                    self.endpoint.shown
                ));
            }
        }
        match account {
            Ok(Account::Usable) => Tried::Dead(format!(
                "a login of {user} without a password is not let in; the account exists, may log in and has \
                 not expired"
            )),
            Ok(Account::Missing) => {
                unproven(format!("no account {user} exists, so its refusal proves nothing"))
            }
            Ok(Account::MayNotLogIn) => unproven(format!(
                "the account {user} may not log in, so its refusal proves nothing"
            )),
            Ok(Account::Expired) => {
                unproven(format!("the account {user} has expired, so its refusal proves nothing"))
            }
            Err(Control::Nothing(why)) => Tried::NothingIssued(why),
            Err(Control::Unseen(reason)) => Tried::Unseen(reason),
        }
    }

    async fn account(&self, lab: &Lab) -> Result<Account, Control> {
        let role = role_of(&lab.vault, self.config, self.role).await.map_err(Control::Unseen)?;
        // A role that is not there costs no token.
        let place = Place { name: role.clone(), shown_name: role.clone(), ..self.config.clone() };
        config_of(&lab.vault, &place).await.map_err(|observation| {
            Control::Unseen(reason_of(observation, "role", &place.shown_name))
        })?;
        let issued = lab.vault.probe(&self.config.mount, &role, Round::Shared).await;
        let fresh = match issued {
            Ok(fresh) => fresh,
            Err(trouble) => return Err(self.nothing(&trouble)),
        };
        let mut endpoint = self.endpoint.clone();
        endpoint.database.get_or_insert_with(|| ANY_DATABASE.to_owned());
        let with = Target {
            endpoint,
            user: fresh.username.clone(),
            password: Some(fresh.password.clone()),
        };
        lab.postgres.account(&with, &self.user).await.map_err(Control::Unseen)
    }

    fn nothing(&self, trouble: &Trouble) -> Control {
        match trouble {
            Trouble::Cannot(why) => Control::Nothing(why.clone()),
            other => Control::Unseen(unseen(other, &self.endpoint)),
        }
    }
}

/// Why the account could not be read.
#[derive(Debug)]
enum Control {
    /// Vault issues no credentials to read it with, by what was configured.
    Nothing(String),
    Unseen(Unobservable),
}

/// Why there are no fresh credentials, where that is not the learner's doing.
pub(crate) fn unseen(trouble: &Trouble, endpoint: &Endpoint) -> Unobservable {
    match trouble {
        Trouble::Unseen(reason) => reason.clone(),
        Trouble::Cannot(why) => {
            Unobservable::Uncontrolled(format!("Vault issues no credentials: {why}"))
        }
        Trouble::NoPostgres => Unobservable::Unreachable(format!(
            "Vault reaches no Postgres to issue credentials at, for {}",
            endpoint.shown
        )),
        Trouble::OwnLogin => Unobservable::Uncontrolled(
            "Postgres refuses Vault's own password, so no credentials are issued".to_owned(),
        ),
        Trouble::Slow => Unobservable::TimedOut(
            "Vault did not issue credentials in time: it may be waiting for Postgres".to_owned(),
        ),
    }
}

/// Why a login proves nothing where one without a password is let in, or could not be tried.
pub(crate) fn trusts(without: &Login, who: &str, endpoint: &Endpoint) -> Option<Unobservable> {
    match without {
        Login::Accepted { .. } => Some(Unobservable::Uncontrolled(format!(
            "Postgres at {} asks {who} for no password from here, so a login proves nothing",
            endpoint.shown
        ))),
        Login::Unseen(reason) => Some(reason.clone()),
        Login::Refused | Login::Asked | Login::TurnedDown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::postgres::conninfo::Conninfo;
    use std::collections::BTreeMap;

    fn words(with: &Login, without: &Login, account: Result<Account, Control>) -> String {
        let info = Conninfo::parse(&Text::from("postgresql://h")).unwrap();
        let config = Place::of(&Text::from("database/pg")).unwrap();
        let old = Old {
            endpoint: Endpoint::choose(&info, None, &BTreeMap::new()).unwrap(),
            user: "u".to_owned(),
            shown_user: "u".to_owned(),
            password: Secret::new("p"),
            config: &config,
            role: None,
        };
        match old.judge(with, without, account) {
            Tried::Dead(_) => "dead".to_owned(),
            Tried::Alive => "alive".to_owned(),
            Tried::NothingIssued(why) => format!("nothing issued: {why}"),
            Tried::Unseen(reason) => reason.reason().to_owned(),
        }
    }

    #[test]
    fn a_refusal_needs_all_its_controls() {
        let accepted = || Login::Accepted { session: None, but: None };
        let unseen = || Login::Unseen(Unobservable::Unreachable("no Postgres".to_owned()));
        let unread = || Err(Control::Unseen(Unobservable::Forbidden("no probe".to_owned())));
        let trust =
            "Postgres at `h:5432` asks `u` for no password from here, so a login proves nothing";
        let other =
            "Postgres at `h:5432` turns `u` down for another reason than the password (28000)";
        for (with, without, account, expected) in [
            (Login::Refused, Login::Asked, Ok(Account::Usable), "dead"),
            (Login::Refused, Login::TurnedDown, Ok(Account::Usable), "dead"),
            (Login::Refused, accepted(), Ok(Account::Usable), trust),
            (accepted(), accepted(), Ok(Account::Usable), trust),
            (accepted(), Login::Asked, unread(), "alive"),
            (
                Login::Refused,
                Login::Asked,
                Ok(Account::Missing),
                "no account `u` exists, so its refusal proves nothing",
            ),
            (
                Login::Refused,
                Login::Asked,
                Ok(Account::Expired),
                "the account `u` has expired, so its refusal proves nothing",
            ),
            (
                Login::Refused,
                Login::Asked,
                Ok(Account::MayNotLogIn),
                "the account `u` may not log in, so its refusal proves nothing",
            ),
            (Login::Refused, Login::Asked, unread(), "no probe"),
            (
                Login::Refused,
                Login::Asked,
                Err(Control::Nothing("x".to_owned())),
                "nothing issued: x",
            ),
            (Login::TurnedDown, Login::Asked, Ok(Account::Usable), other),
            (unseen(), unseen(), Ok(Account::Usable), "no Postgres"),
            (Login::Refused, unseen(), Ok(Account::Usable), "no Postgres"),
        ] {
            assert_eq!(words(&with, &without, account), expected);
        }
    }
}
