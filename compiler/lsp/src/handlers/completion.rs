//! `textDocument/completion`.

use lsp_types::{
    Command, CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionList,
    CompletionParams, CompletionRequest, InsertTextFormat, InsertTextMode, TextEdit,
};
use serde_json::{Value, json};
use tenantry_ide::complete::{Item, Sort, Trigger, complete};

use super::Answer;
use crate::{capabilities::SUGGEST_AGAIN, convert::Converter, session::Context};

/// What begins something that can be completed. A blank and a brace do so only where something
/// must follow: nobody who ends a line shall be answered with a completion.
const TRIGGERS: &[&str] = &["=", " ", "\"", "$", "{", ".", "'"];

/// What the client is told.
pub(super) fn options() -> Value {
    json!({ "triggerCharacters": TRIGGERS, "resolveProvider": true })
}

pub(super) fn handle(contexts: &[Context], params: CompletionParams) -> Answer<CompletionRequest> {
    let list = contexts
        .first()
        .and_then(|context| completion(context, &params));
    Ok(list.map(Into::into))
}

fn completion(context: &Context, params: &CompletionParams) -> Option<CompletionList> {
    let at = &params.text_document_position_params;
    let uri = &at.text_document.uri;
    let path = context.path(uri)?;
    let converter = context.converter();
    let offset = converter.offset(&path, at.position)?;
    let asked = params.context.as_ref();
    let sign = asked.and_then(|asked| asked.trigger_character.as_ref()?.chars().next());
    let trigger = sign.map_or(Trigger::Word, Trigger::Sign);
    let found = complete(&context.snapshot, &path, offset, trigger);
    let data = json!({ "uri": uri, "at": offset });
    let items = found.items.iter().enumerate();
    let items = items
        .map(|(place, item)| shown(context, &converter, &path, place, item, &data))
        .collect();
    Some(CompletionList {
        is_incomplete: found.is_partial,
        items,
        ..CompletionList::default()
    })
}

fn shown(
    context: &Context,
    converter: &Converter<'_>,
    path: &str,
    place: usize,
    item: &Item<'_>,
    data: &Value,
) -> CompletionItem {
    let asks_again = item.asks_again && context.client.suggests_again;
    let snippet = item.snippet.as_ref();
    let snippet = snippet.filter(|_| context.client.snippets && !asks_again);
    let range = converter.range(path, &item.range);
    let text = snippet.unwrap_or(&item.text).clone();
    let format = match snippet {
        Some(_) => InsertTextFormat::Snippet,
        None => InsertTextFormat::PlainText,
    };
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    CompletionItem {
        label: item.label.clone(),
        label_details: Some(CompletionItemLabelDetails::new(None, said(&item.summary))),
        kind: Some(kind(item.sort)),
        detail: said(&item.detail),
        sort_text: Some(format!("{place:05}")),
        insert_text_format: Some(format),
        insert_text_mode: Some(InsertTextMode::AdjustIndentation),
        text_edit: Some(TextEdit::new(range, text).into()),
        command: asks_again
            .then(|| Command::new("Suggest".to_owned(), None, SUGGEST_AGAIN.to_owned(), None)),
        data: Some(data.clone()),
        ..CompletionItem::default()
    }
}

fn kind(sort: Sort) -> CompletionItemKind {
    match sort {
        Sort::Node => CompletionItemKind::Class,
        Sort::Call => CompletionItemKind::Constructor,
        Sort::Property => CompletionItemKind::Property,
        Sort::Value => CompletionItemKind::Value,
        Sort::Choice => CompletionItemKind::EnumMember,
        Sort::Reference => CompletionItemKind::Reference,
        Sort::Unit => CompletionItemKind::Unit,
        Sort::Variable => CompletionItemKind::Variable,
        Sort::Field => CompletionItemKind::Field,
        Sort::Function => CompletionItemKind::Function,
    }
}
