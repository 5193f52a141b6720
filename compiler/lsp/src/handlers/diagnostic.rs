//! `textDocument/diagnostic`: for clients that ask for diagnostics of what they show.

use lsp_types::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticRequest,
    FullDocumentDiagnosticReport, RelatedFullDocumentDiagnosticReport,
};

use super::Answer;
use crate::{diagnostics, session::Context};

pub(super) fn handle(
    contexts: &[Context],
    params: DocumentDiagnosticParams,
) -> Answer<DocumentDiagnosticRequest> {
    let found = contexts.first().and_then(|context| {
        let path = context.path(&params.text_document.uri)?;
        Some(diagnostics::of(context, &path))
    });
    let report = FullDocumentDiagnosticReport::new(None, found.unwrap_or_default());
    let report = RelatedFullDocumentDiagnosticReport::new(None, report);
    Ok(DocumentDiagnosticReport::from(report))
}
