//! `textDocument/formatting`, `…/rangeFormatting` and `…/onTypeFormatting`. A file with syntax
//! errors stays as it is; the errors are told already.

use lsp_types::{
    DocumentFormattingParams, DocumentFormattingRequest, DocumentOnTypeFormattingParams,
    DocumentOnTypeFormattingRequest, DocumentRangeFormattingParams, DocumentRangeFormattingRequest,
    TextEdit, Uri,
};
use tenantry_ide::{
    Edit,
    format::{format, format_closed, format_range},
};

use super::Answer;
use crate::{convert::Converter, session::Context};

pub(super) fn document(
    contexts: &[Context],
    params: DocumentFormattingParams,
) -> Answer<DocumentFormattingRequest> {
    Ok(edits(
        contexts,
        &params.text_document.uri,
        |context, path, _| Some(format(&context.snapshot, path)),
    ))
}

pub(super) fn range(
    contexts: &[Context],
    params: DocumentRangeFormattingParams,
) -> Answer<DocumentRangeFormattingRequest> {
    let uri = &params.text_document.uri;
    Ok(edits(contexts, uri, |context, path, converter| {
        let bytes = converter.bytes(path, params.range)?;
        Some(format_range(&context.snapshot, path, &bytes))
    }))
}

pub(super) fn on_type(
    contexts: &[Context],
    params: DocumentOnTypeFormattingParams,
) -> Answer<DocumentOnTypeFormattingRequest> {
    let uri = &params.text_document.uri;
    Ok(edits(contexts, uri, |context, path, converter| {
        let at = converter.offset(path, params.position)?;
        Some(format_closed(&context.snapshot, path, at))
    }))
}

fn edits(
    contexts: &[Context],
    uri: &Uri,
    ask: impl Fn(&Context, &str, &Converter<'_>) -> Option<Vec<Edit>>,
) -> Option<Vec<TextEdit>> {
    let context = contexts.first()?;
    let path = context.path(uri)?;
    let converter = context.converter();
    let edits = ask(context, &path, &converter)?;
    Some(converter.edits(&path, &edits))
}
