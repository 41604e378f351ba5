//! The reasons for which a command that changes something claims nothing: a closed list, counted by
//! `explain --coverage`.

/// Why what a command changes cannot be seen afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unseen {
    /// It works in a container, a pod's file system or a session inside one.
    InsideContainer,
    /// It only changes the settings of whoever runs it: a kubeconfig, a token helper, a list of repositories.
    OwnSettings,
    /// It is gone when the command ends, or soon after by a time that the text sets.
    ShortLived,
    /// Nothing tells what it made from others of its kind.
    Nameless,
    /// Its name is one that a cluster makes up, and another cluster has another.
    AnotherName,
    /// It changes something and leaves no mark that can be read.
    NoMark,
    /// What is done stands in an editor, a file or at an address that the text does not show.
    NotInText,
    /// Whether or how often it is run depends on what happens then.
    ControlFlow,
    /// It is sent to another cluster, server or account than the lab's.
    Elsewhere,
    /// Only a product that the lab is not has such things.
    OtherEdition,
}

impl Unseen {
    /// All of them, in the order of this file.
    pub const ALL: [Self; 10] = [
        Self::InsideContainer,
        Self::OwnSettings,
        Self::ShortLived,
        Self::Nameless,
        Self::AnotherName,
        Self::NoMark,
        Self::NotInText,
        Self::ControlFlow,
        Self::Elsewhere,
        Self::OtherEdition,
    ];

    /// The reason in words, as it stands behind `changes something that cannot be seen afterwards: `.
    pub fn words(self) -> &'static str {
        match self {
            Self::InsideContainer => "what happens inside a container cannot be seen from outside",
            Self::OwnSettings => "it changes the settings of whoever runs it",
            Self::ShortLived => "what it makes is gone soon, or when its command ends",
            Self::Nameless => "nothing tells what it makes from others of its kind",
            Self::AnotherName => "its name is one that a cluster makes up",
            Self::NoMark => "it leaves no mark that can be read",
            Self::NotInText => "what it does is not in the text",
            Self::ControlFlow => "whether it runs depends on what happens then",
            Self::Elsewhere => "it may be sent to another server or account than the lab's",
            Self::OtherEdition => "only another edition of the product has such things",
        }
    }
}
