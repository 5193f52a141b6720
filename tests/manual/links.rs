//! The table of contents, and where links lead.

use std::{collections::BTreeMap, fs, path::Path};

use crate::page::{self, Page, repository};

/// Pages that are no part of the book and have links too.
fn beside_the_book() -> Vec<Page> {
    let root = repository();
    let mut paths = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned()];
    for entry in fs::read_dir(root.join("examples")).expect("there are examples") {
        let name = entry.expect("an entry").file_name();
        paths.push(format!("examples/{}/README.md", name.to_string_lossy()));
    }
    paths.sort();
    let read = |path: String| Page {
        text: fs::read_to_string(root.join(&path)).unwrap_or_default(),
        path,
    };
    paths.into_iter().map(read).collect()
}

/// The targets of a line's links, images included.
fn targets(line: &str) -> Vec<&str> {
    // What is in backticks is no link: every second part.
    let mut found = Vec::new();
    let mut code = false;
    let mut rest = line;
    while let Some(at) = rest.find(['`', ']']) {
        let (sign, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        if sign == b'`' {
            code = !code;
        } else if let (false, Some(inside)) = (code, after.strip_prefix('(')) {
            found.extend(inside.split([')', ' ']).next());
        }
        rest = after;
    }
    found
}

/// The path of `target`, seen from the page `from`: both with `/`, `..` resolved.
fn joined(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Every link that leads nowhere.
pub(crate) fn broken() -> Vec<String> {
    let mut pages: BTreeMap<String, Page> = BTreeMap::new();
    for page in page::all() {
        let path = format!("docs/{}", page.path);
        pages.insert(path.clone(), Page { path, ..page });
    }
    for page in beside_the_book() {
        pages.insert(page.path.clone(), page);
    }
    let mut wrong = Vec::new();
    for page in pages.values() {
        for (line, text) in page.prose() {
            for target in targets(text) {
                if let Some(why) = leads_nowhere(&pages, &page.path, target) {
                    wrong.push(format!("{}:{line}: `{target}` {why}", page.path));
                }
            }
        }
    }
    wrong
}

fn leads_nowhere(pages: &BTreeMap<String, Page>, from: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
    let there = match path {
        "" => from.to_owned(),
        path => match joined(from, path) {
            Some(there) => there,
            None => return Some("leaves the repository".to_owned()),
        },
    };
    if from.starts_with("docs/") && !there.starts_with("docs/") {
        return Some("leaves the book, which is read alone".to_owned());
    }
    if !repository().join(Path::new(&there)).exists() {
        return Some(format!("leads nowhere: there is no {there}"));
    }
    if fragment.is_empty() {
        return None;
    }
    let Some(page) = pages.get(&there) else {
        return Some(format!("has a fragment, and {there} is no page"));
    };
    if page.anchors().iter().any(|anchor| anchor == fragment) {
        return None;
    }
    Some(format!(
        "leads nowhere: no heading of {there} is `{fragment}`"
    ))
}

/// Pages that the table of contents has not once, and entries without a page.
pub(crate) fn misplaced() -> Vec<String> {
    let summary = fs::read_to_string(repository().join("docs/SUMMARY.md"))
        .expect("there is a table of contents");
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    for target in summary.lines().flat_map(targets) {
        *listed.entry(target).or_default() += 1;
    }
    let pages = page::all();
    let mut wrong: Vec<String> = pages
        .iter()
        .map(|page| (page, listed.remove(page.path.as_str()).unwrap_or(0)))
        .filter(|(_, count)| *count != 1)
        .map(|(page, count)| format!("docs/SUMMARY.md has docs/{} {count} times", page.path))
        .collect();
    let gone = listed
        .keys()
        .map(|path| format!("docs/SUMMARY.md has `{path}`, which is no page"));
    wrong.extend(gone);
    wrong
}

#[test]
fn links_in_code_are_none() {
    assert_eq!(
        targets("see [a](b.md#c) and `[x](y)`, [`z`](w.md)"),
        ["b.md#c", "w.md"]
    );
}
