//! `textDocument/definition`.

use lsp_types::{Definition, DefinitionParams, DefinitionRequest, Location};

use super::Answer;
use crate::session::Context;

pub(super) fn handle(contexts: &[Context], params: DefinitionParams) -> Answer<DefinitionRequest> {
    let found = contexts
        .first()
        .and_then(|context| definition(context, &params));
    Ok(found.map(|places| Definition::from(places).into()))
}

fn definition(context: &Context, params: &DefinitionParams) -> Option<Vec<Location>> {
    let at = &params.text_document_position_params;
    let path = context.path(&at.text_document.uri)?;
    let converter = context.converter();
    let offset = converter.offset(&path, at.position)?;
    let found = tenantry_ide::definition::definition(&context.snapshot, &path, offset);
    let places: Vec<Location> = found.iter().map(|at| converter.location(at)).collect();
    (!places.is_empty()).then_some(places)
}
