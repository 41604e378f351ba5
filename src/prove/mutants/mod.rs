//! Wrong turns: what a learner may do instead of a step. Each rule makes some of them from a step's text and claims;
//! every one that leaves the lab otherwise than the solution does must be caught.

mod by_hand;
mod elsewhere;
mod half_done;
mod left_out;
mod option;
mod placeholder;
mod renamed;
mod sibling;
mod undone;
mod value;

use super::deeds::Deed;
use super::edit::Draft;
use crate::assertion::{Assertion, Plan};
use crate::challenge::Challenge;
use crate::claim::Subject;
use crate::provider::holds;

/// One wrong turn.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The step that is done wrongly, from 1.
    pub step: usize,
    /// The rule that made it.
    pub rule: &'static str,
    /// What is different, in a few words.
    pub name: String,
    /// What is done to the lab before the step.
    pub(super) before: Vec<Deed>,
    /// What is typed instead of the step.
    pub(super) script: String,
    /// What is done to the lab after it.
    pub(super) after: Vec<Deed>,
    /// What the message must name: one of these.
    pub(super) names: Vec<String>,
}

/// One way to go wrong.
pub struct Rule {
    /// Its id, in kebab-case.
    pub name: &'static str,
    /// What it does, in half a sentence.
    pub doc: &'static str,
    make: fn(&Site<'_>) -> Vec<Mutant>,
}

/// All rules, in the order in which a report shows them.
pub const RULES: &[Rule] = &[
    left_out::RULE,
    renamed::RULE,
    elsewhere::RULE,
    value::RULE,
    option::RULE,
    placeholder::RULE,
    undone::RULE,
    sibling::RULE,
    half_done::RULE,
    by_hand::RULE,
];

/// A step that a rule looks at.
struct Site<'a> {
    step: usize,
    draft: Draft<'a>,
    /// The claims that the step makes so.
    claims: Vec<&'a Assertion>,
}

impl Site<'_> {
    /// A wrong turn that is typed.
    fn typed(
        &self,
        rule: &'static str,
        name: String,
        script: String,
        names: Vec<String>,
    ) -> Mutant {
        Mutant { step: self.step, rule, name, before: vec![], script, after: vec![], names }
    }

    /// Whether the step itself makes the thing of a claim, or what holds it, before that claim: it cannot be kept or
    /// copied then, as it is not there yet.
    fn makes_first(&self, claim: &Assertion) -> bool {
        let about = |subject: &Subject| {
            *subject == claim.claim.subject
                || claim.claim.container.as_ref() == Some(subject)
                || holds(subject, &claim.claim.subject)
        };
        self.claims.iter().any(|other| other.place < claim.place && about(&other.claim.subject))
    }

    /// The step's own text, which a wrong turn adds something to.
    fn script(&self) -> String {
        self.draft.text().to_owned()
    }
}

/// The wrong turns of all steps that change something, in the order of the text.
pub fn of(challenge: &Challenge, plan: &Plan) -> Vec<Mutant> {
    let mut mutants: Vec<Mutant> = Vec::new();
    for step in &challenge.steps {
        let claims: Vec<&Assertion> = plan
            .assertions
            .iter()
            .filter(|assertion| assertion.step == step.number && assertion.changes())
            .filter(|assertion| assertion.said.waived.is_none() && plan.asks_for(step.number))
            .collect();
        if claims.is_empty() {
            continue;
        }
        let site = Site { step: step.number, draft: Draft::of(step), claims };
        let mut own: Vec<Mutant> = Vec::new();
        for mutant in RULES.iter().flat_map(|rule| (rule.make)(&site)) {
            let same = |other: &Mutant| {
                (&other.script, &other.before, &other.after)
                    == (&mutant.script, &mutant.before, &mutant.after)
            };
            if !own.iter().any(same) {
                own.push(mutant);
            }
        }
        mutants.extend(own);
    }
    mutants
}

/// The last part of a thing's name: `reports` of `database/reports`, `orders` of `sales.orders`.
fn own_name(assertion: &Assertion) -> Option<String> {
    let subject = &assertion.claim.subject;
    let name = subject.name.value()?;
    let bare = name.trim_end_matches('/');
    let last = bare.rsplit('/').next().unwrap_or(bare);
    let last = match subject.kind.split('/').next() {
        Some("postgres") => last.rsplit(['.', ' ']).next().unwrap_or(last),
        _ => last,
    };
    (!last.is_empty()).then(|| last.to_owned())
}

