//! The seal of Vault, on one that is set up for the first time.

use super::proof::{Ground, prove as proven};
use super::row::Row;
use super::vault::away;
use crate::check::Check;
use crate::faults::Broken;
use crate::lab::Lab;
use crate::vault::NewVault;
use crate::wait::Done;

const KIND: &str = "vault/seal-state";

/// The table. Its state is told to everyone, so that no right hides it.
pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(KIND, "vault operator init -key-shares=3 -key-threshold=2 > keys").changed(
            r#"export VAULT_TOKEN=$(sed -n 's/^Initial Root Token: //p' keys)
nonce=$(vault operator rekey -init -key-shares=5 -key-threshold=2 | sed -n 's/^Nonce *//p')
for number in 1 2; do
    key=$(sed -n "s/^Unseal Key $number: //p" keys)
    vault operator rekey -nonce="$nonce" "$key"
done"#,
            &["`secret_shares` is `5`"],
        ),
        Row::new(
            KIND,
            r#"vault operator unseal "$(sed -n 's/^Unseal Key 1: //p' keys)"
vault operator unseal "$(sed -n 's/^Unseal Key 3: //p' keys)""#,
        )
        .never_another("a key was given or not")
        .back("vault operator seal"),
    ]
}

/// Proves them.
pub(super) fn prove(lab: &mut Lab) -> Done<()> {
    let vault = NewVault::start(lab)?;
    let nowhere = lab.directory.join("nowhere.md");
    let call = Check::new(lab, &nowhere).set("VAULT_ADDR", vault.address()).unset("VAULT_TOKEN");
    let ground = Ground {
        given: "",
        rows: rows(),
        words: Vec::new(),
        before: format!("export VAULT_ADDR={}; unset VAULT_TOKEN", vault.address()),
        beside: "",
        call,
        hide: |_, call, _| Ok(Broken::told(call.clone())),
        faults: away(),
    };
    proven(lab, &ground)
}
