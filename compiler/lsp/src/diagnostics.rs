//! Findings as an editor shows them.

use std::{collections::BTreeMap, sync::Arc};

use lsp_types::{
    Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Range,
};
use serde_json::json;
use tenantry_core::{
    FileId, Span,
    diag::{self, Level},
    load::ROOT_FILE,
};
use tenantry_ide::{Known, Told};
use tenantry_syntax::lines::Lines;

use crate::{convert::position, session::Context};

/// The diagnostics of each file that has some, of all that is known.
pub(crate) fn all(context: &Context) -> BTreeMap<Arc<str>, Vec<Diagnostic>> {
    let mut files: BTreeMap<Arc<str>, Vec<Diagnostic>> = BTreeMap::new();
    let mut new = Placing::new(context);
    let mut kept = Placing::new(context);
    for told in context.snapshot.findings() {
        let placing = if told.at.is_some() {
            &mut new
        } else {
            &mut kept
        };
        let (path, diagnostic) = placing.one(&told);
        files.entry(path).or_default().push(diagnostic);
    }
    files
}

/// The diagnostics of one file.
pub(crate) fn of(context: &Context, path: &str) -> Vec<Diagnostic> {
    all(context).remove(path).unwrap_or_default()
}

/// Turns findings of one analysis into diagnostics. Their places are of the text that was
/// analysed, be it that the document reads otherwise by now.
struct Placing<'c> {
    context: &'c Context,
    lines: BTreeMap<FileId, Lines>,
}

impl<'c> Placing<'c> {
    fn new(context: &'c Context) -> Self {
        Self {
            context,
            lines: BTreeMap::new(),
        }
    }

    /// A finding and the file that it is of. One about the estate as a whole stands at the top of
    /// its first file.
    fn one(&mut self, told: &Told<'_>) -> (Arc<str>, Diagnostic) {
        let finding = told.finding;
        let (path, range) = match finding.span {
            Some(span) => self.place(told.known, span),
            None => (ROOT_FILE.into(), Range::default()),
        };
        let mut related = Vec::new();
        for label in &finding.related {
            let (path, range) = self.place(told.known, label.span);
            related.push(DiagnosticRelatedInformation {
                location: Location::new(self.context.root.uri(&path), range),
                message: label.text.clone(),
            });
        }
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
            data: told.at.map(|at| json!({ "finding": at })),
        };
        (path, diagnostic)
    }

    fn place(&mut self, known: &Known, span: Span) -> (Arc<str>, Range) {
        let sources = &known.analysis.sources;
        let path: Arc<str> = sources.path(span.file).into();
        let text = || {
            sources
                .get(span.file)
                .map_or("", |source| source.parse.text())
        };
        let lines = self.lines.entry(span.file);
        let lines = lines.or_insert_with(|| Lines::new(text().into()));
        let at = |offset| position(lines, offset, self.context.encoding);
        (path, Range::new(at(span.start), at(span.end)))
    }
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
    // Without a figure or a name it is but the caption of the mark.
    let tells = |label: &&String| label.contains(|sign: char| sign == '`' || sign.is_ascii_digit());
    if let Some(label) = finding.label.as_ref().filter(tells) {
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