/// What a message on a claim may call it by: its name, and the words of its title in backticks.
fn names_of(assertion: &Assertion) -> Vec<String> {
    let ticked = assertion.title.split('`').skip(1).step_by(2).map(str::to_owned);
    own_name(assertion).into_iter().chain(ticked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assertion::{Bindings, collect};
    use crate::challenge::parse;
    use crate::source::Source;

    fn made(fence: &str) -> Vec<(&'static str, String, String)> {
        let text = format!("# T\n\n```bash\n{fence}\n```\n");
        let challenge = parse(Source::new("t.md", text));
        let plan = collect(&challenge, &Bindings::default());
        of(&challenge, &plan)
            .into_iter()
            .map(|mutant| (mutant.rule, mutant.name, mutant.script.trim_end().to_owned()))
            .collect()
    }

    fn scripts(fence: &str, rule: &str) -> Vec<String> {
        made(fence).into_iter().filter(|it| it.0 == rule).map(|it| it.2).collect()
    }

    #[test]
    fn every_rule_has_a_step_that_it_changes() {
        let role = "vault write database/roles/web db_name=shop creation_statements=\"CREATE ROLE x\" max_ttl=1h";
        for (rule, fence, script) in [
            ("left-out", role, ""),
            ("renamed", role, &role.replace("/web", "/wec")),
            ("elsewhere", role, &role.replace("database/", "labproof-beside/")),
            ("wrong-value", role, &role.replace("1h", "2h")),
            ("undone", role, role),
            ("half-done", role, &role.replace(" max_ttl=1h", "")),
            ("sibling", "vault delete database/roles/web", "vault delete database/roles/wec"),
            (
                "elsewhere",
                "kubectl delete deployment web",
                "kubectl -n labproof-beside delete deployment web",
            ),
            (
                "elsewhere",
                "kubectl delete deployment web -n shop",
                "kubectl delete deployment web -n labproof-beside",
            ),
            (
                "elsewhere",
                "vault secrets enable database",
                "vault secrets enable -path=databasf database",
            ),
            ("half-done", "createdb a\ncreatedb b", "createdb a"),
            (
                "half-done",
                "psql -d a -c \"REVOKE INSERT ON t FROM b\" -c \"DELETE FROM t WHERE id = 2\"",
                "psql -d a -c \"REVOKE INSERT ON t FROM b\"",
            ),
            (
                "half-done",
                "psql -d a -c \"INSERT INTO t (id) VALUES (1), (2)\"",
                "psql -d a -c \"INSERT INTO t (id) VALUES (1)\"",
            ),
            (
                "half-done",
                "vault policy write p - <<EOF\npath \"a\" {\n  capabilities = [\"read\"]\n}\n\npath \"b\" {\n  capabilities = [\"list\"]\n}\nEOF",
                "vault policy write p - <<EOF\npath \"a\" {\n  capabilities = [\"read\"]\n}\n\nEOF",
            ),
            (
                "wrong-option",
                "vault secrets enable -path=a kv-v2",
                "vault secrets enable -path=a kv",
            ),
            ("wrong-option", "vault kv delete -versions=1 a/b", "vault kv delete -versions=2 a/b"),
            ("placeholder", "vault operator unseal <KEY>", "vault operator unseal KEY"),
            (
                "by-hand",
                "vault write database/config/c plugin_name=postgresql-database-plugin username=u password=p connection_url=postgresql://h/d allowed_roles=r\nvault write -f database/rotate-root/c",
                "vault write database/config/c plugin_name=postgresql-database-plugin username=u password=p connection_url=postgresql://h/d allowed_roles=r",
            ),
        ] {
            let found = scripts(fence, rule);
            assert!(found.iter().any(|it| it == script), "{rule} of {fence}: {found:#?}");
        }
    }

    #[test]
    fn a_step_has_at_least_four_where_its_shape_allows() {
        for fence in [
            "vault secrets enable -path=notes kv",
            "vault kv put kv/shop/mail sender=shop@example.com",
            "kubectl create deployment web --image=nginx:1.27 --replicas=2",
            "kubectl delete deployment web",
            "vault delete database/roles/reports",
        ] {
            let found = made(fence);
            assert!(found.len() >= 4, "{fence}: {found:#?}");
        }
    }

    #[test]
    fn steps_that_only_look_have_none() {
        assert!(made("vault read database/roles/web\nkubectl get pods").is_empty());
    }
}
