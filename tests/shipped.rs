//! What we ship as text is sound: the library and the examples, and the tour leads to one of them.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "reads the repository's own files, from outside the product; a failure fails the test"
)]

use std::path::{Path, PathBuf};
use tenantry_syntax::{FileId, Limits, parse};

/// Syntax errors of `text`, as lines one can click on.
fn errors(place: &str, text: &str) -> Vec<String> {
    parse(FileId(0), text.into(), &Limits::default())
        .errors()
        .iter()
        .map(|error| {
            let line = text[..error.span.start as usize].matches('\n').count() + 1;
            format!("{place}:{line}: {}", error.message)
        })
        .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files with this extension below a folder of the repository, sorted.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                let text = std::fs::read_to_string(&path).unwrap();
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no .{extension} below {folder}");
    found
}

/// The KDL listings of a page.
fn listings(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            Some(_) if line == "```" => found.extend(open.take()),
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
            None if line.starts_with("```kdl") => open = Some(String::new()),
            None => {}
        }
    }
    found
}

#[test]
fn the_library_and_the_examples_parse() {
    let mut wrong = Vec::new();
    for (path, text) in files("stdlib", "kdl")
        .into_iter()
        .chain(files("examples", "kdl"))
    {
        wrong.extend(errors(&path, &text));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A reader who types the tour from top to bottom has had the first example on the way.
#[test]
fn the_guide_builds_the_first_example() {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let guide = std::fs::read_to_string(root().join("docs/guide/tour.md")).unwrap();
    let estate =
        std::fs::read_to_string(root().join("examples/first-estate/tenantry.kdl")).unwrap();
    let typed: Vec<_> = listings(&guide)
        .iter()
        .flat_map(|text| text.lines().map(words).collect::<Vec<_>>())
        .collect();

    for line in estate.lines().map(words) {
        assert!(
            typed.contains(&line),
            "the guide never has its reader type: {line}"
        );
    }
}

#[test]
fn the_library_and_the_examples_are_formatted() {
    for (name, text) in files("stdlib", "kdl")
        .into_iter()
        .chain(files("examples", "kdl"))
    {
        let parsed = parse(FileId(0), text.as_str().into(), &Limits::default());
        let formatted = tenantry_syntax::format::format(&parsed);
        assert_eq!(
            formatted.as_deref(),
            Some(text.as_str()),
            "{name}: run `tenantry fmt`"
        );
    }
}
