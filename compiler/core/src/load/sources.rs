//! What was loaded: the files, and whose they are.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use tenantry_syntax::{FileId, Parse, Span, ast};

use super::{
    Library,
    package::{Head, Package, PackageId, Use},
};
use crate::limits::Limits;

/// One file. A clone shares all of it.
#[derive(Debug, Clone)]
pub struct Source {
    /// Relative to the estate's root; files of the standard library start with `std:/`.
    pub path: Arc<str>,
    /// The package whose file it is; none for the estate's own and for the library's.
    pub package: Option<PackageId>,
    /// Its tree and text.
    pub parse: Parse,
    /// What is worked out of it when first asked for.
    facts: Arc<Facts>,
}

/// What follows from a text alone.
#[derive(Debug, Default)]
struct Facts {
    /// Where its lines start.
    lines: OnceLock<Vec<u32>>,
    size: OnceLock<Size>,
    /// The files of the library that declare names which occur in it.
    library: OnceLock<BTreeSet<&'static str>>,
}

/// How much a file says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    /// Its nodes.
    pub(crate) nodes: usize,
    /// The most arguments and properties that one of them has.
    pub(crate) entries: usize,
}

impl Source {
    pub(super) fn new(path: &str, package: Option<PackageId>, parse: Parse) -> Self {
        Self {
            path: path.into(),
            package,
            parse,
            facts: Arc::default(),
        }
    }

    /// Whether its braces do not pair up, so that nobody can be sure of what stands in which block.
    pub fn is_torn(&self) -> bool {
        self.parse.errors().iter().any(|error| error.structure)
    }

    /// How much it says.
    pub(crate) fn size(&self) -> Size {
        *self.facts.size.get_or_init(|| {
            let mut size = Size::default();
            let mut open: Vec<ast::Node<'_>> = self.parse.document().nodes().collect();
            while let Some(node) = open.pop() {
                size.nodes += 1;
                size.entries = size.entries.max(node.entries().count());
                open.extend(node.nodes());
            }
            size
        })
    }

    /// The files of the library that it needs; `find` looks for them.
    pub(super) fn library(
        &self,
        find: impl FnOnce() -> BTreeSet<&'static str>,
    ) -> &BTreeSet<&'static str> {
        self.facts.library.get_or_init(find)
    }

    /// Line and column of an offset, from 1, the column in characters.
    fn position(&self, offset: u32) -> (u32, u32) {
        let text = self.parse.text();
        let starts = self.facts.lines.get_or_init(|| {
            let after = |at: usize| text.as_bytes().get(at + 1);
            let ends = text.bytes().enumerate().filter(|(at, byte)| {
                *byte == b'\n' || *byte == b'\r' && after(*at) != Some(&b'\n')
            });
            std::iter::once(0)
                .chain(ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
                .collect()
        });
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let before = text
            .get(starts[line - 1] as usize..offset as usize)
            .unwrap_or_default();
        // A byte order mark stands before the text, and is no part of it.
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (number(line), number(before.chars().count() + 1))
    }
}

/// All files of an estate: its own, those of the packages that it uses, the library's.
#[derive(Debug, Default)]
pub struct Sources {
    pub(super) files: Vec<Source>,
    /// How many of them are not the library's.
    pub(super) own: usize,
    /// What the folder is where it is a package by itself and no estate.
    pub alone: Option<Head>,
    /// What the estate itself uses, in the order of the text.
    pub uses: Vec<Use>,
    /// The packages that are used, by the estate or by one another; the nearer to the estate
    /// first, then by their folders.
    pub packages: Vec<Package>,
    /// What the library declares, whether it was loaded or not.
    pub library: Library,
    /// The bounds of this run.
    pub limits: Limits,
}

/// Whose a name is that was written in some file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scoped<'a> {
    /// A plain name: of the file's own estate or package, or of the library.
    Here(&'a str),
    /// `ALIAS.NAME`: a name of a package.
    Of(PackageId, &'a str),
    /// `ALIAS.NAME` of a package that could not be loaded, which was told at its `use`.
    Broken,
}

impl Sources {
    /// The files, in the order of their numbers.
    pub fn files(&self) -> &[Source] {
        &self.files
    }

    /// Whether the braces of some file do not pair up.
    pub fn is_torn(&self) -> bool {
        self.files.iter().any(Source::is_torn)
    }

    /// The number of the first file of the library: they come last.
    pub fn library_from(&self) -> FileId {
        FileId(u32::try_from(self.own).unwrap_or(u32::MAX))
    }

    /// A file by its number.
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.files.get(file.0 as usize)
    }

    /// The path of a file, for printing.
    pub fn path(&self, file: FileId) -> &str {
        self.get(file).map_or("?", |source| &source.path)
    }

    /// Line and column where a span starts, from 1, the column in characters.
    pub fn position(&self, span: Span) -> Option<(u32, u32)> {
        self.get(span.file)
            .map(|source| source.position(span.start))
    }

    /// The text behind a span.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|source| source.parse.text().get(span.range()))
            .unwrap_or_default()
    }

    /// A package by its number.
    pub fn package(&self, id: PackageId) -> Option<&Package> {
        self.packages.get(id.0 as usize)
    }

    /// The package whose file it is; none for the estate's own and for the library's.
    pub fn owner(&self, file: FileId) -> Option<PackageId> {
        self.get(file)?.package
    }

    /// What the estate, or a package, uses.
    pub fn uses(&self, owner: Option<PackageId>) -> &[Use] {
        match owner {
            None => &self.uses,
            Some(id) => self.package(id).map_or(&[], |package| &package.uses),
        }
    }

    /// Whose `name` is where it is written in `file`. A dot belongs to a package's name only if
    /// what stands before it is the alias of a `use` there.
    pub fn scoped<'a>(&self, file: FileId, name: &'a str) -> Scoped<'a> {
        let Some((alias, rest)) = name.split_once('.') else {
            return Scoped::Here(name);
        };
        let mut uses = self.uses(self.owner(file)).iter();
        match uses.find(|used| *used.alias == *alias) {
            None => Scoped::Here(name),
            Some(used) => used
                .package
                .map_or(Scoped::Broken, |id| Scoped::Of(id, rest)),
        }
    }
}
