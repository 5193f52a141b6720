//! Estates as the compiler sees them: read from a folder of this repository, built with every
//! target, and written down in other ways that mean the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io,
    path::Path,
};

use tenantry_core::{
    Built, Options, Run, build,
    compile::{self, PlacedRun, trees},
    diag::{Diagnostic, Level},
    emit::Manifest,
    expand::expand,
    load::{Library, ROOT_FILE},
    schema::vocabulary,
    test,
    testing::Wanted,
    world::Memory,
};
use tenantry_syntax::{FileId, Limits, ast::Node, parse};

use crate::{golden, validate::shared};

/// The files of an estate, by path.
pub type Files = BTreeMap<String, String>;

/// What is not ours to write in another way: its bytes are pinned.
const VENDOR: &str = "vendor/";

/// The `.kdl` files below a folder, the lock beside them, and all of vendored packages, because
/// each file of them counts for what the lock says.
///
/// # Errors
/// Whatever the file system answers; a file that is no text.
pub fn read(folder: &Path) -> io::Result<Files> {
    let wanted = |path: &String| {
        path.ends_with(".kdl") || path == tenantry_core::lock::LOCK_FILE || path.starts_with(VENDOR)
    };
    let files = golden::read_dir(folder)?
        .into_iter()
        .filter(|(path, _)| wanted(path));
    files
        .map(|(path, bytes)| {
            let text = String::from_utf8(bytes)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            Ok((path, text))
        })
        .collect()
}

/// Every example of this repository, by its folder's name.
///
/// # Errors
/// Whatever the file system answers.
pub fn examples() -> io::Result<Vec<(String, Files)>> {
    let folder = shared::repository().join("examples");
    let files = golden::read_dir(&folder)?;
    let names: BTreeSet<&str> = files
        .keys()
        .filter_map(|path| Some(path.split_once('/')?.0))
        .collect();
    let names = names.into_iter();
    names
        .map(|name| Ok((name.to_owned(), read(&folder.join(name))?)))
        .collect()
}

/// What a build writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The files below its output folder, by path, the source map left out: it tells lines,
    /// which no other file knows.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The lock, where it is not as it was.
    pub lock: Option<String>,
}

/// Builds an estate with every target, for all its environments, in memory.
///
/// # Errors
/// The findings, a line each, of an estate that cannot be built.
pub fn built(files: &Files) -> Result<Built, String> {
    let targets = tenantry_targets::all();
    let built = build(&world(files), library(), &targets, &Options::default());
    if built.outputs.is_empty() {
        return Err(told(&built.run));
    }
    Ok(built)
}

/// What is written for an estate: see [`built`].
///
/// # Errors
/// The findings, a line each, of an estate that cannot be built.
pub fn output(files: &Files) -> Result<Output, String> {
    let built = built(files)?;
    let mut written = BTreeMap::new();
    for output in &built.outputs {
        let folder = output
            .env
            .as_ref()
            .map_or_else(String::new, |env| format!("{env}/"));
        let manifest = Manifest::of(&output.artifacts);
        written.insert(format!("{folder}manifest.json"), manifest.to_bytes());
        for artifact in &output.artifacts {
            written.insert(
                format!("{folder}{}", artifact.path.as_str()),
                artifact.bytes.clone(),
            );
        }
    }
    Ok(Output {
        files: written,
        lock: built.lock,
    })
}

/// What each environment of an estate expands into.
///
/// # Errors
/// The findings, a line each, of an estate whose text means nothing.
pub fn expanded(files: &Files) -> Result<Vec<(Option<String>, String)>, String> {
    let trees = trees(&world(files), library(), &Options::default());
    if trees.environments.is_empty() {
        return Err(told(&trees.run));
    }
    let typed = trees.typed.as_ref().ok_or("nothing could be read")?;
    let text = |resolved| expand(typed, &trees.run.sources, resolved);
    let all = trees.environments.iter();
    Ok(all
        .map(|resolved| (resolved.env.as_deref().map(str::to_owned), text(resolved)))
        .collect())
}

/// Builds an estate as [`output`] does, and keeps why everything is as it is.
///
/// # Errors
/// The findings, a line each, of an estate that cannot be built.
pub fn traced(files: &Files) -> Result<Built, String> {
    let targets = tenantry_targets::all();
    let built = tenantry_core::trace(&world(files), library(), &targets, &Options::default());
    if built.outputs.is_empty() {
        return Err(told(&built.run));
    }
    Ok(built)
}

