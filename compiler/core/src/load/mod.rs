//! From the world to parsed files: which files an estate has, which packages it uses, and the
//! trees of all of them.
//!
//! `tenantry.kdl` makes a folder an estate, or with `package` in place of `estate` a package;
//! every other `*.kdl` below it belongs to it. Folders whose name starts with a dot, `vendor`, and
//! folders with a `tenantry.kdl` of their own are not looked into, unless a `use` names them. A
//! file of the standard library is parsed only when a name that it declares is used.

mod circle;
mod gather;
mod jail;
mod memo;
mod package;
pub mod rules;
mod sources;
pub mod tree;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

pub use memo::Memo;
pub use package::{Head, Package, PackageId, Use};
pub use rules::{RULES, bad_lock, syntax as syntax_error, unformatted, unreadable};
pub use sources::{Scoped, Source, Sources};
use tenantry_syntax::{FileId, ast};

use crate::{diag::Findings, limits::Limits, outcome::Outcome, par, world::World};

/// The file that makes a folder an estate.
pub const ROOT_FILE: &str = "tenantry.kdl";

/// The standard library as `load` needs it: which file declares a name, and the texts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Library {
    /// Path and text of each file.
    pub files: &'static [(&'static str, &'static str)],
    /// Kind, name, and the path of the file that declares it; sorted.
    pub index: &'static [(&'static str, &'static str, &'static str)],
}

/// Reads and parses an estate, or a package by itself, with all packages that it uses.
pub fn load(world: &dyn World, library: Library, limits: &Limits) -> Outcome<Sources> {
    load_again(world, library, limits, &mut Memo::default())
}

/// The same, where most of it may have been read before.
pub fn load_again(
    world: &dyn World,
    library: Library,
    limits: &Limits,
    memo: &mut Memo,
) -> Outcome<Sources> {
    memo.for_run(library, limits);
    let loaded = load_known(world, library, limits, memo);
    if let Some(sources) = &loaded.value {
        memo.keep(sources);
    }
    loaded
}

fn load_known(
    world: &dyn World,
    library: Library,
    limits: &Limits,
    memo: &Memo,
) -> Outcome<Sources> {
    let mut findings = Findings::new();
    let paths = jail::spec_files(world, "", limits.folders, &mut findings);
    if !paths.contains(ROOT_FILE) && findings.is_empty() {
        findings.push(rules::no_estate(paths.len()));
        return Outcome {
            value: Some(Sources::default()),
            findings,
        };
    }
    if paths.len() > limits.files {
        findings.push(rules::too_many_files(paths.len(), limits.files));
        return Outcome::nothing(findings);
    }
    let mut sources = Sources {
        library,
        limits: limits.clone(),
        ..Sources::default()
    };
    let files = read_files(world, paths, &mut findings);
    parse_files(&mut sources, files, None, memo, &mut findings);
    sources.alone = package_alone(&sources);
    gather::gather(world, &mut sources, memo, &mut findings);
    add_library(&mut sources, library, memo, &mut findings);
    Outcome::new(sources, findings)
}

/// What the folder says of itself where it is a package.
fn package_alone(sources: &Sources) -> Option<Head> {
    let mut files = sources.files.iter();
    let root = files.find(|source| &*source.path == ROOT_FILE)?;
    let says = |name| {
        let mut nodes = root.parse.document().nodes();
        nodes.any(|node| node.name() == name)
    };
    match package::root_file(root, "") {
        package::RootFile::Package(head) if says("package") => Some(head),
        _ => None,
    }
}

/// The texts of these files; those that cannot be read are told and left out.
fn read_files(
    world: &dyn World,
    paths: BTreeSet<String>,
    findings: &mut Findings,
) -> Vec<(String, Arc<str>)> {
    let paths: Vec<String> = paths.into_iter().collect();
    let texts = par::map(&paths, |path| world.read(path));
    let mut readable = Vec::new();
    for (path, text) in paths.into_iter().zip(texts) {
        match text {
            Ok(text) => readable.push((path, text)),
            Err(error) => findings.push(unreadable(&path, &error)),
        }
    }
    readable
}

