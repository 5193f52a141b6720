//! `textDocument/inlayHint`.

use lsp_types::{InlayHint, InlayHintParams, InlayHintRequest, Label};
use tenantry_ide::hints::{Hint, HintSort, hints};

use super::Answer;
use crate::session::Context;

pub(super) fn handle(contexts: &[Context], params: InlayHintParams) -> Answer<InlayHintRequest> {
    Ok(contexts.first().and_then(|context| {
        let path = context.path(&params.text_document.uri)?;
        let converter = context.converter();
        let range = converter.bytes(&path, params.range)?;
        let env = context.settings.environment.as_deref();
        let hints = hints(&context.snapshot, &path, &range, env).into_iter();
        let hints = hints.filter(|hint| is_wanted(context, hint));
        let hints = hints.map(|hint| InlayHint {
            position: converter.position(&path, hint.at),
            label: Label::String(hint.text),
            kind: None,
            text_edits: None,
            tooltip: None,
            padding_left: Some(true),
            padding_right: None,
            data: None,
        });
        Some(hints.collect())
    }))
}

fn is_wanted(context: &Context, hint: &Hint) -> bool {
    let wanted = &context.settings.hints;
    match hint.sort {
        HintSort::Inherited => wanted.inherited,
        HintSort::Derived => wanted.derived,
        HintSort::Placement => wanted.placement,
    }
}
