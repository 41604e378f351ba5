//! The author's file beside a challenge (`NAME.labproof.yml`): where its world is, and what a learner types.
