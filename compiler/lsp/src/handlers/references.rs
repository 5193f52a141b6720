//! `textDocument/references`.

use lsp_types::{Location, ReferenceParams, ReferencesRequest};

use super::Answer;
use crate::session::Context;

pub(super) fn handle(contexts: &[Context], params: ReferenceParams) -> Answer<ReferencesRequest> {
    let context = contexts.first();
    Ok(context.and_then(|context| references(context, &params)))
}

fn references(context: &Context, params: &ReferenceParams) -> Option<Vec<Location>> {
    let at = &params.text_document_position_params;
    let path = context.path(&at.text_document.uri)?;
    let converter = context.converter();
    let offset = converter.offset(&path, at.position)?;
    let with = params.context.include_declaration;
    let found = tenantry_ide::references::references(&context.snapshot, &path, offset, with);
    Some(found.iter().map(|at| converter.location(at)).collect())
}
