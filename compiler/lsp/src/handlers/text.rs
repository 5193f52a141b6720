//! `tenantry/text`: the text of a file of the standard library, which is in no folder.

use lsp_types::{LspRequestMethod, MessageDirection, Request, TextDocumentIdentifier};
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::session::Context;

/// The text of a document that is in no folder.
#[derive(Debug)]
pub(super) enum TextRequest {}

/// Which document.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TextParams {
    text_document: TextDocumentIdentifier,
}

impl Request for TextRequest {
    type Params = TextParams;
    type Result = Option<String>;
    const METHOD: LspRequestMethod<'static> = LspRequestMethod::Custom("tenantry/text");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ClientToServer;
}

pub(super) fn handle(contexts: &[Context], params: TextParams) -> Answer<TextRequest> {
    let texts = contexts.iter().filter_map(|context| {
        let path = context.path(&params.text_document.uri)?;
        let library = context.snapshot.library();
        let wanted = path.strip_prefix("std:/")?;
        let mut files = library.files.iter();
        let (_, text) = files.find(|(path, _)| *path == wanted)?;
        Some((*text).to_owned())
    });
    Ok(texts.into_iter().next())
}
