//! What the author says of a step, taken in before its commands and after them.

use crate::author::{FenceMark, StepWord};
use crate::diagnostic::Diagnostic;

use super::super::told::Told;
use super::super::{Assertion, Origin, worded};
use super::Walk;

impl Walk<'_> {
    /// Takes in what is to be known before the commands of a step.
    pub(super) fn hear(&mut self, said: &StepWord) {
        // Who has a say about a fence says what it is for: its prose is not guessed at.
        if let Some(told) = self.told.get_mut(self.step - 1) {
            told.fill((said.fence == FenceMark::Optional).then_some(Told::Optional));
        }
        for (name, value) in &said.vars {
            let value = worded::shell_text(&mut self.scope, value);
            self.scope.bind(name, value);
        }
    }

    /// Does with the claims of a step, which are those from `first` on, what its author says of them.
    pub(super) fn heed(&mut self, said: &StepWord, first: usize) {
        if said.fence == FenceMark::Alternative && self.step == 1 {
            let message = "there is no step before it that it could be done instead of";
            self.plan.mistakes.push(said.mistake(Diagnostic::error(said.at, message)));
        }
        for added in &said.add {
            let (claim, wrong) = worded::added(added, &mut self.scope, &self.plan);
            self.plan.mistakes.extend(wrong.map(|diagnostic| said.mistake(diagnostic)));
            let place = self.plan.place();
            self.story.claims.push(claim.clone());
            let span = self.challenge.steps[self.step - 1].span;
            let mut assertion = Assertion::new(self.step, span, place, claim);
            assertion.origin = Origin::Author;
            assertion.said.title.clone_from(&added.title);
            assertion.said.hints.clone_from(&added.hints);
            self.plan.assertions.push(assertion);
        }
        let (assertions, mistakes) = (&mut self.plan.assertions[first..], &mut self.plan.mistakes);
        worded::heed(said, assertions, &mut self.scope, mistakes);
    }
}
