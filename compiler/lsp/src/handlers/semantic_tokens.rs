//! `textDocument/semanticTokens/full` and `…/range`.

use lsp_types::{
    SemanticToken, SemanticTokens, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeRequest, SemanticTokensRequest,
};
use serde_json::{Value, json};
use tenantry_ide::tokens::{MODIFIERS, Token, TokenSort, tokens};
use tenantry_syntax::lines::{Encoding, Lines, Position};

use super::Answer;
use crate::session::Context;

pub(super) fn full(
    contexts: &[Context],
    params: SemanticTokensParams,
) -> Answer<SemanticTokensRequest> {
    Ok(contexts.first().and_then(|context| {
        let path = context.path(&params.text_document.uri)?;
        answer(context, &path, 0..u32::MAX)
    }))
}

pub(super) fn range(
    contexts: &[Context],
    params: SemanticTokensRangeParams,
) -> Answer<SemanticTokensRangeRequest> {
    Ok(contexts.first().and_then(|context| {
        let path = context.path(&params.text_document.uri)?;
        let within = context.converter().bytes(&path, params.range)?;
        answer(context, &path, within)
    }))
}

/// What the numbers of the answers mean.
pub(super) fn options() -> Value {
    let sorts: Vec<&str> = TokenSort::ALL.iter().map(|sort| sort.name()).collect();
    json!({
        "legend": { "tokenTypes": sorts, "tokenModifiers": MODIFIERS },
        "range": true,
        "full": true,
    })
}

fn answer(context: &Context, path: &str, within: std::ops::Range<u32>) -> Option<SemanticTokens> {
    let lines = context.converter().lines(path)?;
    let mut relative = Relative {
        lines: &lines,
        encoding: context.encoding,
        before: Position::default(),
        tokens: Vec::new(),
    };
    for token in tokens(&context.snapshot, path, &within) {
        relative.add(&token);
    }
    Some(SemanticTokens::new(None, relative.tokens))
}

/// Tokens by their distance from the one before.
struct Relative<'l> {
    lines: &'l Lines,
    encoding: Encoding,
    before: Position,
    tokens: Vec<SemanticToken>,
}

impl Relative<'_> {
    /// Adds a token, for each of its lines one: few clients take one over several lines.
    fn add(&mut self, token: &Token) {
        let first = self.lines.position(token.range.start, self.encoding);
        let last = self.lines.position(token.range.end, self.encoding);
        for line in first.line..=last.line {
            let whole = self.lines.range(line);
            let from = token.range.start.max(whole.start);
            let to = token.range.end.min(whole.end);
            if from < to {
                let start = self.lines.position(from, self.encoding);
                let end = self.lines.position(to, self.encoding);
                self.push(start, end.column.saturating_sub(start.column), token);
            }
        }
    }

    fn push(&mut self, at: Position, length: u32, token: &Token) {
        let same_line = at.line == self.before.line;
        let behind = if same_line { self.before.column } else { 0 };
        let sort = TokenSort::ALL.iter().position(|sort| *sort == token.sort);
        self.tokens.push(SemanticToken {
            delta_line: at.line.saturating_sub(self.before.line),
            delta_start: at.column.saturating_sub(behind),
            length,
            token_type: sort
                .and_then(|at| u32::try_from(at).ok())
                .unwrap_or_default(),
            token_modifiers_bitset: u32::from(token.is_declaration)
                | u32::from(token.is_library) << 1,
        });
        self.before = at;
    }
}
