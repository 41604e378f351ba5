//! A row of the tables of kinds: how a thing of the kind is made, changed by hand, taken away and hidden, with
//! what a report must say of each.

/// One thing of one kind, in the words of a challenge.
#[derive(Clone)]
pub(crate) struct Row {
    /// The id of its kind.
    pub(crate) kind: &'static str,
    /// The fence that makes it: all that it claims is of the kind.
    pub(crate) make: &'static str,
    /// What is seen before the fence was run.
    pub(crate) start: Start,
    /// How another hand makes something else of it.
    pub(crate) differs: Differs,
    /// The fence that takes it back, where the kind has one.
    pub(crate) back: Option<&'static str>,
    /// What is denied to who looks so that this thing is not seen, in the provider's own terms. Empty where
    /// nothing hides it alone.
    pub(crate) denied: &'static [&'static str],
    /// How its step then ends before and after it was made: `?`, or `.` where the design says that it is a
    /// skip, or `F` where what is there at first is seen all the same.
    pub(crate) unseen: [char; 2],
}

/// What is seen of a thing that the text has not made yet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// It is not there, and a control shows it.
    Absent,
    /// Something is there that is not what is claimed; what the report says of it.
    Otherwise(&'static str),
}

/// What another hand makes of the thing.
#[derive(Clone, Copy)]
pub(crate) enum Differs {
    /// These commands change it, and the report names all of these.
    By(&'static str, &'static [&'static str]),
    /// It has nothing that could be another; why.
    Never(&'static str),
}

impl Row {
    /// A thing that is not there at first and has no way back.
    pub(crate) fn new(kind: &'static str, make: &'static str) -> Row {
        let differs = Differs::Never("");
        Row { kind, make, start: Start::Absent, differs, back: None, denied: &[], unseen: ['?'; 2] }
    }

    /// The same, changed by these commands, which the report names by these words.
    pub(crate) fn changed(self, by: &'static str, says: &'static [&'static str]) -> Row {
        Row { differs: Differs::By(by, says), ..self }
    }

    /// The same, which cannot be another, for a reason.
    pub(crate) fn never_another(self, why: &'static str) -> Row {
        Row { differs: Differs::Never(why), ..self }
    }

    /// The same, taken back by a fence.
    pub(crate) fn back(self, fence: &'static str) -> Row {
        Row { back: Some(fence), ..self }
    }

    /// The same, hidden by denying these.
    pub(crate) fn denied(self, denied: &'static [&'static str]) -> Row {
        Row { denied, ..self }
    }
}
