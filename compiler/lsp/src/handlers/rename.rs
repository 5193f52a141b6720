//! `textDocument/prepareRename` and `textDocument/rename`.

use std::collections::HashMap;

use lsp_types::{
    PrepareRenameParams, PrepareRenamePlaceholder, PrepareRenameRequest, RenameParams,
    RenameRequest, TextDocumentPositionParams, WorkspaceEdit,
};
use tenantry_ide::rename;

use super::{Answer, Refusal};
use crate::session::Context;

pub(super) fn prepare(
    contexts: &[Context],
    params: PrepareRenameParams,
) -> Answer<PrepareRenameRequest> {
    let Some((context, path, at)) = place(contexts, &params.text_document_position_params) else {
        return Ok(None);
    };
    let found = rename::prepare(&context.snapshot, &path, at).map_err(Refusal::Impossible)?;
    let range = context.converter().range(&path, &found.range);
    let placeholder = PrepareRenamePlaceholder::new(range, found.name.to_string());
    Ok(Some(placeholder.into()))
}

pub(super) fn handle(contexts: &[Context], params: RenameParams) -> Answer<RenameRequest> {
    let Some((context, path, at)) = place(contexts, &params.text_document_position_params) else {
        return Ok(None);
    };
    let edits = rename::rename(&context.snapshot, &path, at, &params.new_name)
        .map_err(Refusal::Impossible)?;
    let converter = context.converter();
    let changes: HashMap<_, _> = edits
        .iter()
        .map(|(path, edits)| (converter.uri(path), converter.edits(path, edits)))
        .collect();
    Ok(Some(WorkspaceEdit::new(Some(changes), None, None)))
}

fn place<'c>(
    contexts: &'c [Context],
    at: &TextDocumentPositionParams,
) -> Option<(&'c Context, String, u32)> {
    let context = contexts.first()?;
    let path = context.path(&at.text_document.uri)?;
    let offset = context.converter().offset(&path, at.position)?;
    Some((context, path, offset))
}
