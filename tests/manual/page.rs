//! The pages of the manual, cut into what the tests look at.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// A page of the manual.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Its path below `docs/`, with `/`.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

/// A fenced listing.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    /// The line of its first fence, from 1.
    pub(crate) line: usize,
    /// What follows the backticks.
    pub(crate) info: String,
    /// What is inside, without the indentation of the fence.
    pub(crate) text: String,
}

impl Page {
    /// Its listings, in order.
    pub(crate) fn listings(&self) -> Vec<Listing> {
        let mut found = Vec::new();
        let mut open: Option<(usize, Listing)> = None;
        for (index, line) in self.text.lines().enumerate() {
            let bare = line.trim_start();
            let indent = line.len() - bare.len();
            match &mut open {
                Some(_) if bare == "```" => found.extend(open.take().map(|(_, listing)| listing)),
                Some((indent, listing)) => {
                    listing.text += line.get(*indent..).unwrap_or_default();
                    listing.text.push('\n');
                }
                None => {
                    open = bare.strip_prefix("```").map(|info| {
                        let listing = Listing {
                            line: index + 1,
                            info: info.to_owned(),
                            text: String::new(),
                        };
                        (indent, listing)
                    });
                }
            }
        }
        found
    }

    /// Its lines outside of listings, each with its number from 1.
    pub(crate) fn prose(&self) -> Vec<(usize, &str)> {
        let mut fenced = false;
        let mut lines = Vec::new();
        for (index, line) in self.text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            } else if !fenced {
                lines.push((index + 1, line));
            }
        }
        lines
    }

    /// The fragments that a link may name: those of the headings, numbered where two are alike.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut anchors = Vec::new();
        for (_, line) in self.prose() {
            let Some((marks, heading)) = line.split_once(' ') else {
                continue;
            };
            if marks.is_empty() || marks.chars().any(|sign| sign != '#') {
                continue;
            }
            let anchor = anchor(heading);
            let count = seen.entry(anchor.clone()).or_default();
            anchors.push(match *count {
                0 => anchor,
                more => format!("{anchor}-{more}"),
            });
            *count += 1;
        }
        anchors
    }
}

/// The fragment of a heading, as the book and code hosts both make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|sign| match sign {
        ' ' => Some('-'),
        sign if sign.is_alphanumeric() || matches!(sign, '-' | '_') => {
            Some(sign.to_ascii_lowercase())
        }
        _ => None,
    });
    kept.collect()
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All pages, by path.
pub(crate) fn all() -> Vec<Page> {
    let mut pages = Vec::new();
    collect(&repository().join("docs"), "", &mut pages);
    pages.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!pages.is_empty(), "no pages");
    pages
}

fn collect(folder: &Path, below: &str, pages: &mut Vec<Page>) {
    for entry in fs::read_dir(folder).expect("the folder is read") {
        let entry = entry.expect("an entry");
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("a type").is_dir() {
            collect(&entry.path(), &format!("{path}/"), pages);
        } else if path.ends_with(".md") && path != "SUMMARY.md" {
            let text = fs::read_to_string(entry.path()).expect("a page is text");
            pages.push(Page { path, text });
        }
    }
}
