//! `textDocument/signatureHelp`.

use lsp_types::{
    ParameterInformation, SignatureHelp, SignatureHelpParams, SignatureHelpRequest,
    SignatureInformation,
};
use serde_json::{Value, json};
use tenantry_ide::signature::{Parameter, Signature, signature};

use super::Answer;
use crate::{Prose, session::Context};

/// What the client is told.
pub(super) fn options() -> Value {
    json!({ "triggerCharacters": [" ", "=", "(", ","], "retriggerCharacters": [" ", "=", ","] })
}

pub(super) fn handle(
    contexts: &[Context],
    params: SignatureHelpParams,
) -> Answer<SignatureHelpRequest> {
    Ok(contexts.first().and_then(|context| help(context, &params)))
}

fn help(context: &Context, params: &SignatureHelpParams) -> Option<SignatureHelp> {
    let at = &params.text_document_position_params;
    let path = context.path(&at.text_document.uri)?;
    let offset = context.converter().offset(&path, at.position)?;
    let found = signature(&context.snapshot, &path, offset)?;
    let parameters = &found.parameters;
    let prose = context.client.signatures;
    let parameters = parameters.iter().map(|one| parameter(prose, &found, one));
    let doc = prose.documentation(found.doc.clone());
    // A number beyond the last says that none of them is being written.
    let active = found.active.unwrap_or(found.parameters.len());
    let active = u32::try_from(active).unwrap_or(u32::MAX);
    let shown = SignatureInformation::new(
        found.label.clone(),
        Some(doc),
        Some(parameters.collect()),
        None,
    );
    Some(SignatureHelp::new(
        vec![shown],
        Some(0),
        Some(active.into()),
    ))
}

/// A part of the label. Its place counts as the protocol counts there, whatever was agreed for
/// documents: in units of UTF-16.
fn parameter(prose: Prose, of: &Signature, one: &Parameter) -> ParameterInformation {
    let count = |at: usize| {
        let before = of.label.get(..at).unwrap_or_default();
        u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
    };
    let doc = (!one.doc.is_empty()).then(|| prose.documentation(one.doc.clone()));
    ParameterInformation::new((count(one.range.start), count(one.range.end)).into(), doc)
}