fn syntax_limits(limits: &Limits) -> tenantry_syntax::Limits {
    tenantry_syntax::Limits {
        max_depth: limits.depth,
        max_bytes: limits.file_bytes,
        ..Default::default()
    }
}

/// Parses files and gives them the next numbers.
fn parse_files(
    sources: &mut Sources,
    files: Vec<(String, Arc<str>)>,
    package: Option<PackageId>,
    memo: &Memo,
    findings: &mut Findings,
) {
    let first = sources.files.len();
    let syntax = syntax_limits(&sources.limits);
    let numbered: Vec<(FileId, &(String, Arc<str>))> = files
        .iter()
        .enumerate()
        .map(|(at, file)| (u32::try_from(first + at).unwrap_or(u32::MAX), file))
        .map(|(number, file)| (FileId(number), file))
        .collect();
    let read = par::map(&numbered, |(id, (path, text))| {
        let known = memo.known(path, text, *id);
        known.unwrap_or_else(|| {
            let parse = tenantry_syntax::parse(*id, text.clone(), &syntax);
            Source::new(path, None, parse)
        })
    });
    for mut source in read {
        findings.extend(source.parse.errors().iter().map(rules::syntax));
        source.package = package;
        sources.files.push(source);
    }
}

/// Parses the files of the standard library whose names occur in what is loaded, until no
/// further one does.
fn add_library(sources: &mut Sources, library: Library, memo: &Memo, findings: &mut Findings) {
    sources.own = sources.files.len();
    let names = Shelf::of(library);
    let mut loaded: BTreeSet<&str> = BTreeSet::new();
    let mut seen = 0;
    while seen < sources.files.len() {
        let mut wanted: BTreeSet<&'static str> = BTreeSet::new();
        for source in &sources.files[seen..] {
            wanted.extend(source.library(|| {
                let mut used = BTreeSet::new();
                for node in source.parse.document().nodes() {
                    names.used(node, &mut used);
                }
                used
            }));
        }
        seen = sources.files.len();
        let fresh: Vec<(String, Arc<str>)> = library
            .files
            .iter()
            .filter(|(path, _)| wanted.contains(path) && loaded.insert(path))
            .map(|(path, text)| (format!("std:/{path}"), Arc::from(*text)))
            .collect();
        parse_files(sources, fresh, None, memo, findings);
    }
}

/// The library's index by name.
struct Shelf(HashMap<&'static str, Vec<(&'static str, &'static str)>>);

impl Shelf {
    fn of(library: Library) -> Self {
        let mut names: HashMap<_, Vec<_>> = HashMap::with_capacity(library.index.len());
        for (kind, name, path) in library.index {
            names.entry(*name).or_default().push((*kind, *path));
        }
        Self(names)
    }

    /// The files of the library that a node and what stands in it may speak of.
    ///
    /// Any string that is a name of the library counts as a use of it: that is cheaper than to
    /// know which slots are references, and a file too many costs microseconds.
    fn used(&self, node: ast::Node<'_>, wanted: &mut BTreeSet<&'static str>) {
        let named = self.0.get(&*node.name()).into_iter().flatten();
        let defined = named.filter(|(kind, _)| *kind == "define");
        wanted.extend(defined.map(|(_, path)| *path));
        for entry in node.entries() {
            let value = match entry {
                ast::Entry::Arg(arg) => arg.value(),
                ast::Entry::Prop(prop) => prop.value(),
            };
            if let ast::Scalar::Str(text) = value {
                let named = self.0.get(&*text).into_iter().flatten();
                wanted.extend(named.map(|(_, path)| *path));
            }
        }
        for child in node.nodes() {
            self.used(child, wanted);
        }
    }
}
