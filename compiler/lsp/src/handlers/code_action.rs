//! `textDocument/codeAction` and `codeAction/resolve`.

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, CodeActionRequest, CodeActionResolveRequest,
    CodeActionResponse, Diagnostic, OptionalVersionedTextDocumentIdentifier, SnippetTextEdit,
    StringValue, TextDocumentEdit, TextDocumentIdentifier, TextEdit, WorkspaceEdit,
};
use serde_json::{Value, json};
use tenantry_ide::actions::{self, Action, ActionSort, Scope, count_certain, mend_all};

use super::Answer;
use crate::session::Context;

/// What the client is told.
pub(super) fn options() -> Value {
    json!({
        "codeActionKinds": ["quickfix", "refactor.extract", "source.fixAll"],
        "resolveProvider": true,
    })
}

pub(super) fn handle(contexts: &[Context], params: CodeActionParams) -> Answer<CodeActionRequest> {
    Ok(contexts.first().and_then(|context| {
        let path = context.path(&params.text_document.uri)?;
        let actions = offered(context, &path, &params)?.into_iter();
        Some(actions.map(CodeActionResponse::CodeAction).collect())
    }))
}

/// What was left out of an action because it takes long: the edits of all mends.
pub(super) fn resolve(
    contexts: &[Context],
    mut action: CodeAction,
) -> Answer<CodeActionResolveRequest> {
    if let Some(context) = contexts.first()
        && let Some(uri) = action
            .data
            .as_ref()
            .and_then(|data| data.get("uri")?.as_str())
        && let Some(path) = context.path(&lsp_types::Uri(uri.to_owned()))
    {
        action.edit = Some(all(context, &path));
    }
    Ok(action)
}

fn all(context: &Context, path: &str) -> WorkspaceEdit {
    let edits = mend_all(&context.snapshot, &context.files, Scope::File(path));
    context.converter().workspace_edit(&edits)
}

fn offered(context: &Context, path: &str, params: &CodeActionParams) -> Option<Vec<CodeAction>> {
    let range = context.converter().bytes(path, params.range)?;
    let only = params.context.only.as_deref();
    let mut made = Vec::new();
    for action in actions::actions(&context.snapshot, path, &range) {
        if wants(only, &kind(action.sort)) {
            made.push(one(context, action, &params.context.diagnostics));
        }
    }
    let certain = count_certain(&context.snapshot, path);
    if certain > 1 && wants(only, &CodeActionKind::QuickFix) {
        made.push(CodeAction {
            title: format!("mend all {certain} of this file that are certain"),
            kind: Some(CodeActionKind::QuickFix),
            data: Some(json!({ "uri": params.text_document.uri })),
            ..CodeAction::default()
        });
    }
    // It is asked for on save, and compiles: never made unasked.
    if certain > 0 && only.is_some() && wants(only, &CodeActionKind::SourceFixAll) {
        made.push(CodeAction {
            title: "mend all that is certain".to_owned(),
            kind: Some(CodeActionKind::SourceFixAll),
            edit: Some(all(context, path)),
            ..CodeAction::default()
        });
    }
    Some(made)
}

fn one(context: &Context, action: Action, shown: &[Diagnostic]) -> CodeAction {
    let mends = |diagnostic: &&Diagnostic| {
        let data = diagnostic.data.as_ref();
        let at = data.and_then(|data| data.get("finding")?.as_u64());
        at.is_some_and(|at| action.findings.iter().any(|own| *own as u64 == at))
    };
    let diagnostics: Vec<Diagnostic> = shown.iter().filter(mends).cloned().collect();
    CodeAction {
        kind: Some(kind(action.sort)),
        diagnostics: (!diagnostics.is_empty()).then_some(diagnostics),
        is_preferred: action.is_certain.then_some(true),
        edit: Some(edit(context, &action)),
        title: action.title,
        ..CodeAction::default()
    }
}

/// The changes of an action. Where something is left to the author, a client that can selects it.
fn edit(context: &Context, action: &Action) -> WorkspaceEdit {
    let converter = context.converter();
    let whole = converter.workspace_edit(&action.edits);
    let client = &context.client;
    let (Some(blank), true) = (
        action.blank,
        client.fills_in_edits && client.document_changes,
    ) else {
        return whole;
    };
    let fill = |edit: TextEdit| match edit.new_text.split_once(blank) {
        Some((before, after)) => {
            let hint = blank.trim_start_matches("TODO: ");
            let snippet = format!("{}${{1:{}}}{}", bare(before), bare(hint), bare(after));
            SnippetTextEdit::new(edit.range, StringValue::new(snippet), None).into()
        }
        None => edit.into(),
    };
    let changes = action.edits.iter().map(|(path, edits)| {
        let document = TextDocumentIdentifier::new(converter.uri(path));
        let document = OptionalVersionedTextDocumentIdentifier::new(None, document);
        let edits = converter.edits(path, edits).into_iter().map(fill);
        TextDocumentEdit::new(document, edits.collect()).into()
    });
    WorkspaceEdit::new(None, Some(changes.collect()), None)
}

/// Text that stands for itself in a snippet.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        if matches!(sign, '$' | '}' | '\\') {
            out.push('\\');
        }
        out.push(sign);
    }
    out
}

fn kind(sort: ActionSort) -> CodeActionKind {
    match sort {
        ActionSort::Mend => CodeActionKind::QuickFix,
        ActionSort::Extract => CodeActionKind::RefactorExtract,
    }
}

/// Whether a kind is among those that are asked for: it, or one that it is a part of.
fn wants(only: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    let general = |asked: &CodeActionKind| match asked {
        CodeActionKind::Empty => true,
        CodeActionKind::Refactor => *kind == CodeActionKind::RefactorExtract,
        CodeActionKind::Source => *kind == CodeActionKind::SourceFixAll,
        asked => asked == kind,
    };
    only.is_none_or(|only| only.iter().any(general))
}
