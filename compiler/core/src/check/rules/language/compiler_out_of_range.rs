//! The estate is for other versions of the compiler.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    load::Sources,
    units::{Unit, Version, VersionRange},
};

declare_rule! { pub RULE = "compiler-out-of-range", Language, Error, "an estate that is for other versions of the compiler", include_str!("compiler_out_of_range.md") }

/// The version of this compiler.
const OURS: &str = env!("CARGO_PKG_VERSION");

/// Reports a range that this compiler is not in.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if let Some(wanted) = &subject.estate.spec.tenantry {
        let span = subject.estate.span(wanted.range.origin);
        let finding = outside("the estate", &wanted.range.value, span);
        findings.extend(finding.map(|finding| {
            finding.help("build with a version of that range, or widen it and look at what changes")
        }));
    }
}

/// The same of the packages that are used, and of one compiled by itself.
pub(crate) fn of_packages(sources: &Sources) -> Findings {
    let heads = sources.packages.iter().map(|package| &package.head);
    heads
        .chain(&sources.alone)
        .filter_map(|head| {
            let (range, span) = head.requires.as_ref()?;
            let finding = outside(&format!("the package {}", head.name), range, *span)?;
            Some(finding.help(
                "build with a version of that range, or take in a version of the package that is \
                 for this compiler",
            ))
        })
        .collect()
}

fn outside(who: &str, wanted: &VersionRange, span: Span) -> Option<Diagnostic> {
    let ours = Version::parse(OURS).ok()?;
    if wanted.contains(&ours) {
        return None;
    }
    let message = format!("{who} is for tenantry {wanted}, and this is {OURS}");
    let finding = Diagnostic::new(&RULE, span, message)
        .label("not this one")
        .why("another version may write other output from the same words");
    Some(finding)
}
