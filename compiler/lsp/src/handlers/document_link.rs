//! `textDocument/documentLink`.

use lsp_types::{DocumentLink, DocumentLinkParams, DocumentLinkRequest};

use super::Answer;
use crate::session::Context;

pub(super) fn handle(
    contexts: &[Context],
    params: DocumentLinkParams,
) -> Answer<DocumentLinkRequest> {
    Ok(contexts.first().and_then(|context| links(context, &params)))
}

fn links(context: &Context, params: &DocumentLinkParams) -> Option<Vec<DocumentLink>> {
    let path = context.path(&params.text_document.uri)?;
    let converter = context.converter();
    let found = tenantry_ide::links::links(&context.snapshot, &path).into_iter();
    let shown = found.map(|link| {
        DocumentLink::new(
            converter.range(&path, &link.range),
            Some(converter.uri(&link.target)),
            Some(link.about),
            None,
        )
    });
    Some(shown.collect())
}
