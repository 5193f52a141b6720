//! What does not fit.

use crate::diag::rule_set;

rule_set! {
    /// The rules of this phase.
    pub RULES;
}
