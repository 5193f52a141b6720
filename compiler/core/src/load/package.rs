//! Packages: what one says of itself, and what a file says that it uses.

use std::sync::Arc;

use tenantry_syntax::{Span, ast};

use super::Source;
use crate::{
    emit::Sha256,
    units::{Folder, Name, Unit, VersionRange},
};

/// The number of a package: its place in [`Sources::packages`](super::Sources::packages).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(pub u32);

/// What a package says of itself: `package NAME version="…" { tenantry RANGE }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its name; that of its folder where it says none that can be read.
    pub name: Arc<str>,
    /// Its version, as written.
    pub version: Option<Arc<str>>,
    /// The versions of the compiler that it is for, and where it says so.
    pub requires: Option<(VersionRange, Span)>,
    /// Where its `package` node stands.
    pub span: Span,
}

/// A package that was loaded.
#[derive(Debug)]
pub struct Package {
    /// What it says of itself.
    pub head: Head,
    /// Its folder, relative to the estate's root.
    pub root: Arc<str>,
    /// What stands before each of its names, so that a name is one thing in the whole estate:
    /// `pg.`. The alias that the estate gave it, else its own name, else its folder.
    pub prefix: Arc<str>,
    /// What it uses itself, in the order of the text.
    pub uses: Vec<Use>,
    /// The hash of its folder, where it is one that `tenantry.lock` pins and it could be read.
    pub hash: Option<Sha256>,
}

/// A `use`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// What stands before the package's names in the files of whoever uses it, without the dot.
    pub alias: Arc<str>,
    /// The package; none where it could not be loaded, or would close a circle, which was told:
    /// a name under this alias is no further mistake.
    pub package: Option<PackageId>,
    /// Where the path stands.
    pub span: Span,
}

/// A `use` as it is written, before it is known what lies there.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) folder: Folder,
    pub(super) alias: Option<Arc<str>>,
    pub(super) span: Span,
}

impl Asked {
    /// The alias where the package itself cannot be asked for its name.
    pub(super) fn alias_by_folder(&self) -> Arc<str> {
        self.alias
            .clone()
            .unwrap_or_else(|| last(self.folder.as_str()).into())
    }
}

/// The name of a folder, without what is above it.
pub(super) fn last(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or_default()
}

/// The `use` nodes at the top of these files. Those whose path is not one are left out: decoding
/// tells of them.
pub(super) fn asked(files: &[Source]) -> Vec<Asked> {
    let nodes = files
        .iter()
        .flat_map(|source| source.parse.document().nodes());
    nodes
        .filter(|node| node.name() == "use")
        .filter_map(|node| {
            let (path, span) = first_text(node)?;
            Some(Asked {
                folder: Folder::parse(&path).ok().filter(|_| !path.contains('$'))?,
                alias: property(node, "as").map(|(text, _)| text),
                span,
            })
        })
        .collect()
}

/// What a root file makes of its folder.
#[derive(Debug, Clone)]
pub(super) enum RootFile {
    /// An estate, and where it says so.
    Estate(Span),
    /// A package.
    Package(Head),
    /// Neither.
    Neither,
}

/// Reads what a folder's `tenantry.kdl` makes of it. One that says both is an estate.
pub(super) fn root_file(source: &Source, folder: &str) -> RootFile {
    let find = |name: &str| {
        let mut nodes = source.parse.document().nodes();
        nodes.find(|node| node.name() == name)
    };
    if let Some(node) = find("estate") {
        return RootFile::Estate(node.head_span());
    }
    if let Some(node) = find("package") {
        return RootFile::Package(head(node, folder));
    }
    // The node may be what could not be read, and then its errors are what helps.
    if source.parse.errors().is_empty() {
        return RootFile::Neither;
    }
    RootFile::Package(Head {
        name: last(folder).into(),
        version: None,
        requires: None,
        span: Span::new(source.parse.file(), 0, 0),
    })
}

fn head(node: ast::Node<'_>, folder: &str) -> Head {
    let name = first_text(node).map(|(text, _)| text);
    let requires = node
        .nodes()
        .find(|child| child.name() == "tenantry")
        .and_then(first_text);
    Head {
        name: name
            .filter(|name| Name::parse(name).is_ok())
            .unwrap_or_else(|| last(folder).into()),
        version: property(node, "version").map(|(text, _)| text),
        requires: requires.and_then(|(text, span)| Some((VersionRange::parse(&text).ok()?, span))),
        span: node.head_span(),
    }
}

/// The first argument, if it is a string.
fn first_text(node: ast::Node<'_>) -> Option<(Arc<str>, Span)> {
    let first = node.entries().find_map(|entry| match entry {
        ast::Entry::Arg(arg) => Some(arg),
        ast::Entry::Prop(_) => None,
    })?;
    match first.value() {
        ast::Scalar::Str(text) => Some((text.into(), first.span())),
        _ => None,
    }
}

/// A property, if it is a string.
fn property(node: ast::Node<'_>, name: &str) -> Option<(Arc<str>, Span)> {
    node.entries().find_map(|entry| match entry {
        ast::Entry::Prop(prop) if prop.name() == name => match prop.value() {
            ast::Scalar::Str(text) => Some((text.into(), prop.value_span())),
            _ => None,
        },
        _ => None,
    })
}
