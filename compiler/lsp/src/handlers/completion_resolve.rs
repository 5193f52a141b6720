//! `completionItem/resolve`: all that there is to say of one completion. It is asked for where it
//! was offered, so that nothing needs to be kept between the two.

use lsp_types::{CompletionItem, CompletionResolveRequest, Documentation, Uri};
use serde::Deserialize;
use tenantry_ide::complete::page;

use super::Answer;
use crate::session::Context;

/// Where a completion was offered.
#[derive(Deserialize)]
struct Offered {
    uri: Uri,
    at: u32,
}

pub(super) fn handle(
    contexts: &[Context],
    mut item: CompletionItem,
) -> Answer<CompletionResolveRequest> {
    let told = item
        .data
        .clone()
        .and_then(|data| serde_json::from_value(data).ok())
        .and_then(|offered| documentation(contexts, &offered, &item.label));
    if told.is_some() {
        item.documentation = told;
    }
    Ok(item)
}

fn documentation(contexts: &[Context], offered: &Offered, label: &str) -> Option<Documentation> {
    contexts.iter().find_map(|context| {
        let path = context.path(&offered.uri)?;
        let text = page(&context.snapshot, &path, offered.at, label)?;
        (!text.is_empty()).then(|| context.client.completions.documentation(text))
    })
}
