//! The requests, a file each. Each handler is a pure function of a [`Context`] and the request's
//! parameters, may run on any thread, and may be dropped when its client loses interest.

mod call_hierarchy;
mod code_action;
mod code_lens;
mod completion;
mod completion_resolve;
mod definition;
mod diagnostic;
mod document_highlight;
mod document_link;
mod document_symbol;
mod execute_command;
mod folding_range;
mod formatting;
mod hover;
mod inlay_hint;
mod references;
mod rename;
mod selection_range;
mod semantic_tokens;
mod signature_help;
mod text;
mod workspace_symbol;

use std::fmt;

use lsp_types::{self as lsp, Request};
use serde_json::{Value, json};

use crate::session::Context;

/// What a request must wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: it is about the newest text, with the names that are known.
    Text,
    /// The newest text is analysed: it is about places or values of the whole estate.
    Estate,
}

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No such request is served.
    Unknown(String),
    /// Its parameters are not what the protocol says.
    Malformed(String),
    /// It cannot be done; the words are for the person who asked.
    Impossible(String),
    /// We failed at it.
    Broken(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(method) => write!(f, "`{method}` is not served"),
            Self::Malformed(words) | Self::Impossible(words) | Self::Broken(words) => {
                f.write_str(words)
            }
        }
    }
}

/// What a handler answers.
type Answer<R> = Result<<R as Request>::Result, Refusal>;

type Run = fn(&[Context], Value) -> Result<Value, Refusal>;

/// The name of a capability, and its options.
type Provider = (&'static str, fn() -> Value);

/// A request that is served.
struct Served {
    method: &'static str,
    need: Need,
    run: Run,
    /// The capability that tells the client, and its options.
    provider: Option<Provider>,
}

/// Declares the requests: the protocol's type, the handler, what it waits for, and the capability
/// that offers it.
macro_rules! served {
    ($($Request:ty => $handler:path, $need:ident $(, $provider:literal : $options:expr)?;)*) => {
        const SERVED: &[Served] = &[$(
            Served {
                method: <$Request as Request>::METHOD.as_str(),
                need: Need::$need,
                run: |contexts, params| {
                    let params = parse::<$Request>(params)?;
                    let answer: Answer<$Request> = $handler(contexts, params);
                    serde_json::to_value(answer?).map_err(|error| Refusal::Malformed(error.to_string()))
                },
                provider: [$(($provider, (|| $options) as fn() -> Value))?].first().copied(),
            },
        )*];
    };
}

served! {
    lsp::CallHierarchyIncomingCallsRequest => call_hierarchy::incoming, Estate;
    lsp::CallHierarchyOutgoingCallsRequest => call_hierarchy::outgoing, Estate;
    lsp::CallHierarchyPrepareRequest => call_hierarchy::prepare, Estate, "callHierarchyProvider": json!(true);
    lsp::CompletionRequest => completion::handle, Text, "completionProvider": completion::options();
    lsp::CompletionResolveRequest => completion_resolve::handle, Text;
    lsp::DefinitionRequest => definition::handle, Estate, "definitionProvider": json!(true);
    lsp::DocumentDiagnosticRequest => diagnostic::handle, Estate;
    lsp::DocumentHighlightRequest => document_highlight::handle, Estate, "documentHighlightProvider": json!(true);
    lsp::DocumentLinkRequest => document_link::handle, Estate, "documentLinkProvider": json!({ "resolveProvider": false });
    lsp::DocumentSymbolRequest => document_symbol::handle, Text, "documentSymbolProvider": json!({ "label": "Tenantry" });
    lsp::HoverRequest => hover::handle, Text, "hoverProvider": json!(true);
    lsp::PrepareRenameRequest => rename::prepare, Estate;
    lsp::ReferencesRequest => references::handle, Estate, "referencesProvider": json!(true);
    lsp::RenameRequest => rename::handle, Estate, "renameProvider": json!({ "prepareProvider": true });
    lsp::SignatureHelpRequest => signature_help::handle, Text, "signatureHelpProvider": signature_help::options();
    lsp::WorkspaceSymbolRequest => workspace_symbol::handle, Estate, "workspaceSymbolProvider": json!(true);
    text::TextRequest => text::handle, Text;
    lsp::CodeActionRequest => code_action::handle, Estate, "codeActionProvider": code_action::options();
    lsp::CodeActionResolveRequest => code_action::resolve, Estate;
    lsp::CodeLensRequest => code_lens::handle, Text, "codeLensProvider": json!({ "resolveProvider": true });
    lsp::CodeLensResolveRequest => code_lens::resolve, Estate;
    lsp::InlayHintRequest => inlay_hint::handle, Estate, "inlayHintProvider": json!(true);
    lsp::ExecuteCommandRequest => execute_command::handle, Estate, "executeCommandProvider": execute_command::options();
    lsp::FoldingRangeRequest => folding_range::handle, Text, "foldingRangeProvider": json!(true);
    lsp::SelectionRangeRequest => selection_range::handle, Text, "selectionRangeProvider": json!(true);
    lsp::SemanticTokensRequest => semantic_tokens::full, Text, "semanticTokensProvider": semantic_tokens::options();
    lsp::SemanticTokensRangeRequest => semantic_tokens::range, Text;
    lsp::DocumentFormattingRequest => formatting::document, Text, "documentFormattingProvider": json!(true);
    lsp::DocumentRangeFormattingRequest => formatting::range, Text, "documentRangeFormattingProvider": json!(true);
    lsp::DocumentOnTypeFormattingRequest => formatting::on_type, Text, "documentOnTypeFormattingProvider": json!({ "firstTriggerCharacter": "}" });
}

fn parse<R: Request>(params: Value) -> Result<R::Params, Refusal> {
    serde_json::from_value(params).map_err(|error| Refusal::Malformed(error.to_string()))
}

/// Whether a request about a package's file is one for the estate that uses the package: who says
/// a name there, the package alone does not know.
pub(crate) fn asks_around(method: &str) -> bool {
    matches!(
        method,
        "textDocument/prepareRename" | "textDocument/references" | "textDocument/rename"
    )
}

/// What a request must wait for; none for one that is not served.
pub fn need(method: &str) -> Option<Need> {
    find(method).map(|served| served.need)
}

/// The requests that are served.
pub fn methods() -> impl Iterator<Item = &'static str> {
    SERVED.iter().map(|served| served.method)
}

fn find(method: &str) -> Option<&'static Served> {
    SERVED.iter().find(|served| served.method == method)
}

/// What the client is told of them.
pub(crate) fn providers() -> impl Iterator<Item = (&'static str, Value)> {
    let offered = SERVED.iter().filter_map(|served| served.provider);
    offered.map(|(name, options)| (name, options()))
}

/// Answers a request from the estates that it is about: that of its document, or all.
pub(crate) fn answer(contexts: &[Context], method: &str, params: Value) -> Result<Value, Refusal> {
    let served = find(method).ok_or_else(|| Refusal::Unknown(method.to_owned()))?;
    (served.run)(contexts, params)
}
