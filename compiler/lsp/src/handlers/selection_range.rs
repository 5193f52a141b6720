//! `textDocument/selectionRange`.

use lsp_types::{Position, Range, SelectionRange, SelectionRangeParams, SelectionRangeRequest};
use tenantry_ide::selection::selection;

use super::Answer;
use crate::session::Context;

pub(super) fn handle(
    contexts: &[Context],
    params: SelectionRangeParams,
) -> Answer<SelectionRangeRequest> {
    Ok(contexts.first().and_then(|context| {
        let path = context.path(&params.text_document.uri)?;
        let positions = params.positions.iter();
        Some(positions.map(|at| chain(context, &path, *at)).collect())
    }))
}

/// The ranges around a position, the smallest first. A position without any has itself: the
/// answer has one for each position.
fn chain(context: &Context, path: &str, at: Position) -> SelectionRange {
    let converter = context.converter();
    let offset = converter.offset(path, at).unwrap_or_default();
    let mut chain: Option<Box<SelectionRange>> = None;
    for bytes in selection(&context.snapshot, path, offset).iter().rev() {
        let range = converter.range(path, bytes);
        chain = Some(Box::new(SelectionRange::new(range, chain)));
    }
    chain.map_or_else(
        || SelectionRange::new(Range::new(at, at), None),
        |chain| *chain,
    )
}