/// Why the values of an estate are so, whether or not it can be built.
pub fn followed(files: &Files) -> Built {
    let targets = tenantry_targets::all();
    tenantry_core::trace(&world(files), library(), &targets, &Options::default())
}

/// Where everything stands in an estate, whether or not it can be built.
pub fn placed(files: &Files) -> PlacedRun {
    let targets = tenantry_targets::all();
    compile::placed(&world(files), library(), &targets, &Options::default())
}

/// Runs the tests that an estate holds; their names.
///
/// # Errors
/// The findings, a line each: of an estate whose tests cannot be run, or of those that failed.
pub fn tested(files: &Files) -> Result<Vec<String>, String> {
    let targets = tenantry_targets::all();
    let options = Options::default();
    let tests = test(
        &world(files),
        library(),
        &targets,
        &options,
        &Wanted::default(),
    );
    let mut run = tests.run;
    run.findings.retain(|finding| finding.level == Level::Error);
    let failed = tests.tests.iter().filter(|test| !test.passed());
    run.findings
        .extend(failed.flat_map(|test| test.findings.iter().cloned()));
    if !run.findings.is_empty() {
        return Err(told(&run));
    }
    Ok(tests
        .tests
        .iter()
        .map(|test| test.name.to_string())
        .collect())
}

/// The standard library.
pub fn library() -> Library {
    Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    }
}

fn world(files: &Files) -> Memory {
    let texts = files.iter();
    Memory::new(texts.map(|(path, text)| (path.clone(), text.as_str())))
}

fn told(run: &Run) -> String {
    let mut text = String::new();
    for Diagnostic {
        rule,
        message,
        span,
        ..
    } in &run.findings
    {
        let place =
            span.and_then(|span| Some((run.sources.path(span.file), run.sources.position(span)?)));
        let place = place.map_or_else(String::new, |(path, (line, column))| {
            format!("{path}:{line}:{column}: ")
        });
        let _infallible = writeln!(text, "{place}{}: {message}", rule.name());
    }
    text
}

/// Whether a file is one that the estate's owner writes.
fn is_ours(path: &str) -> bool {
    path.ends_with(".kdl") && !path.starts_with(VENDOR)
}

/// The same estate in files of other names, so that they are read the other way round.
pub fn renamed(files: &Files) -> Files {
    let count = files.len();
    let new = |(index, (path, text)): (usize, (&String, &String))| {
        let kept = path == ROOT_FILE || !is_ours(path);
        let name = if kept {
            path.clone()
        } else {
            format!("moved/{:03}.kdl", count - index)
        };
        (name, text.clone())
    };
    files.iter().enumerate().map(new).collect()
}

/// The same estate in one file, all nodes whose order means nothing turned round, at every
/// depth. Comments are lost.
pub fn turned_round(files: &Files) -> Files {
    let mut one = String::new();
    for (_, text) in files.iter().rev().filter(|(path, _)| is_ours(path)) {
        let parsed = parse(FileId(0), text.as_str().into(), &Limits::default());
        write(text, parsed.document().nodes().collect(), 0, &mut one);
    }
    let mut turned: Files = files.clone();
    turned.retain(|path, _| !is_ours(path));
    turned.insert(ROOT_FILE.to_owned(), one);
    turned
}

fn write(text: &str, nodes: Vec<Node<'_>>, depth: usize, out: &mut String) {
    let ordered: Vec<bool> = nodes.iter().map(|node| is_ordered(&node.name())).collect();
    let mut in_order = nodes.iter().filter(|node| is_ordered(&node.name()));
    let mut turned = nodes.iter().rev().filter(|node| !is_ordered(&node.name()));
    for ordered in ordered {
        let next = if ordered {
            in_order.next()
        } else {
            turned.next()
        };
        let Some(node) = next else { continue };
        let head = node.head_span();
        out.push_str(&"    ".repeat(depth));
        out.push_str(&text[head.start as usize..head.end as usize]);
        if node.has_block() {
            out.push_str(" {\n");
            write(text, node.nodes().collect(), depth + 1, out);
            out.push_str(&"    ".repeat(depth));
            out.push('}');
        }
        out.push('\n');
    }
}

/// Whether the order of nodes of that name means something: the vocabulary says so, and so it is
/// for the elements of a list in free data.
fn is_ordered(name: &str) -> bool {
    let (vocabulary, _) = vocabulary::builtin();
    name == "-"
        || vocabulary
            .kinds()
            .any(|(_, kind)| kind.ordered && kind.name == name)
}
