//! The estate is for other versions of the compiler.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::{Unit, Version},
};

declare_rule! { pub RULE = "compiler-out-of-range", Language, Error, "an estate that is for other versions of the compiler", include_str!("compiler_out_of_range.md") }

/// The version of this compiler.
const OURS: &str = env!("CARGO_PKG_VERSION");

/// Reports a range that this compiler is not in.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let (Some(wanted), Ok(ours)) = (&subject.estate.spec.tenantry, Version::parse(OURS)) else {
        return;
    };
    if wanted.range.value.contains(&ours) {
        return;
    }
    let message = format!(
        "the estate is for tenantry {}, and this is {OURS}",
        wanted.range.value
    );
    findings.push(
        Diagnostic::new(&RULE, subject.estate.span(wanted.range.origin), message)
            .label("not this one")
            .why("another version may write other output from the same words")
            .help("build with a version of that range, or widen it and look at what changes"),
    );
}
