//! `workspace/symbol`.

use lsp_types::{
    BaseSymbolInformation, WorkspaceSymbol, WorkspaceSymbolParams, WorkspaceSymbolRequest,
};

use super::{Answer, document_symbol::kind};
use crate::session::Context;

pub(super) fn handle(
    contexts: &[Context],
    params: WorkspaceSymbolParams,
) -> Answer<WorkspaceSymbolRequest> {
    let mut shown = Vec::new();
    for context in contexts {
        let converter = context.converter();
        let found = tenantry_ide::symbols::workspace(&context.snapshot, &params.query);
        shown.extend(found.into_iter().map(|named| {
            let place = converter.location(&named.place);
            let scope = (!named.scope.is_empty()).then(|| named.scope.to_string());
            let name = named.name.to_string();
            let base = BaseSymbolInformation::new(name, kind(named.sort), None, scope);
            WorkspaceSymbol::new(place.into(), None, base)
        }));
    }
    Ok(Some(shown.into()))
}
