//! Half a result is a result: a phase goes on with whatever value there is, and all findings
//! of a run are reported together.

use crate::diag::{Diagnostic, Findings, Level};

/// What a phase made, as far as it got, and what it has to say.
#[derive(Debug)]
pub struct Outcome<T> {
    /// The value, possibly with holes where the input was broken.
    pub value: Option<T>,
    /// What was found on the way.
    pub findings: Findings,
}

impl<T> Outcome<T> {
    /// A value and what was found while making it.
    pub fn new(value: T, findings: Findings) -> Self {
        Self {
            value: Some(value),
            findings,
        }
    }

    /// Nothing could be made.
    pub fn nothing(findings: Findings) -> Self {
        Self {
            value: None,
            findings,
        }
    }

    /// Runs the next phase on what there is; its findings follow ours.
    #[must_use]
    pub fn then<U>(self, next: impl FnOnce(T) -> Outcome<U>) -> Outcome<U> {
        let mut findings = self.findings;
        match self.value.map(next) {
            Some(outcome) => {
                findings.extend(outcome.findings);
                Outcome {
                    value: outcome.value,
                    findings,
                }
            }
            None => Outcome::nothing(findings),
        }
    }
}

/// Proof that a run had no finding at error level. `emit` asks for it, so nothing comes out
/// beside an error, by type.
#[derive(Debug)]
pub struct Clean(());

impl Clean {
    /// The proof, if `findings` allow it.
    pub fn of(findings: &[Diagnostic]) -> Option<Self> {
        let wrong = findings.iter().any(|f| f.level >= Level::Error);
        (!wrong).then_some(Self(()))
    }
}
