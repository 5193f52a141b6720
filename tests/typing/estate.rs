//! An example in an editor's hands.

use std::sync::Arc;

use tenantry_core::{Options, compile::Depth, load::Library, world::Memory};
use tenantry_ide::{Host, Snapshot, Told};

/// The files of an estate, and what an editor knows of them.
pub(crate) struct Estate {
    pub(crate) name: String,
    pub(crate) files: Vec<(String, Arc<str>)>,
    pub(crate) host: Host,
}

pub(crate) fn host() -> Host {
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    Host::new(library, tenantry_targets::ALL, Options::default())
}

/// All examples, by name.
pub(crate) fn examples() -> Vec<Estate> {
    let examples = tenantry_tests::estate::examples().unwrap();
    assert!(!examples.is_empty(), "no examples");
    examples
        .into_iter()
        .map(|(name, files)| Estate {
            files: files
                .into_iter()
                .map(|(path, text)| (path, text.into()))
                .collect(),
            host: host(),
            name,
        })
        .collect()
}

impl Estate {
    /// The files that hold the language.
    pub(crate) fn specs(&self) -> impl Iterator<Item = &(String, Arc<str>)> {
        self.files.iter().filter(|(path, _)| path.ends_with(".kdl"))
    }

    /// A file reads otherwise, and is not analysed yet.
    pub(crate) fn edit(&mut self, path: &str, text: &str) {
        let file = self.files.iter_mut().find(|(known, _)| known == path);
        file.unwrap().1 = text.into();
        self.host.change(path, text.into());
    }

    pub(crate) fn analyse(&mut self) -> Snapshot {
        let world = Memory::new(self.files.iter().cloned());
        self.host.analyse(&world, Depth::Lower);
        self.host.snapshot()
    }
}

/// What an editor shows, for comparing: rule, file, place, message.
pub(crate) fn told(snapshot: &Snapshot) -> Vec<String> {
    let tell = |told: Told<'_>| {
        let finding = told.finding;
        let sources = &told.known.analysis.sources;
        let at = finding.span.map_or_else(String::new, |span| {
            format!("{}:{}", sources.path(span.file), span.start)
        });
        format!("{} {at} {}", finding.rule.name(), finding.message)
    };
    snapshot.findings().map(tell).collect()
}
