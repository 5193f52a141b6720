//! `workspace/symbol`.

use std::collections::BTreeSet;

use lsp_types::{
    BaseSymbolInformation, WorkspaceSymbol, WorkspaceSymbolParams, WorkspaceSymbolRequest,
};

use super::{Answer, document_symbol::kind};
use crate::{session::Context, uri::decode};

pub(super) fn handle(
    contexts: &[Context],
    params: WorkspaceSymbolParams,
) -> Answer<WorkspaceSymbolRequest> {
    let mut shown = Vec::new();
    // A package whose files are open is an estate of its own beside the one that uses it, and both
    // know its names.
    let mut known = BTreeSet::new();
    for context in contexts {
        let converter = context.converter();
        let found = tenantry_ide::symbols::workspace(&context.snapshot, &params.query);
        let new = found.into_iter().filter(|named| {
            let place = &named.place;
            let uri = decode(&context.root.uri(&place.path).0);
            known.insert((uri, place.range.start, place.range.end))
        });
        shown.extend(new.map(|named| {
            let place = converter.location(&named.place);
            let scope = (!named.scope.is_empty()).then(|| named.scope.to_string());
            let name = named.name.to_string();
            let base = BaseSymbolInformation::new(name, kind(named.sort), None, scope);
            WorkspaceSymbol::new(place.into(), None, base)
        }));
    }
    Ok(Some(shown.into()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use tenantry_core::{Options, load::Library, world::Memory};

    use crate::{session::Session, uri::Root};

    #[test]
    fn a_name_of_a_package_that_is_open_is_told_once() {
        let library = Library {
            files: tenantry_stdlib::FILES,
            index: tenantry_stdlib::INDEX,
        };
        let targets = tenantry_targets::all().leak();
        let (mut session, _) = Session::new(&json!({}), library, targets, Options::default());
        let package = "package pg version=\"1.0.0\"\nprofile small { memory \"1GiB\" }\n";
        let estate = "estate demo\nuse \"packs/pg\"\nprofile large { memory \"9GiB\" }\n";
        let whole = Memory::new([
            ("tenantry.kdl".to_owned(), estate),
            ("packs/pg/tenantry.kdl".to_owned(), package),
        ]);
        let alone = Memory::new([("tenantry.kdl".to_owned(), package)]);
        session.add_estate(Root::new("file:///demo"), Arc::new(whole));
        session.add_estate(Root::new("file:///demo/packs/pg"), Arc::new(alone));
        while let Some(job) = session.job(false) {
            session.finish(job.run(&|| false));
        }
        let told = |query: &str| {
            let question = session.ask("workspace/symbol", json!({ "query": query }));
            let answer = question.answer().unwrap();
            answer.as_array().unwrap().len()
        };
        assert_eq!((told("small"), told("large")), (1, 1));
    }
}
