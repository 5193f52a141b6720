//! Estates for tests: texts with a cursor in them, and answers drawn below the text.

use std::{ops::Range, sync::Arc};

use tenantry_core::{Options, compile::Depth, load::Library, world::Memory};

use crate::{Edit, FileEdits, Host, Location, Snapshot};

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

    /// The estate as it was before `typed` was typed at the cursor: the text has it, what is
    /// known does not.
    pub(crate) fn typing(fixture: &str, typed: &str) -> Self {
        let mut fixture = Self::new(fixture);
        let mut files = fixture.files.iter_mut();
        let (_, text) = files.find(|(path, _)| *path == fixture.path).unwrap();
        text.insert_str(fixture.at as usize, typed);
        fixture.host.change(&fixture.path, Arc::from(text.as_str()));
        fixture.at += u32::try_from(typed.len()).unwrap();
        fixture
    }

    /// The lines of these places, each with its bytes underlined, by file.
    pub(crate) fn underlined(&self, places: &[Location]) -> String {
        self.marked(places.iter().map(|place| (place, "")))
    }

    /// The same with a word beside each.
    pub(crate) fn marked<'p>(
        &self,
        places: impl IntoIterator<Item = (&'p Location, &'p str)>,
    ) -> String {
        let snapshot = self.snapshot();
        let mut out = String::new();
        let mut last = None;
        for (place, word) in places {
            if last != Some(&place.path) {
                out += &format!("//- {}\n", place.path);
                last = Some(&place.path);
            }
            let file = snapshot.file(&place.path).unwrap();
            out += &underline(file.parse.text(), place, word);
        }
        out
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

/// The lines of a place with its bytes underlined; of many lines the first and the last.
fn underline(text: &str, place: &Location, word: &str) -> String {
    let mut out = String::new();
    let range = place.range.start as usize..place.range.end as usize;
    let mut start = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let end = start + line.trim_end_matches('\n').len();
        let touches = range.start <= end && range.end >= start;
        let edge = range.start >= start || range.end <= end;
        if touches && edge {
            let from = range.start.max(start);
            let to = range.end.min(end).max(from);
            let blank = text[start..from].chars().count();
            let marks = text[from..to].chars().count().max(1);
            let carets = "^".repeat(marks);
            out += &format!("{number:>4} | {}\n", line.trim_end_matches('\n'));
            let under = format!("     | {}{carets} {word}", " ".repeat(blank));
            out += &format!("{}\n", under.trim_end());
        }
        start += line.len();
    }
    out
}

/// A small estate to stand on: a cluster `one` with the pool `general` and the storage `fast`,
/// an image `shop`; `text` is its `tenantry.kdl`.
pub(crate) fn ground(text: &str) -> String {
    format!("//- ground.kdl\n{GROUND}//- tenantry.kdl\n{text}")
}

const GROUND: &str = r#"estate shop time-zone="Europe/Berlin" {
    tenantry ">=0.1"
}

cluster one {
    kubernetes "1.34" distribution=k3s
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="192.168.10.0/24"
    cni cilium "1.19.5"
    facts {
        dns namespace=kube-system {
            ip "10.43.0.10"
            select k8s-app kube-dns
        }
        api port=6443 {
            ip "192.168.10.10"
        }
    }
}

// Where most things run.
pool general {
    nodes 2 prefix=box first-ip="192.168.10.10"
    cpu edge-x86-8c
    memory "32GiB"
    reserve cpu="500m" memory="2GiB"
}

storage fast mode=file {
    csi "rancher.io/local-path"
    capacity "400GiB"
}

image shop {
    source "registry.example.com/shop:1.0.0"
}
"#;
