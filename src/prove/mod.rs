//! Proof that checks check: trials of a challenge in labs made for it.
