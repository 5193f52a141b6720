//! `textDocument/documentHighlight`.

use lsp_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, DocumentHighlightRequest,
};

use super::Answer;
use crate::session::Context;

pub(super) fn handle(
    contexts: &[Context],
    params: DocumentHighlightParams,
) -> Answer<DocumentHighlightRequest> {
    let context = contexts.first();
    Ok(context.and_then(|context| highlights(context, &params)))
}

fn highlights(
    context: &Context,
    params: &DocumentHighlightParams,
) -> Option<Vec<DocumentHighlight>> {
    let at = &params.text_document_position_params;
    let path = context.path(&at.text_document.uri)?;
    let converter = context.converter();
    let offset = converter.offset(&path, at.position)?;
    let found = tenantry_ide::references::highlights(&context.snapshot, &path, offset);
    let shown = found.iter().map(|(range, declares)| {
        let kind = if *declares {
            DocumentHighlightKind::Write
        } else {
            DocumentHighlightKind::Read
        };
        DocumentHighlight::new(converter.range(&path, range), Some(kind))
    });
    Some(shown.collect())
}
