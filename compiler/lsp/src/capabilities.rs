//! What the client can show, and what we answer to that.

use serde_json::{Value, json};
use tenantry_syntax::lines::Encoding;

use crate::{Prose, handlers};

/// The command with which a client asks for completions once more.
pub(crate) const SUGGEST_AGAIN: &str = "editor.action.triggerSuggest";

/// What a client says that it can show.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the protocol"
)]
pub struct Client {
    /// What a column counts.
    pub encoding: Encoding,
    /// What hovers are shown in.
    pub hovers: Prose,
    /// What a completion's page is shown in.
    pub completions: Prose,
    /// What is told of a signature and its parameters is shown in.
    pub signatures: Prose,
    /// Whether completions may hold places to fill in.
    pub snippets: bool,
    /// Whether a completion may tell it to ask for the next one.
    pub suggests_again: bool,
    /// Whether it asks for the diagnostics of open documents.
    pub pulls: bool,
    /// Whether it can be told to ask for them again.
    pub refreshes_diagnostics: bool,
    /// Whether it can be told to ask for inlay hints and lenses again.
    pub refreshes_hints: bool,
    /// Whether it can be told to ask for lenses again.
    pub refreshes_lenses: bool,
    /// Whether it can be asked to watch files.
    pub watches: bool,
    /// Whether its edits of several files may be versioned and may create files.
    pub document_changes: bool,
    /// Whether its edits of several files may hold places to fill in.
    pub fills_in_edits: bool,
    /// Whether it runs `tenantry.*` commands of its own: shows pages, opens emitted files.
    pub shows_pages: bool,
}

impl Client {
    /// What the parameters of `initialize` say.
    pub fn of(initialize: &Value) -> Self {
        let capabilities = initialize.get("capabilities").unwrap_or(&Value::Null);
        let is = |place: &str| capabilities.pointer(place) == Some(&Value::Bool(true));
        let lists = |place: &str, word: &str| {
            let listed = capabilities.pointer(place).and_then(Value::as_array);
            listed.is_some_and(|all| all.iter().any(|one| one == word))
        };
        Self {
            encoding: if lists("/general/positionEncodings", "utf-8") {
                Encoding::Utf8
            } else {
                Encoding::Utf16
            },
            hovers: Prose::of(capabilities.pointer("/textDocument/hover/contentFormat")),
            completions: Prose::of(
                capabilities.pointer("/textDocument/completion/completionItem/documentationFormat"),
            ),
            signatures: Prose::of(
                capabilities.pointer(
                    "/textDocument/signatureHelp/signatureInformation/documentationFormat",
                ),
            ),
            snippets: is("/textDocument/completion/completionItem/snippetSupport"),
            suggests_again: lists("/experimental/commands/commands", SUGGEST_AGAIN),
            pulls: capabilities.pointer("/textDocument/diagnostic").is_some(),
            refreshes_diagnostics: is("/workspace/diagnostics/refreshSupport"),
            refreshes_hints: is("/workspace/inlayHint/refreshSupport"),
            refreshes_lenses: is("/workspace/codeLens/refreshSupport"),
            watches: is("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            document_changes: is("/workspace/workspaceEdit/documentChanges"),
            fills_in_edits: is("/workspace/workspaceEdit/snippetEditSupport"),
            shows_pages: is("/experimental/tenantryPages"),
        }
    }
}

/// The answer to `initialize`.
pub(crate) fn answer(client: &Client) -> Value {
    let mut capabilities = json!({
        "positionEncoding": match client.encoding {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16 => "utf-16",
        },
        "textDocumentSync": { "openClose": true, "change": 2, "save": true },
        "workspace": {
            "workspaceFolders": { "supported": true, "changeNotifications": true },
        },
    });
    if client.pulls {
        capabilities["diagnosticProvider"] = json!({
            "identifier": "tenantry",
            "interFileDependencies": true,
            "workspaceDiagnostics": false,
        });
    }
    for (name, options) in handlers::providers() {
        capabilities[name] = options;
    }
    json!({
        "capabilities": capabilities,
        "serverInfo": { "name": "tenantry", "version": env!("CARGO_PKG_VERSION") },
    })
}
