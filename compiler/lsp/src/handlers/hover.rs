//! `textDocument/hover`.

use lsp_types::{Hover, HoverParams, HoverRequest};

use super::Answer;
use crate::session::Context;

pub(super) fn handle(contexts: &[Context], params: HoverParams) -> Answer<HoverRequest> {
    Ok(contexts.first().and_then(|context| hover(context, &params)))
}

fn hover(context: &Context, params: &HoverParams) -> Option<Hover> {
    let at = &params.text_document_position_params;
    let path = context.path(&at.text_document.uri)?;
    let converter = context.converter();
    let offset = converter.offset(&path, at.position)?;
    let found = tenantry_ide::hover::hover(&context.snapshot, &path, offset)?;
    let content = context.client.hovers.content(found.text);
    Some(Hover::new(
        content.into(),
        Some(converter.range(&path, &found.range)),
    ))
}
