//! Other right ways: what learners do who do not type the text as it stands, and have done all of it nevertheless. Each
//! must pass.

mod alternative;
mod another_directory;
mod another_order;
mod api_calls;
mod applied;
mod flag_order;
mod goes_on;
mod white_space;

use super::deeds::Deed;
use super::edit::Draft;
use crate::assertion::Plan;
use crate::challenge::{Challenge, Step};

/// One right way from the start to the end.
#[derive(Clone, Debug)]
pub struct Solution {
    /// The rule that made it.
    pub rule: &'static str,
    /// What is different, in a few words.
    pub name: String,
    /// What is typed before the first step.
    pub(super) first: String,
    /// The steps in the order in which they are done, with what is typed for each.
    pub(super) steps: Vec<(usize, String)>,
    /// What is done to the lab after all.
    pub(super) after: Vec<Deed>,
    /// A program that it needs beside those of every lab.
    pub(super) needs: Option<&'static str>,
}

/// One kind of other right ways.
pub struct Rule {
    /// Its id, in kebab-case.
    pub name: &'static str,
    /// What it does, in half a sentence.
    pub doc: &'static str,
    make: fn(&Course<'_>) -> Vec<Solution>,
}

/// All rules, in the order in which a report shows them.
pub const RULES: &[Rule] = &[
    white_space::RULE,
    flag_order::RULE,
    applied::RULE,
    api_calls::RULE,
    another_directory::RULE,
    another_order::RULE,
    alternative::RULE,
    goes_on::RULE,
];

/// A challenge that a rule looks at.
pub(super) struct Course<'a> {
    pub(super) challenge: &'a Challenge,
    pub(super) plan: &'a Plan,
    /// Whether something is typed into a step, kept from it or filled in: it stays where it is.
    pub(super) has_input: &'a dyn Fn(usize) -> bool,
}

impl Course<'_> {
    /// All steps as the text has them.
    fn steps(&self) -> Vec<(usize, String)> {
        let steps = self.challenge.steps.iter();
        steps.map(|step| (step.number, self.own(step).to_owned())).collect()
    }

    /// What is typed for a step; nothing for one that its author does not ask for.
    fn own<'b>(&self, step: &'b Step) -> &'b str {
        if self.plan.asks_for(step.number) { step.typed.text() } else { "" }
    }

    /// All steps, each as `edit` leaves it; `None` where it changes none.
    fn edited(&self, edit: impl Fn(&Draft<'_>) -> Option<String>) -> Option<Vec<(usize, String)>> {
        let mut changed = false;
        let steps = self.challenge.steps.iter().map(|step| {
            let asked = self.plan.asks_for(step.number).then(|| Draft::of(step));
            let edited = asked.and_then(|draft| edit(&draft));
            let edited = edited.filter(|text| text != step.typed.text());
            changed |= edited.is_some();
            (step.number, edited.unwrap_or_else(|| self.own(step).to_owned()))
        });
        let steps = steps.collect();
        changed.then_some(steps)
    }
}

/// A way whose steps are typed otherwise.
fn typed(rule: &'static str, name: &str, steps: Option<Vec<(usize, String)>>) -> Vec<Solution> {
    let solution = |steps| Solution {
        rule,
        name: name.to_owned(),
        first: String::new(),
        steps,
        after: Vec::new(),
        needs: None,
    };
    steps.map(solution).into_iter().collect()
}

/// The other right ways of a challenge.
pub(super) fn of(course: &Course<'_>) -> Vec<Solution> {
    RULES.iter().flat_map(|rule| (rule.make)(course)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assertion::{Bindings, collect};
    use crate::challenge::parse;
    use crate::source::Source;

    fn made(fences: &[&str]) -> Vec<Solution> {
        let text = fences
            .iter()
            .fold(String::new(), |text, fence| text + "\n```bash\n" + fence + "\n```\n");
        let challenge = parse(Source::new("t.md", format!("# T\n{text}")));
        let plan = collect(&challenge, &Bindings::default());
        of(&Course { challenge: &challenge, plan: &plan, has_input: &|_| false })
    }

    #[test]
    fn every_rule_types_it_otherwise() {
        for (rule, fence, typed) in [
            ("white-space", "vault delete kv/a", "vault  delete  kv/a"),
            ("flag-order", "vault write a/b c=d e=f", "vault write a/b e=f c=d"),
            (
                "flag-order",
                "kubectl create deployment web --image=a --replicas=2 -n shop",
                "kubectl -n shop create deployment web --replicas=2 --image=a",
            ),
            (
                "applied",
                "kubectl create deployment web --image=a -n shop",
                "kubectl create deployment web --image=a -n shop --dry-run=client -o yaml | kubectl -n shop apply -f -",
            ),
            ("applied", "kubectl create -f a.yaml", "kubectl apply -f a.yaml"),
            (
                "api-calls",
                "vault kv put kv/a b=\"c d\"",
                "eval \"$(vault kv put -output-curl-string kv/a b=\"c d\")\"",
            ),
        ] {
            let solutions = made(&[fence]);
            let found = solutions.iter().find(|it| it.rule == rule);
            let found = found.map(|it| it.steps[0].1.trim_end());
            assert_eq!(found, Some(typed), "{rule}");
        }
    }

    #[test]
    fn only_steps_that_do_not_need_each_other_change_places() {
        let independent = made(&["vault delete kv/a", "kubectl delete deployment web"]);
        let swapped = independent.iter().find(|it| it.rule == "another-order").unwrap();
        assert_eq!(swapped.steps.iter().map(|it| it.0).collect::<Vec<_>>(), [2, 1]);
        for fences in [
            ["vault secrets enable -path=a kv", "vault kv put a/b c=d"],
            ["export A=b", "vault kv put kv/b c=$A"],
            ["kubectl create namespace a", "kubectl create deployment web --image=a -n a"],
            [
                "vault write database/config/c plugin_name=x",
                "vault write database/roles/r db_name=c",
            ],
        ] {
            let ordered = made(&fences);
            assert!(ordered.iter().all(|it| it.rule != "another-order"), "{fences:?}");
        }
    }

    #[test]
    fn what_cannot_be_typed_otherwise_is_left_as_it_is() {
        let heredoc = "vault policy write a - <<EOF\npath \"a b\" {}\nEOF";
        let solutions = made(&[heredoc]);
        assert!(solutions.iter().all(|it| it.rule != "api-calls"), "{solutions:#?}");
        let spaced = solutions.iter().find(|it| it.rule == "white-space").unwrap();
        assert!(spaced.steps[0].1.contains("path \"a b\" {}"), "{spaced:?}");
    }
}
