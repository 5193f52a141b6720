//! `textDocument/documentSymbol`.

use lsp_types::{DocumentSymbol, DocumentSymbolParams, DocumentSymbolRequest, SymbolKind};
use tenantry_ide::symbols::Symbol;

use super::Answer;
use crate::{convert::Converter, session::Context};

pub(super) fn handle(
    contexts: &[Context],
    params: DocumentSymbolParams,
) -> Answer<DocumentSymbolRequest> {
    let found = contexts.first().and_then(|context| {
        let path = context.path(&params.text_document.uri)?;
        let converter = context.converter();
        let found = tenantry_ide::symbols::document(&context.snapshot, &path);
        Some(shown(&converter, &path, found))
    });
    Ok(found.map(Into::into))
}

fn shown(converter: &Converter<'_>, path: &str, found: Vec<Symbol>) -> Vec<DocumentSymbol> {
    let one = |symbol: Symbol| {
        let kind = if symbol.is_call {
            SymbolKind::Object
        } else {
            kind(&symbol.kind)
        };
        #[expect(deprecated, reason = "the protocol's structure has the field")]
        DocumentSymbol {
            name: symbol.name,
            detail: symbol.detail,
            kind,
            tags: None,
            deprecated: None,
            range: converter.range(path, &symbol.range),
            selection_range: converter.range(path, &symbol.selection),
            children: Some(shown(converter, path, symbol.children)),
        }
    };
    found.into_iter().map(one).collect()
}

/// The picture that clients show beside a node of a kind.
pub(super) fn kind(kind: &str) -> SymbolKind {
    match kind {
        "estate" | "tenant" => SymbolKind::Namespace,
        "cluster" | "site" => SymbolKind::Module,
        "workload" => SymbolKind::Class,
        "pool" | "queue" | "table" => SymbolKind::Array,
        "image" | "config" | "file" => SymbolKind::File,
        "package" | "use" => SymbolKind::Package,
        "profile" | "cpu-model" | "gpu-model" | "tier" => SymbolKind::Struct,
        "define" => SymbolKind::Function,
        "param" | "arg" => SymbolKind::Variable,
        "let" => SymbolKind::Constant,
        "port" | "expose" | "network" | "nic" | "external" => SymbolKind::Interface,
        "rule" | "test" => SymbolKind::Method,
        "secret" | "key" => SymbolKind::Key,
        "env" => SymbolKind::EnumMember,
        "row" | "column" => SymbolKind::Field,
        _ => SymbolKind::Property,
    }
}
