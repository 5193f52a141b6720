//! Golden outputs: what a build must write, kept as the raw files a reviewer, `kubectl` and
//! `ansible-inventory` open as they are.
//!
//! ```text
//! TENANTRY_UPDATE=1 cargo test -p tenantry-tests     # accept what the compiler writes now
//! ```
#![expect(
    clippy::disallowed_methods,
    reason = "goldens live on the disk, outside of every compile"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Set to anything but the empty string or `0`, [`compare_dir`] rewrites instead of comparing.
pub const UPDATE: &str = "TENANTRY_UPDATE";

/// Beside `out/`, for an output too large to be stored whole: a line for each folder of it that is
/// kept. Its manifest always is, and that has the hash of every file.
pub const SAMPLE: &str = "sample.txt";

/// How many differing files a message shows before it only counts.
const SHOWN_FILES: usize = 10;
/// How many differing lines of one file a message shows.
const SHOWN_LINES: usize = 12;

/// Compares `produced` (path relative to the output folder, with `/`, to bytes) with the raw
/// files under `expected`, byte for byte and in both directions.
///
/// With [`UPDATE`] set, `expected` is made equal to `produced` instead: files are written, and
/// files that are no longer produced are removed.
///
/// # Errors
/// A text that names every missing, superfluous and differing file, the latter with the first
/// lines that differ, and how to accept the change.
pub fn compare_dir(expected: &Path, produced: &BTreeMap<String, Vec<u8>>) -> Result<(), String> {
    compare_or_update(expected, produced, updating())
}

/// What is kept of an output: all of it, or what [`SAMPLE`] in the folder `golden` lists.
///
/// # Errors
/// Whatever the file system answers, a missing file apart.
pub fn kept(
    golden: &Path,
    produced: BTreeMap<String, Vec<u8>>,
) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let sample = match fs::read_to_string(golden.join(SAMPLE)) {
        Ok(sample) => sample,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(produced),
        Err(error) => return Err(error),
    };
    let wanted = |path: &str| {
        let folders = sample.lines().filter(|line| !line.is_empty());
        path.ends_with("manifest.json")
            || folders
                .filter_map(|folder| path.strip_prefix(folder))
                .any(|rest| rest.starts_with('/'))
    };
    Ok(produced
        .into_iter()
        .filter(|(path, _)| wanted(path))
        .collect())
}

/// Whether [`UPDATE`] is set.
pub fn updating() -> bool {
    std::env::var(UPDATE).is_ok_and(|value| !value.is_empty() && value != "0")
}

fn compare_or_update(
    expected: &Path,
    produced: &BTreeMap<String, Vec<u8>>,
    update: bool,
) -> Result<(), String> {
    let stored = read_dir(expected)
        .map_err(|error| format!("cannot read {}: {error}", expected.display()))?;
    if update {
        return rewrite(expected, &stored, produced)
            .map_err(|error| format!("cannot update {}: {error}", expected.display()));
    }
    let report = difference(&stored, produced);
    if report.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the output differs from {}:\n{report}\nIf this is what it should be: {UPDATE}=1 cargo test -p tenantry-tests, then review the diff.",
        expected.display()
    ))
}

/// Every file under `dir`, by its path relative to `dir`; a folder that is absent holds none.
///
/// # Errors
/// Whatever the file system answers.
pub fn read_dir(dir: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(folder) = pending.pop() {
        let entries = match fs::read_dir(dir.join(&folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                pending.push(path);
            } else {
                files.insert(slashed(&path), fs::read(dir.join(&path))?);
            }
        }
    }
    Ok(files)
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Writes files below `dir`.
///
/// # Errors
/// Whatever the file system answers.
pub fn write_dir(dir: &Path, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    rewrite(dir, &BTreeMap::new(), files)
}

fn rewrite(
    dir: &Path,
    stored: &BTreeMap<String, Vec<u8>>,
    produced: &BTreeMap<String, Vec<u8>>,
) -> io::Result<()> {
    for stale in stored.keys().filter(|path| !produced.contains_key(*path)) {
        fs::remove_file(dir.join(stale))?;
    }
    for (path, bytes) in produced {
        if stored.get(path) == Some(bytes) {
            continue;
        }
        let file = dir.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, bytes)?;
    }
    Ok(())
}

