//! Which Vault a command speaks to, and which commands leave one Vault for another. Pure.

use super::cli::Invocation;
use crate::claim::Text;
use crate::provider::{Call, servers};

/// The address of the Vault that a command is sent to, where the text has set it.
pub(super) fn address(call: &Call) -> Option<Text> {
    if call.inside || call.program().as_deref() != Some("vault") {
        return None;
    }
    if Invocation::as_written(call).is_some_and(|one| one.elsewhere()) {
        return None;
    }
    let set = call.environment.iter().rev().find(|(name, _)| name == "VAULT_ADDR");
    set.map(|(_, value)| servers::address(value))
}

/// Whether another Vault may answer behind a command: one is started, made anew or taken away.
pub(super) fn leaves(call: &Call) -> bool {
    let words: Vec<String> = call.words.iter().skip(1).map(Text::shown).collect();
    let has = |one: &str| words.iter().any(|word| word == one);
    let names_vault = || words.iter().any(|word| word == "vault" || word.ends_with("/vault"));
    match call.program().as_deref().unwrap_or_default() {
        "vault" => Invocation::as_written(call).is_some_and(|one| {
            let anew = one.is(&["operator", "init"]) && !one.has("status");
            (anew || one.is(&["server"])) && !one.elsewhere()
        }),
        "helm" => {
            let external =
                words.iter().any(|word| word.contains("external") || word.contains("injector"));
            let goes = has("uninstall") || has("delete");
            (goes || has("install") && !external) && names_vault()
        }
        "pkill" | "killall" => has("vault"),
        "rm" => words.iter().any(|word| word.contains("vault") && word.contains("data")),
        _ => servers::in_container(call, "vault"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_or_ends_a_vault_leaves_the_one_before() {
        for (line, is) in [
            ("vault server -dev", true),
            ("vault server -help", false),
            ("vault operator init -key-shares=1", true),
            ("vault operator init -status", false),
            ("vault operator unseal k", false),
            ("vault status", false),
            ("helm install vault hashicorp/vault", true),
            ("helm install vault hashicorp/vault --set injector.externalVaultAddr=x", false),
            ("helm upgrade vault hashicorp/vault", false),
            ("helm uninstall vault", true),
            ("helm install web bitnami/nginx", false),
            ("pkill vault", true),
            ("rm -rf ./vault/data", true),
            ("rm vault.hcl", false),
        ] {
            let words = line.split_whitespace().map(Text::from).collect();
            assert_eq!(leaves(&Call { words, ..Call::default() }), is, "{line}");
        }
    }
}
