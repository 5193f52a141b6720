//! A session as data: files with marked places, and what is asked about them.
//!
//! ```text
//! //- tenantry.kdl
//! estate e { cluster$1 c kind=kubernetes }
//! //> textDocument/hover $1
//! //> textDocument/rename $1 {"newName": "d"}
//! //> workspace/symbol {"query": "c"}
//! ```
//! In what is said beside, `file:///estate` stands for the estate's folder.
//!
//! A `$` and a digit marks a place and is no part of the text. `$1..$2` is a range. `//< ground`
//! takes in `estates/ground.kdl` as `ground.kdl`: a ground that is sound.

use std::{collections::BTreeMap, fs};

use serde_json::{Value, json};

/// A session.
#[derive(Default)]
pub(crate) struct Fixture {
    /// Path and text.
    pub(crate) files: Vec<(String, String)>,
    /// The marked places: file, line, and column in bytes.
    places: BTreeMap<char, (String, u32, u32)>,
    /// Method, and what stands behind it.
    pub(crate) requests: Vec<(String, String)>,
}

impl Fixture {
    pub(crate) fn parse(source: &str) -> Self {
        let mut fixture = Self::default();
        for line in source.lines() {
            if let Some(path) = line.strip_prefix("//- ") {
                fixture.files.push((path.trim().to_owned(), String::new()));
            } else if let Some(name) = line.strip_prefix("//< ") {
                let path = format!("{name}.kdl");
                let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lsp/estates");
                let text = fs::read_to_string(format!("{folder}/{path}")).unwrap();
                fixture.files.push((path, text));
            } else if let Some(request) = line.strip_prefix("//> ") {
                let (method, rest) = request.split_once(' ').unwrap_or((request, ""));
                fixture
                    .requests
                    .push((method.to_owned(), rest.trim().to_owned()));
            } else if fixture.files.is_empty() {
                // What stands above the first file is for whoever reads it.
            } else {
                fixture.line(line);
            }
        }
        fixture
    }

    fn line(&mut self, line: &str) {
        let (path, text) = self.files.last_mut().unwrap();
        let number = u32::try_from(text.lines().count()).unwrap();
        let mut rest = line;
        let mut plain = String::new();
        while let Some(at) = rest.find('$') {
            let mark = rest[at + 1..].chars().next().filter(char::is_ascii_digit);
            plain.push_str(&rest[..at]);
            match mark {
                Some(mark) => {
                    let column = u32::try_from(plain.len()).unwrap();
                    let place = (path.clone(), number, column);
                    let twice = self.places.insert(mark, place);
                    assert!(twice.is_none(), "${mark} stands twice");
                    rest = &rest[at + 2..];
                }
                None => {
                    plain.push('$');
                    rest = &rest[at + 1..];
                }
            }
        }
        plain.push_str(rest);
        text.push_str(&plain);
        text.push('\n');
    }

    fn place(&self, mark: &str) -> (&str, Value) {
        let digit = mark.strip_prefix('$').and_then(|mark| mark.chars().next());
        let place = digit.and_then(|digit| self.places.get(&digit));
        let (path, line, column) = place.unwrap_or_else(|| panic!("no place {mark}"));
        (path, json!({ "line": line, "character": column }))
    }

    /// The parameters of a request: the document and position of its mark, with what is said
    /// beside.
    pub(crate) fn params(&self, said: &str, uri: impl Fn(&str) -> String) -> Value {
        let (subject, beside) = match said.find('{') {
            Some(at) => (said[..at].trim(), &said[at..]),
            None => (said, "{}"),
        };
        let beside = beside.replace("file:///estate/", &uri(""));
        let mut params: Value = serde_json::from_str(&beside).unwrap();
        if let Some((from, to)) = subject.split_once("..") {
            let (path, start) = self.place(from);
            params["textDocument"] = json!({ "uri": uri(path) });
            params["range"] = json!({ "start": start, "end": self.place(to).1 });
        } else if subject.starts_with('$') {
            let (path, position) = self.place(subject);
            params["textDocument"] = json!({ "uri": uri(path) });
            params["position"] = position;
        } else if !subject.is_empty() {
            params["textDocument"] = json!({ "uri": uri(subject) });
        }
        params
    }
}
