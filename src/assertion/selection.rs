//! Which steps of a challenge a check is about. Knows no step.

/// Which steps are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// All: what stands at the end.
    #[default]
    All,
    /// The steps up to this one.
    Until(usize),
    /// This step alone.
    Step(usize),
}

impl Selection {
    /// Whether a step is asked for.
    pub fn contains(self, step: usize) -> bool {
        match self {
            Self::All => true,
            Self::Until(last) => step <= last,
            Self::Step(only) => step == only,
        }
    }

    /// The last step that is asked for.
    pub fn last(self) -> usize {
        match self {
            Self::All => usize::MAX,
            Self::Until(last) | Self::Step(last) => last,
        }
    }
}
