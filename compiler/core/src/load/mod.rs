//! From the world to parsed files: which files an estate has, and their trees.
//!
//! `tenantry.kdl` makes a folder an estate; every other `*.kdl` below it belongs to it. Folders
//! whose name starts with a dot, and `vendor`, are not looked into. A file of the standard
//! library is parsed only when a name that it declares is used.

pub mod rules;

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

pub use rules::{RULES, bad_lock, syntax as syntax_error, unreadable};
use tenantry_syntax::{FileId, Parse, Span, ast};

use crate::{
    diag::Findings,
    limits::Limits,
    outcome::Outcome,
    par,
    world::{ReadError, World},
};

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

/// One file.
#[derive(Debug)]
pub struct Source {
    /// Relative to the estate's root; files of the standard library start with `std:/`.
    pub path: Arc<str>,
    /// Its tree and text.
    pub parse: Parse,
    /// Where its lines start, worked out when first asked for.
    lines: OnceLock<Vec<u32>>,
}

impl Source {
    /// Line and column of an offset, from 1, the column in characters.
    fn position(&self, offset: u32) -> (u32, u32) {
        let text = self.parse.text();
        let starts = self.lines.get_or_init(|| {
            let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0)
                .chain(ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
                .collect()
        });
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let before = text
            .get(starts[line - 1] as usize..offset as usize)
            .unwrap_or_default();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (number(line), number(before.chars().count() + 1))
    }
}

/// All files of an estate, the standard library's last.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
    /// What the library declares, whether it was loaded or not.
    pub library: Library,
    /// The bounds of this run.
    pub limits: Limits,
}

impl Sources {
    /// The files, in the order of their paths.
    pub fn files(&self) -> &[Source] {
        &self.files
    }

    /// The number of the first file of the library: they come last.
    pub fn library_from(&self) -> FileId {
        let own = self
            .files
            .iter()
            .position(|source| source.path.starts_with("std:/"));
        let first = own.unwrap_or(self.files.len());
        FileId(u32::try_from(first).unwrap_or(u32::MAX))
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
}

/// Reads and parses an estate.
pub fn load(world: &dyn World, library: Library, limits: &Limits) -> Outcome<Sources> {
    let mut findings = Findings::new();
    let mut paths = BTreeSet::new();
    walk(world, "", limits.folders, &mut paths, &mut findings);
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
    let paths: Vec<String> = paths.into_iter().collect();
    let texts = par::map(&paths, |path| world.read(path));
    let mut sources = Sources {
        library,
        limits: limits.clone(),
        ..Sources::default()
    };
    let mut readable = Vec::new();
    for (path, text) in paths.into_iter().zip(texts) {
        match text {
            Ok(text) => readable.push((path, text)),
            Err(error) => findings.push(unreadable(&path, &error)),
        }
    }
    parse_into(&mut sources, readable, limits, &mut findings);
    add_library(&mut sources, library, limits, &mut findings);
    Outcome::new(sources, findings)
}

fn walk(
    world: &dyn World,
    folder: &str,
    depth: usize,
    paths: &mut BTreeSet<String>,
    findings: &mut Findings,
) {
    let entries = match world.list(folder) {
        Ok(entries) => entries,
        Err(error) => return findings.push(unreadable(folder, &error)),
    };
    for entry in entries {
        let path = if folder.is_empty() {
            entry.name.clone()
        } else {
            format!("{folder}/{}", entry.name)
        };
        if entry.name.starts_with('.') || (entry.folder && entry.name == "vendor") {
            continue;
        }
        if !entry.folder {
            if entry.name.ends_with(".kdl") {
                paths.insert(path);
            }
        } else if depth == 0 {
            findings.push(unreadable(
                &path,
                &ReadError::Other("folders are nested too deep".into()),
            ));
        } else {
            walk(world, &path, depth - 1, paths, findings);
        }
    }
}

fn parse_into(
    sources: &mut Sources,
    files: Vec<(String, Arc<str>)>,
    limits: &Limits,
    findings: &mut Findings,
) {
    let first = sources.files.len();
    let syntax = tenantry_syntax::Limits {
        max_depth: limits.depth,
        max_bytes: limits.file_bytes,
        ..Default::default()
    };
    let numbered: Vec<(u32, &(String, Arc<str>))> = files
        .iter()
        .enumerate()
        .map(|(at, file)| (u32::try_from(first + at).unwrap_or(u32::MAX), file))
        .collect();
    let parses = par::map(&numbered, |(id, (_, text))| {
        tenantry_syntax::parse(FileId(*id), text.clone(), &syntax)
    });
    for ((path, _), parse) in files.iter().zip(parses) {
        findings.extend(parse.errors().iter().map(rules::syntax));
        sources.files.push(Source {
            path: path.as_str().into(),
            parse,
            lines: OnceLock::new(),
        });
    }
}

/// Parses the files of the standard library whose names occur in what is loaded, until no
/// further one does.
fn add_library(sources: &mut Sources, library: Library, limits: &Limits, findings: &mut Findings) {
    let mut loaded: BTreeSet<&str> = BTreeSet::new();
    let mut seen = 0;
    while seen < sources.files.len() {
        let mut wanted: BTreeSet<&'static str> = BTreeSet::new();
        for source in &sources.files[seen..] {
            for node in source.parse.document().nodes() {
                names_used(node, library, &mut wanted);
            }
        }
        seen = sources.files.len();
        let fresh: Vec<(String, Arc<str>)> = library
            .files
            .iter()
            .filter(|(path, _)| wanted.contains(path) && loaded.insert(path))
            .map(|(path, text)| (format!("std:/{path}"), Arc::from(*text)))
            .collect();
        parse_into(sources, fresh, limits, findings);
    }
}

/// Any string that is a name of the library counts as a use of it: that is cheaper than to know
/// which slots are references, and a file too many costs microseconds.
fn names_used(node: ast::Node<'_>, library: Library, wanted: &mut BTreeSet<&'static str>) {
    for entry in node.entries() {
        let value = match entry {
            ast::Entry::Arg(arg) => arg.value(),
            ast::Entry::Prop(prop) => prop.value(),
        };
        if let ast::Scalar::Str(text) = value {
            wanted.extend(
                library
                    .index
                    .iter()
                    .filter(|(_, name, _)| *name == text)
                    .map(|(_, _, path)| *path),
            );
        }
    }
    for child in node.nodes() {
        names_used(child, library, wanted);
    }
}
