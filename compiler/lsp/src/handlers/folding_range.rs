//! `textDocument/foldingRange`, in whole lines.

use lsp_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams, FoldingRangeRequest};
use tenantry_ide::folding::{Fold, folding};

use super::Answer;
use crate::session::Context;

pub(super) fn handle(
    contexts: &[Context],
    params: FoldingRangeParams,
) -> Answer<FoldingRangeRequest> {
    Ok(contexts
        .first()
        .and_then(|context| ranges(context, &params)))
}

fn ranges(context: &Context, params: &FoldingRangeParams) -> Option<Vec<FoldingRange>> {
    let path = context.path(&params.text_document.uri)?;
    let converter = context.converter();
    let folds = folding(&context.snapshot, &path).into_iter();
    let folds = folds.filter_map(|(bytes, fold)| {
        let range = converter.range(&path, &bytes);
        // The line with the closing brace stays in sight.
        let end = match fold {
            Fold::Block => range.end.line.saturating_sub(1),
            Fold::Comment | Fold::Text => range.end.line,
        };
        let kind = (fold == Fold::Comment).then_some(FoldingRangeKind::Comment);
        (range.start.line < end)
            .then(|| FoldingRange::new(range.start.line, None, end, None, kind, None))
    });
    Some(folds.collect())
}
