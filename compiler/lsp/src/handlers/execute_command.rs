//! `workspace/executeCommand`: what compiles the estate for one answer. Each command's first
//! argument is `{ uri, position }`.

use lsp_types::{ExecuteCommandParams, ExecuteCommandRequest, Position, Uri};
use serde_json::{Value, json};
use tenantry_ide::{
    actions::{Scope, mend_all},
    show,
};

use super::{Answer, Refusal};
use crate::session::Context;

const SHOW: &str = "tenantry.showArtifact";
const GRAPH: &str = "tenantry.showGraph";
const TEST: &str = "tenantry.runTest";
const MEND: &str = "tenantry.fixAll";
const COMMANDS: [&str; 4] = [SHOW, GRAPH, TEST, MEND];

/// What the client is told.
pub(super) fn options() -> Value {
    json!({ "commands": COMMANDS })
}

pub(super) fn handle(
    contexts: &[Context],
    params: ExecuteCommandParams,
) -> Answer<ExecuteCommandRequest> {
    if !COMMANDS.contains(&params.command.as_str()) {
        return Err(Refusal::Malformed(format!(
            "there is no command `{}`; there are `{}`",
            params.command,
            COMMANDS.join("`, `")
        )));
    }
    let malformed = || Refusal::Malformed("the first argument is `{ uri, position }`".to_owned());
    let arguments = params.arguments.unwrap_or_default();
    let place = arguments.first().ok_or_else(malformed)?;
    let uri = place
        .get("uri")
        .and_then(Value::as_str)
        .ok_or_else(malformed)?;
    let context = contexts.first();
    let found = context.and_then(|context| Some((context, context.path(&Uri(uri.to_owned()))?)));
    let (context, path) =
        found.ok_or_else(|| Refusal::Impossible(format!("{uri} is in no estate that is open")))?;
    match params.command.as_str() {
        SHOW => {
            let position = place.get("position").cloned().unwrap_or_default();
            let position: Position = serde_json::from_value(position).map_err(|_| malformed())?;
            artifacts(context, &path, position).map(Some)
        }
        GRAPH => graph(context).map(Some),
        TEST => tests(context, arguments.get(1).and_then(Value::as_str)).map(Some),
        MEND => {
            let edits = mend_all(&context.snapshot, &context.files, Scope::Estate);
            Ok(Some(json!(context.converter().workspace_edit(&edits))))
        }
        other => Err(Refusal::Unknown(other.to_owned())),
    }
}

fn artifacts(context: &Context, path: &str, at: Position) -> Result<Value, Refusal> {
    let at = context.converter().offset(path, at).unwrap_or_default();
    let env = context.settings.environment.as_deref();
    let shown = show::artifacts(&context.snapshot, &context.files, path, at, env);
    let shown = shown.map_err(Refusal::Impossible)?;
    let files = shown.into_iter().map(
        |artifact| json!({ "path": artifact.path, "text": artifact.text, "lines": artifact.lines }),
    );
    Ok(Value::Array(files.collect()))
}

/// What is emitted and what waits for what, of the environment that is shown, for Graphviz.
fn graph(context: &Context) -> Result<Value, Refusal> {
    let snapshot = &context.snapshot;
    let (library, targets) = (snapshot.library(), snapshot.targets());
    let built = tenantry_core::build(&context.files, library, targets, snapshot.options());
    let wanted = context.settings.environment.as_deref();
    let mut graphs = built.graphs.iter();
    let shown = graphs.find(|(env, _)| wanted.is_none() || env.as_deref() == wanted);
    let none =
        || Refusal::Impossible("the estate has errors that leave nothing to show".to_owned());
    let (env, graph) = shown.ok_or_else(none)?;
    let title = env.as_deref().unwrap_or("estate");
    Ok(json!({ "env": env.as_deref(), "dot": graph.dot(title) }))
}

fn tests(context: &Context, name: Option<&str>) -> Result<Value, Refusal> {
    if let Some(name) = name.filter(|name| !show::has_test(&context.snapshot, name)) {
        return Err(Refusal::Impossible(format!("no test is called `{name}`")));
    }
    let tested = show::tests(&context.snapshot, &context.files, name);
    let tested = tested.into_iter().map(|test| {
        json!({ "name": test.name, "passed": test.failures.is_empty(), "failures": test.failures })
    });
    Ok(Value::Array(tested.collect()))
}
