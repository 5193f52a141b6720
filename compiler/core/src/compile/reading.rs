//! The files of an estate, read as far as they can be.

use std::collections::BTreeMap;

use tenantry_syntax::{FileId, Span};

use super::{Memo, Options};
use crate::{
    check as checks,
    diag::{Diagnostic, Findings},
    load::{self, Library, Sources},
    schema, testing,
    world::World,
};

/// The files of an estate and what they say, as far as they could be read.
pub(super) fn read(
    world: &dyn World,
    library: Library,
    options: &Options,
    findings: &mut Findings,
) -> (Sources, Option<schema::TypedEstate>) {
    read_again(world, library, options, &mut Memo::default(), findings)
}

/// The same, where most of it may have been read before.
pub(super) fn read_again(
    world: &dyn World,
    library: Library,
    options: &Options,
    memo: &mut Memo,
    findings: &mut Findings,
) -> (Sources, Option<schema::TypedEstate>) {
    let loaded = load::load_again(world, library, &options.limits, &mut memo.load);
    findings.extend(loaded.findings);
    let sources = loaded.value.unwrap_or_default();
    if sources.files().is_empty() {
        return (sources, None);
    }
    let ranges = checks::rules::language::compiler_out_of_range::of_packages(&sources);
    findings.extend(ranges);
    let decoded = schema::decode_again(&sources, &mut memo.schema);
    if sources.is_torn() {
        findings.extend(beside_torn(&sources, decoded.findings));
        return (sources, decoded.value);
    }
    without_shells(findings, &decoded.findings);
    findings.extend(decoded.findings);
    if let Some(typed) = &decoded.value {
        findings.extend(testing::declared(typed, sources.alone.is_some()));
    }
    (sources, decoded.value)
}

/// Takes back that a value lacks its quotes where it is wrong with them as well: who mends the
/// value writes it anew.
fn without_shells(findings: &mut Findings, decoded: &Findings) {
    let wrong = decoded
        .iter()
        .filter(|it| it.rule == &schema::rules::WRONG_VALUE);
    let values: BTreeMap<(FileId, u32), u32> = wrong
        .filter_map(|it| it.span)
        .map(|span| ((span.file, span.start), span.end))
        .collect();
    let is_shell = |span: Span| {
        let before = values.range(..=(span.file, span.start)).next_back();
        before.is_some_and(|((file, _), end)| *file == span.file && *end >= span.end)
    };
    findings.retain(|it| it.rule != &load::rules::SYNTAX || !it.span.is_some_and(is_shell));
}

/// What can be said beside a file whose braces do not pair up: of that file nothing, and of the
/// others nothing that it may have declared.
fn beside_torn(sources: &Sources, findings: Findings) -> Findings {
    let declared = [
        &schema::rules::UNKNOWN_KIND,
        &schema::rules::MISPLACED_KIND,
        &schema::rules::WRONG_EXPRESSION,
        &schema::rules::UNUSABLE_DEFINITION,
    ];
    let torn = |span: Span| sources.get(span.file).is_some_and(load::Source::is_torn);
    let elsewhere = |finding: &Diagnostic| {
        let places = finding.related.iter().map(|label| label.span);
        finding.span.is_some()
            && !finding.span.into_iter().chain(places).any(torn)
            && declared.iter().all(|rule| finding.rule != *rule)
    };
    findings.into_iter().filter(elsewhere).collect()
}
