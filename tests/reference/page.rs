//! What generated pages share: where they lie, how they are held, and the little of Markdown
//! that has to be escaped.
#![expect(
    clippy::disallowed_methods,
    reason = "compares pages on the disk with what they are made of"
)]

use std::{collections::BTreeMap, fs, path::PathBuf};

use tenantry_tests::{golden, validate::shared};

/// Pages by their path below their folder.
pub(crate) type Pages = BTreeMap<String, String>;

/// The first line of every generated page.
pub(crate) fn notice(of: &str) -> String {
    format!(
        "<!-- Generated from {of}. To write it anew:\n     TENANTRY_UPDATE=1 cargo test -p tenantry-tests --test reference -->\n\n"
    )
}

fn path(below: &str) -> PathBuf {
    shared::repository().join("docs").join(below)
}

/// A page as it lies there; empty when it does not.
pub(crate) fn read(below: &str) -> String {
    fs::read_to_string(path(below)).unwrap_or_default()
}

/// Holds one page to what it should be.
#[track_caller]
pub(crate) fn hold_file(below: &str, page: &str) {
    if golden::updating() && read(below) != page {
        fs::write(path(below), page)
            .unwrap_or_else(|error| panic!("docs/{below} is not written: {error}"));
    }
    assert!(
        read(below) == page,
        "docs/{below} is stale: TENANTRY_UPDATE=1 cargo test -p tenantry-tests --test reference"
    );
}

/// Holds a folder in which every page is generated.
#[track_caller]
pub(crate) fn hold_folder(below: &str, pages: &Pages) {
    let bytes = pages
        .iter()
        .map(|(path, page)| (path.clone(), page.clone().into_bytes()))
        .collect();
    if let Err(difference) = golden::compare_dir(&path(below), &bytes) {
        panic!("{difference}");
    }
}

/// Text in the cell of a table: one line, no bare `|`.
pub(crate) fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}

/// A table; nothing at all when it would have no rows.
pub(crate) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rows: String = rows.into_iter().map(|row| line(&row)).collect();
    if rows.is_empty() {
        return rows;
    }
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    format!("{}|{}\n{rows}\n", line(&head), "---|".repeat(head.len()))
}

/// The fragment that leads to a heading, as the book and code hosts both make it.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|sign| match sign {
        ' ' => Some('-'),
        sign if sign.is_alphanumeric() || matches!(sign, '-' | '_') => {
            Some(sign.to_ascii_lowercase())
        }
        _ => None,
    });
    kept.collect()
}
