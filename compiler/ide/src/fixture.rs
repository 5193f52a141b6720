//! Estates for tests: texts with a cursor in them, and answers drawn below the text.

use std::{ops::Range, sync::Arc};

use tenantry_core::{Options, compile::Depth, load::Library, world::Memory};

use crate::{Edit, FileEdits, Host, Snapshot};

/// An estate, analysed, and the place that a test asks about.
pub(crate) struct Fixture {
    pub(crate) host: Host,
    /// Path and text of each file, in the order of the fixture.
    pub(crate) files: Vec<(Arc<str>, String)>,
    /// The file with the cursor; without one, the first.
    pub(crate) path: Arc<str>,
    /// Where the cursor stands.
    pub(crate) at: u32,
}

impl Fixture {
    /// Reads a fixture: files begin with a line `//- PATH`, what stands before the first of them
    /// is `tenantry.kdl`, and `$0` is the cursor.
    pub(crate) fn new(fixture: &str) -> Self {
        let mut files: Vec<(Arc<str>, String)> = Vec::new();
        for line in fixture.trim_start_matches('\n').split_inclusive('\n') {
            if let Some(path) = line.strip_prefix("//- ") {
                files.push((path.trim().into(), String::new()));
                continue;
            }
            if files.is_empty() {
                files.push(("tenantry.kdl".into(), String::new()));
            }
            if let Some((_, text)) = files.last_mut() {
                text.push_str(line);
            }
        }
        let mut path = files
            .first()
            .map(|(path, _)| path.clone())
            .unwrap_or_default();
        let mut at = 0;
        for (name, text) in &mut files {
            if let Some(cursor) = text.find("$0") {
                text.replace_range(cursor..cursor + 2, "");
                (path, at) = (name.clone(), u32::try_from(cursor).unwrap());
            }
        }
        let mut host = Host::new(
            Library {
                files: tenantry_stdlib::FILES,
                index: tenantry_stdlib::INDEX,
            },
            tenantry_targets::all().leak(),
            Options::default(),
        );
        host.analyse(&world(&files), Depth::Plan);
        Self {
            host,
            files,
            path,
            at,
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.host.snapshot()
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> &str {
        let found = self.files.iter().find(|(name, _)| **name == *path);
        found.map_or("", |(_, text)| text)
    }

    /// The text of the file with the cursor, ranges underlined with what is said of them.
    pub(crate) fn drawn(&self, marks: Vec<(Range<u32>, String)>) -> String {
        drawn(self.text(&self.path), marks)
    }

    /// The files after some edits.
    pub(crate) fn edited(&self, edits: &FileEdits) -> Vec<(Arc<str>, String)> {
        let mut files = self.files.clone();
        for (path, edits) in edits {
            match files.iter_mut().find(|(name, _)| name == path) {
                Some((_, text)) => *text = applied(text, edits),
                None => files.push((path.clone(), applied("", edits))),
            }
        }
        files
    }

    /// The lines that edits change, file by file, as a diff shows them.
    pub(crate) fn diff(&self, edits: &FileEdits) -> String {
        let mut out = String::new();
        for (path, new) in self.edited(edits) {
            let old = self.text(&path);
            if old == new {
                continue;
            }
            out += &format!("//- {path}\n");
            let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
            let same = |(a, b): &(&&str, &&str)| a == b;
            let head = old.iter().zip(&new).take_while(same).count();
            let tail = old[head..].iter().rev().zip(new[head..].iter().rev());
            let tail = tail.take_while(same).count();
            for line in &old[head..old.len() - tail] {
                out += &format!("-{line}\n");
            }
            for line in &new[head..new.len() - tail] {
                out += &format!("+{line}\n");
            }
        }
        out
    }
}

/// The files as a world.
pub(crate) fn world(files: &[(Arc<str>, String)]) -> Memory {
    let files = files.iter();
    Memory::new(files.map(|(path, text)| (path.to_string(), text.as_str())))
}

/// A text after some edits, which are in its order.
pub(crate) fn applied(text: &str, edits: &[Edit]) -> String {
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(
            edit.range.start as usize..edit.range.end as usize,
            &edit.text,
        );
    }
    out
}

/// A text, ranges underlined with what is said of them. What goes over several lines is
/// underlined to the end of its first.
pub(crate) fn drawn(text: &str, mut marks: Vec<(Range<u32>, String)>) -> String {
    marks.sort_by_key(|(range, _)| (range.start, range.end));
    let mut marks = marks.into_iter().peekable();
    let mut out = String::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        out += line.trim_end_matches(['\n', '\r']);
        out.push('\n');
        while let Some((range, said)) =
            marks.next_if(|(range, _)| (range.start as usize) < end.max(start + 1))
        {
            let before = text[start..range.start as usize].chars().count();
            let stop = (range.end as usize).min(start + line.trim_end().len());
            let marked = text.get(range.start as usize..stop).unwrap_or_default();
            let width = marked.chars().count().max(1);
            let more = if range.end as usize > stop { "…" } else { "" };
            let lines: Vec<&str> = said.lines().collect();
            out += &format!("{}{}{more}", " ".repeat(before), "^".repeat(width));
            out += &format!(" {}\n", lines.first().unwrap_or(&""));
            for line in lines.iter().skip(1) {
                out += format!("{} {line}", " ".repeat(before + width)).trim_end();
                out.push('\n');
            }
        }
        start = end;
    }
    out
}
