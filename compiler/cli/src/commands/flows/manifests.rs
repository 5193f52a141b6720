//! Manifests of anybody's, from a folder, a file or standard input.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tenantry_core::{limits::Limits, par};
use tenantry_reach::{Cluster, Complaint, Document};

use super::{
    lines,
    strict::{self, Language, Read, Wrong},
};
use crate::{exit::Failure, files};

/// How names of files end that may hold manifests.
const ENDS: [&str; 3] = ["json", "yaml", "yml"];
/// The most mistakes that are told one by one.
const TOLD: usize = 50;

/// What manifests say there is.
pub(super) struct Manifests {
    pub(super) cluster: Cluster,
    /// How many files were read.
    pub(super) files: usize,
    /// What was not read, a line each.
    pub(super) warnings: Vec<String>,
}

/// What is wrong with them, a line each, with its place.
pub(super) struct Mistakes {
    pub(super) lines: Vec<String>,
    /// What would help against all of them.
    pub(super) help: Option<String>,
}

/// A file and what was read of it.
struct File {
    name: String,
    language: Language,
    text: String,
    read: Result<Vec<Read>, Wrong>,
}

/// Reads a folder, a file, or standard input, which is `-`.
pub(super) fn read(path: &Path, limits: &Limits) -> Result<Result<Manifests, Mistakes>, Failure> {
    let mut warnings = Vec::new();
    let texts = texts(path, limits, &mut warnings)?;
    let parsed: Vec<File> = par::map_owned(texts, |(name, language, text)| File {
        read: strict::documents(&text, language),
        name,
        language,
        text,
    });
    let mut lines = Vec::new();
    let mut templates = false;
    for file in &parsed {
        if let Err(wrong) = &file.read {
            lines.push(format!(
                "{}: {}",
                place(&file.name, wrong.line),
                wrong.message
            ));
            templates |= file.text.contains("{{");
        }
    }
    let (cluster, complaints) = tenantry_reach::read::read(parsed.iter().flat_map(documents));
    let count = lines.len() + complaints.len();
    let room = TOLD.saturating_sub(lines.len());
    let told = complaints.iter().take(room);
    lines.extend(told.map(|complaint| line(&parsed, complaint)));
    if count == 0 {
        return Ok(Ok(Manifests {
            cluster,
            files: parsed.len(),
            warnings,
        }));
    }
    lines.truncate(TOLD);
    if count > TOLD {
        lines.push(format!("and {} more", count - TOLD));
    }
    let help = templates.then(|| {
        "a file with `{{` is a template: read what it becomes, as `helm template` prints it"
            .to_owned()
    });
    Ok(Err(Mistakes { lines, help }))
}

type Text = (String, Language, String);

fn texts(path: &Path, limits: &Limits, warnings: &mut Vec<String>) -> Result<Vec<Text>, Failure> {
    if !path.is_dir() {
        return Ok(vec![text(path, limits)?]);
    }
    let below = files::Below::of(path, &ENDS, ("manifests", limits.manifests))?;
    for link in &below.left_out {
        let why = "is a link that leads out of the folder, and is not read";
        warnings.push(format!("{} {why}", link.display()));
    }
    let paths: Vec<PathBuf> = below.paths();
    if paths.is_empty() {
        let why = format!("{} holds no manifests", path.display());
        return Err(
            Failure::new(why).help("they are read from files that end in .yaml, .yml or .json")
        );
    }
    let mut texts = Vec::new();
    let mut left = limits.manifests_bytes;
    for path in &paths {
        let one = text(path, limits)?;
        left = left.checked_sub(one.2.len() as u64).ok_or_else(|| {
            let most = limits.manifests_bytes;
            let why = format!("the manifests hold more than {most} bytes");
            Failure::limit(why, "manifests-bytes")
        })?;
        texts.push(one);
    }
    Ok(texts)
}

fn text(path: &Path, limits: &Limits) -> Result<Text, Failure> {
    let text = files::read_within(path, ("manifest-bytes", limits.manifest_bytes))?;
    let json = path.extension().is_some_and(|end| end == "json");
    let language = if json { Language::Json } else { Language::Yaml };
    let name = if path.as_os_str() == "-" {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    Ok((name, language, text))
}

fn documents(file: &File) -> impl Iterator<Item = Document<'_>> {
    let read = file.read.as_deref().unwrap_or_default();
    let held = read.iter().enumerate();
    held.filter(|(_, read)| read.value != Value::Null)
        .map(|(at, read)| Document {
            source: &file.name,
            at,
            value: (&read.value).into(),
        })
}

/// A complaint, with where the part of the document is that it is about.
fn line(parsed: &[File], complaint: &Complaint) -> String {
    let file = parsed.iter().find(|file| file.name == complaint.source);
    let documents = file
        .and_then(|file| file.read.as_deref().ok())
        .unwrap_or_default();
    let begins = documents.get(complaint.at).and_then(|read| read.line);
    let part =
        file.and_then(|it| lines::line(&it.text, it.language, complaint.at, &complaint.path));
    let mut line = place(&complaint.source, part.or(begins));
    if documents.len() > 1 {
        line += &format!(": document {}", complaint.at + 1);
    }
    for part in [&complaint.object, &complaint.path, &complaint.message] {
        if !part.is_empty() {
            line += &format!(": {part}");
        }
    }
    line
}

/// `FILE:LINE`, as editors and terminals know it.
fn place(file: &str, line: Option<usize>) -> String {
    line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"))
}
