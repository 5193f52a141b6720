//! Where estates are: the folders of a workspace, and the one around a document.
#![expect(
    clippy::disallowed_methods,
    reason = "the door: folders are listed here"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use tenantry_core::load::ROOT_FILE;

/// Folders that are looked into for estates, at most.
const MOST: usize = 20_000;

/// Folders that hold none, and may be huge.
const SKIPPED: [&str; 4] = ["node_modules", "target", "vendor", "out"];

/// The folders with a `tenantry.kdl` at or below `root`, sorted.
pub(super) fn below(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut due = vec![root.to_owned()];
    let mut seen = 0;
    while let Some(folder) = due.pop() {
        seen += 1;
        if seen > MOST {
            break;
        }
        if is_estate(&folder) {
            found.push(folder.clone());
        }
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // A link may lead in a circle.
            let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if folder && !name.starts_with('.') && !SKIPPED.contains(&&*name) {
                due.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// Whether a folder has a `tenantry.kdl` on the disk.
pub(super) fn is_estate(folder: &Path) -> bool {
    folder.join(ROOT_FILE).is_file()
}

/// The nearest folder at or above a file that is an estate or a package; a `tenantry.kdl` that is
/// not yet saved makes its folder one.
pub(super) fn around(file: &Path) -> Option<PathBuf> {
    if file.file_name().is_some_and(|name| name == ROOT_FILE) {
        return file.parent().map(Path::to_owned);
    }
    let above = file.ancestors().skip(1);
    let mut estates = above.filter(|folder| folder.join(ROOT_FILE).is_file());
    estates.next().map(Path::to_owned)
}

/// The path of a `file:` URI, decoded.
pub(super) fn path_of(decoded: &str) -> Option<PathBuf> {
    let path = decoded.strip_prefix("file://")?;
    // `file:///c:/estates`: the slash belongs to the URI.
    let drive = path.strip_prefix('/').filter(|rest| {
        let mut letters = rest.chars();
        letters
            .next()
            .is_some_and(|letter| letter.is_ascii_alphabetic())
            && letters.next() == Some(':')
    });
    Some(PathBuf::from(drive.unwrap_or(path)))
}
