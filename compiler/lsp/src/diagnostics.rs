//! Findings as an editor shows them.

use std::{collections::BTreeMap, sync::Arc};

use lsp_types::{Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location};
use serde_json::json;
use tenantry_core::{
    Span,
    diag::{self, Level},
    load::ROOT_FILE,
};

use crate::{convert::Converter, session::Context};

/// The diagnostics of each file that has some, of all that is known.
pub(crate) fn all(context: &Context) -> BTreeMap<Arc<str>, Vec<Diagnostic>> {
    let converter = context.converter();
    let mut files: BTreeMap<Arc<str>, Vec<Diagnostic>> = BTreeMap::new();
    for (at, finding) in context
        .snapshot
        .known()
        .analysis
        .findings
        .iter()
        .enumerate()
    {
        let (path, diagnostic) = one(context, &converter, at, finding);
        files.entry(path).or_default().push(diagnostic);
    }
    files
}

/// The diagnostics of one file.
pub(crate) fn of(context: &Context, path: &str) -> Vec<Diagnostic> {
    all(context).remove(path).unwrap_or_default()
}

/// A finding and the file that it is of. One about the estate as a whole stands at the top of its
/// first file.
fn one(
    context: &Context,
    converter: &Converter<'_>,
    at: usize,
    finding: &diag::Diagnostic,
) -> (Arc<str>, Diagnostic) {
    let (path, range) = match finding.span {
        Some(span) => place(context, converter, span),
        None => (ROOT_FILE.into(), converter.range(ROOT_FILE, &(0..0))),
    };
    let related = finding.related.iter().map(|label| {
        let (path, range) = place(context, converter, label.span);
        DiagnosticRelatedInformation {
            location: Location::new(converter.uri(&path), range),
            message: label.text.clone(),
        }
    });
    let related: Vec<_> = related.collect();
    let diagnostic = Diagnostic {
        range,
        severity: Some(severity(finding.level)),
        code: Some(Code::String(finding.rule.name().to_owned())),
        code_description: None,
        source: Some("tenantry".to_owned()),
        message: message(finding).into(),
        tags: None,
        related_information: (!related.is_empty()).then_some(related),
        // So that a code action finds what it mends.
        data: Some(json!({ "finding": at })),
    };
    (path, diagnostic)
}

fn place(context: &Context, converter: &Converter<'_>, span: Span) -> (Arc<str>, lsp_types::Range) {
    let sources = &context.snapshot.known().analysis.sources;
    let path: Arc<str> = sources.path(span.file).into();
    let range = converter.range(&path, &(span.start..span.end));
    (path, range)
}

fn severity(level: Level) -> DiagnosticSeverity {
    match level {
        Level::Error => DiagnosticSeverity::Error,
        Level::Warn => DiagnosticSeverity::Warning,
        _ => DiagnosticSeverity::Information,
    }
}

/// What is wrong, why, what to write instead, and in which environments.
fn message(finding: &diag::Diagnostic) -> String {
    let mut text = finding.message.clone();
    if !finding.envs.is_empty() {
        let envs: Vec<&str> = finding.envs.iter().map(AsRef::as_ref).collect();
        text += &format!(" (in {})", envs.join(", "));
    }
    if let Some(label) = &finding.label {
        text += &format!(": {label}");
    }
    if let Some(why) = &finding.why {
        text += &format!("\n{why}");
    }
    if let Some(help) = &finding.help {
        text += &format!("\n{help}");
    }
    text
}
