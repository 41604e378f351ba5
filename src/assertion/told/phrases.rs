//! What English says of commands that fail or need not be run. Data: in lower case, without marks, with a blank
//! where a word begins or ends.

/// Words that announce a command.
pub(super) const ANNOUNCES: &[&str] =
    &[" following ", " below", " try ", " trying ", " attempt ", " attempting ", " next command"];
/// Words that may speak of the command before as well as of the one behind.
pub(super) const RUNS: &[&str] = &[
    " run ",
    " running ",
    " execute ",
    " now ",
    " let's ",
    " verify ",
    " confirm ",
    " test ",
    " check ",
    " log in",
    " login ",
];
/// Words that tell what came of a command.
pub(super) const RESULT: &[&str] = &[
    " see ",
    " get ",
    " receive ",
    " notice ",
    " output",
    " returns ",
    " returned ",
    " failed ",
    " was ",
    " were ",
    " as expected",
    " result",
];
/// What a command that fails is called.
pub(super) const SUBJECTS: &[&str] = &[
    "this",
    "that",
    "it",
    "these",
    "they",
    "which",
    "command",
    "commands",
    "request",
    "requests",
    "attempt",
    "attempts",
    "operation",
    "call",
    "creation",
    "deletion",
    "write",
    "update",
    "login",
];
/// What is said of it.
pub(super) const FAILS: &[&str] = &[
    "fails",
    "will fail",
    "will now fail",
    "must fail",
    "is going to fail",
    "is expected to fail",
    "will be denied",
    "will be refused",
    "will be rejected",
    "will be blocked",
    "is denied",
    "is refused",
    "is rejected",
    "is blocked",
    "is forbidden",
    "is not allowed",
    "are not allowed",
    "will be forbidden",
    "will not work",
    "won't work",
    "does not work",
    "doesn't work",
    "will not succeed",
    "will error",
    "failed",
    "was denied",
    "was refused",
    "was rejected",
    "was blocked",
    "results in an error",
    "will result in an error",
];
/// What is a failure whatever it is said of.
pub(super) const FAILURES: &[&str] = &[
    "should fail",
    "expected to fail",
    "supposed to fail",
    "should be denied",
    "should be refused",
    "should be rejected",
    "should be blocked",
    "should not work",
    "shouldn't work",
    "permission denied",
    "permission-denied",
    "access denied",
    "access is denied",
    "error from server",
    "see an error",
    "get an error",
    "receive an error",
    "returns an error",
    "return an error",
    "expect an error",
    "produces an error",
    "throws an error",
    "an error message",
    "an authorization error",
    "a permission error",
    "(forbidden)",
    "a forbidden error",
    "403 error",
    "http 403",
    "code: 403",
    "gives an error",
    "gives you an error",
    " fails with",
    " fail with",
    "gets denied",
    "get denied",
    "cannot be created",
    "can not be created",
    "can't be created",
    "will only succeed",
    "should be forbidden",
    "should not be allowed",
    "shouldn't be allowed",
    "should not be able to",
    "shouldn't be able to",
    "will not be able to",
    "create an error",
    "cause an error",
    "trigger an error",
    "generate an error",
    " expected error",
    "expected output: error",
    "expected output: an error",
    "expected output: denied",
    "expected output: forbidden",
    "expected output: permission",
    "expected result: error",
    "expected result: an error",
    "expected result: denied",
    "expected result: forbidden",
    "expected result: fail",
    "expected: error",
    "expected: an error",
    "expected: denied",
    "expected: forbidden",
    "expected: fail",
    " fails because",
    " fails since",
    " quota exceeded",
    " exceeded quota",
    " exceeds the quota",
    " exceeds your quota",
];
/// What a server does with what it is asked, also where a sentence begins with what the text has done before.
pub(super) const REJECTS: &[&str] =
    &[" will reject ", " will refuse ", " will deny ", " will be rejected"];
/// What a heading asks for that is to fail, behind [`TRIES`].
pub(super) const LIMITS: &[&str] =
    &[" exceed", " violat", " without permission", " without the permission", " forbidden"];
/// What a heading asks for.
pub(super) const TRIES: &[&str] = &[" try ", " trying ", " attempt "];
/// Sentences with these say nothing of what happens.
pub(super) const HYPOTHETICAL: &[&str] = &[
    " if ",
    " unless ",
    " otherwise",
    " would ",
    " might ",
    " may ",
    " could ",
    " in case ",
    " no error",
    " without error",
    " without any error",
    " not fail",
    " never fail",
    " until ",
    " no longer ",
    " should not see",
    " shouldn't see",
    " instead of ",
];
/// What need not be run.
pub(super) const OPTIONAL: &[&str] = &[
    " optional ",
    " optional:",
    " optionally",
    " (optional",
    " optional)",
    " optional.",
    " do not run ",
    " don't run ",
    " not need to run",
    " no need to run",
    " for reference only",
    " if you want",
    " if you would like",
    " if you'd like",
    " if you wish",
    " if you prefer",
    " if you receive",
    " if you get ",
    " if you see ",
    " if you encounter",
    " if you run into",
    " if you made ",
    " if you make ",
    " if you have not",
    " if you haven't",
    " if needed",
    " if necessary",
    " feel free",
    " try commands like ",
];

/// What begins a sentence or a comment that offers another way.
pub(super) const OTHER_WAYS: &[&str] = &[
    " alternatively",
    " as an alternative",
    " an alternative ",
    " another way ",
    " another option ",
    " or alternatively",
    " or, alternatively",
    " or you can ",
    " or remove ",
    " or delete ",
    " or create ",
    " or, ",
    " or: ",
    " or simply ",
    " or just ",
    " or use ",
    " you can also ",
    " you could also ",
    " you may also ",
    " you can instead ",
    " it is also possible ",
    " it's also possible ",
];

/// The words of commands that take something away.
pub(super) const REMOVALS: &[&str] = &[
    "delete",
    "destroy",
    "disable",
    "drop",
    "dropdb",
    "dropuser",
    "revoke",
    "rm",
    "rmdir",
    "uninstall",
];

/// What leaves all that is shown up to the next heading to whoever reads it, where it is said of the following.
pub(super) const WISHES: &[&str] =
    &[" if you want", " if you would like", " if you'd like", " if you wish", " if you prefer"];

/// What a comment says of a command that is shown so that nobody runs it.
pub(super) const WARNINGS: &[&str] =
    &[" don't do this", " do not do this", " never do this", " don't do that", " do not do that"];

/// Headings of what only some readers need, and of none that a text begins with.
pub(super) const ASIDE: &[&str] = &[
    " troubleshoot",
    " faq ",
    " faqs ",
    " frequently asked",
    " appendix",
    " common issues",
    " common problems",
    " common errors",
    " known issues",
    " known problems",
    " if something ",
    " if anything ",
];

/// What a command is for that starts with "if" and is run only then.
pub(super) const TROUBLE: &[&str] =
    &[" fail", " error", " trouble", " problem", " stuck", " missing", " wrong", " already "];
