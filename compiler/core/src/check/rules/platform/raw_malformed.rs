//! A `raw` that holds no object of the API.

use super::raw_beyond_scope::everywhere;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    raw,
};

declare_rule! { pub RULE = "raw-malformed", Platform, Error, "a `raw` that holds no object of the API", include_str!("raw_malformed.md") }

/// Reports each that cannot be read as one object with a kind and a name.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (home, spec) in everywhere(subject.estate) {
        let Err(why) = raw::read(spec) else { continue };
        let span = match &spec.object {
            Some(object) => subject.estate.span(object.text.origin),
            None => spec.meta.span,
        };
        let message = format!("`raw {}` of {} is no object: {why}", spec.name.value, home.what);
        findings.push(
            Diagnostic::new(&RULE, span, message)
                .label("not an object of the API")
                .help("write one document with `apiVersion`, `kind` and `metadata: { name: … }`; each further object is another `raw`"),
        );
    }
}
