//! `textDocument/codeLens` and `codeLens/resolve`.

use lsp_types::{CodeLens, CodeLensParams, CodeLensRequest, CodeLensResolveRequest, Command};
use serde_json::{Value, json};
use tenantry_ide::lenses::{LensSort, lenses, tell, untold};

use super::Answer;
use crate::session::Context;

pub(super) fn handle(contexts: &[Context], params: CodeLensParams) -> Answer<CodeLensRequest> {
    Ok(contexts
        .first()
        .filter(|context| context.settings.lenses)
        .and_then(|context| {
            let path = context.path(&params.text_document.uri)?;
            let converter = context.converter();
            let env = context.settings.environment.as_deref();
            let lenses = lenses(&context.snapshot, env, &path).into_iter();
            let lenses = lenses.map(|lens| {
                let data = json!({
                    "uri": params.text_document.uri,
                    "sort": lens.sort.word(),
                    "of": &*lens.of,
                });
                CodeLens::new(converter.range(&path, &lens.range), None, Some(data))
            });
            Some(lenses.collect())
        }))
}

pub(super) fn resolve(contexts: &[Context], mut lens: CodeLens) -> Answer<CodeLensResolveRequest> {
    let said = contexts.first().and_then(|context| command(context, &lens));
    // Every lens that is resolved needs a command, even one that nothing is known for.
    lens.command = Some(said.unwrap_or_else(|| said_only("–".to_owned())));
    Ok(lens)
}

fn command(context: &Context, lens: &CodeLens) -> Option<Command> {
    let data = lens.data.as_ref()?;
    let word = |name: &str| data.get(name).and_then(Value::as_str);
    let sort = LensSort::ALL
        .into_iter()
        .find(|sort| Some(sort.word()) == word("sort"))?;
    let (uri, of) = (word("uri")?, word("of")?);
    let env = context.settings.environment.as_deref();
    let Some(title) = tell(&context.snapshot, env, sort, of) else {
        return Some(said_only(untold(&context.snapshot, sort).to_owned()));
    };
    if !context.client.shows_pages {
        return Some(said_only(title));
    }
    let place = json!({ "uri": uri, "position": lens.range.start });
    let (name, arguments) = match sort {
        LensSort::Fill | LensSort::Quota | LensSort::Place => {
            ("tenantry.showReport", vec![place, json!("place")])
        }
        LensSort::Flows => ("tenantry.showReport", vec![place, json!("flows")]),
        LensSort::Emitted => ("tenantry.showArtifact", vec![place]),
        LensSort::Test => ("tenantry.runTest", vec![place, json!(of)]),
    };
    Some(Command::new(title, None, name.to_owned(), Some(arguments)))
}

/// A line that nothing happens on.
fn said_only(title: String) -> Command {
    Command::new(title, None, String::new(), None)
}