/// Empty when equal; else one paragraph per file.
fn difference(stored: &BTreeMap<String, Vec<u8>>, produced: &BTreeMap<String, Vec<u8>>) -> String {
    let paths: BTreeSet<&String> = stored.keys().chain(produced.keys()).collect();
    let mut shown = Vec::new();
    let mut hidden = 0_usize;
    for path in paths {
        let paragraph = match (stored.get(path), produced.get(path)) {
            (Some(old), Some(new)) if old == new => continue,
            (Some(old), Some(new)) => format!("  differs   {path}\n{}", first_lines(old, new)),
            (Some(_), None) => format!("  missing   {path} is expected, and was not produced\n"),
            (None, _) => format!("  unexpected {path} was produced, and no golden file has it\n"),
        };
        if shown.len() < SHOWN_FILES {
            shown.push(paragraph);
        } else {
            hidden += 1;
        }
    }
    if hidden > 0 {
        shown.push(format!("  … and {hidden} more files\n"));
    }
    shown.concat()
}

/// The changed region of two texts: what is between their common head and their common tail.
fn first_lines(old: &[u8], new: &[u8]) -> String {
    let (Ok(old), Ok(new)) = (str::from_utf8(old), str::from_utf8(new)) else {
        return "            (not text)\n".to_owned();
    };
    let (old, new): (Vec<_>, Vec<_>) = (
        old.split_inclusive('\n').collect(),
        new.split_inclusive('\n').collect(),
    );
    let head = old
        .iter()
        .zip(&new)
        .take_while(|(left, right)| left == right)
        .count();
    let shortest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(shortest);
    let tail = tail.take_while(|(left, right)| left == right).count();
    let mut text = String::new();
    side(
        &mut text,
        '-',
        head,
        old.get(head..old.len() - tail).unwrap_or_default(),
    );
    side(
        &mut text,
        '+',
        head,
        new.get(head..new.len() - tail).unwrap_or_default(),
    );
    text
}

fn side(text: &mut String, sign: char, first: usize, lines: &[&str]) {
    for (index, line) in lines.iter().take(SHOWN_LINES).enumerate() {
        let end = if line.ends_with('\n') {
            ""
        } else {
            "   (no newline at end)"
        };
        let _infallible = writeln!(
            text,
            "  {:>6} {sign} {}{end}",
            first + index + 1,
            line.trim_end_matches('\n')
        );
    }
    if lines.len() > SHOWN_LINES {
        let _infallible = writeln!(
            text,
            "         {sign} … {} more lines",
            lines.len() - SHOWN_LINES
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        pairs
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn a_golden_folder_is_written_once_and_then_compared() {
        let dir = tempfile::tempdir().unwrap();
        let first = files(&[("a.yaml", "a: 1\n"), ("deep/b.yaml", "b: 1\n")]);
        compare_or_update(dir.path(), &first, true).unwrap();
        compare_or_update(dir.path(), &first, false).unwrap();

        let second = files(&[("a.yaml", "a: 2\n"), ("c.yaml", "c: 1\n")]);
        let message = compare_or_update(dir.path(), &second, false).unwrap_err();
        assert!(
            message.contains("1 - a: 1") && message.contains("1 + a: 2"),
            "{message}"
        );
        assert!(message.contains("missing   deep/b.yaml"), "{message}");
        assert!(message.contains("unexpected c.yaml"), "{message}");

        compare_or_update(dir.path(), &second, true).unwrap();
        assert_eq!(read_dir(dir.path()).unwrap(), second);
    }

    #[test]
    fn a_sample_is_folders_and_the_manifest() {
        let dir = tempfile::tempdir().unwrap();
        let all = files(&[
            ("manifest.json", ""),
            ("a/x", ""),
            ("ab/x", ""),
            ("b/x", ""),
        ]);
        assert_eq!(kept(dir.path(), all.clone()).unwrap(), all);
        fs::write(dir.path().join(SAMPLE), "a\n").unwrap();
        let some = files(&[("manifest.json", ""), ("a/x", "")]);
        assert_eq!(kept(dir.path(), all).unwrap(), some);
    }

    #[test]
    fn only_the_changed_region_is_shown() {
        let text = first_lines(b"same\nold\nsame\n", b"same\nnew\nnewer\nsame\n");
        assert_eq!(text, "       2 - old\n       2 + new\n       3 + newer\n");
    }

    #[test]
    fn a_missing_newline_is_a_difference_one_can_see() {
        assert!(first_lines(b"a\n", b"a").contains("(no newline at end)"));
    }
}
