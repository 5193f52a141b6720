//! Spec files on the disk, for commands that read or write them one by one.
#![expect(
    clippy::disallowed_methods,
    reason = "this is one of the doors: a command was given these paths by its user"
)]

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::exit::Failure;

/// Folders deeper than this are taken for a mistake.
const DEEPEST: usize = 32;

/// The spec files that the paths name: a file is itself, a folder all `*.kdl` below it, in the
/// order of their names. Links, hidden folders and `vendor` are not followed.
pub(crate) fn specs(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = BTreeSet::new();
    for path in paths {
        if path.is_dir() {
            walk(path, DEEPEST, &mut found).map_err(|error| cannot("read", path, &error))?;
        } else {
            found.insert(path.clone());
        }
    }
    Ok(found.into_iter().collect())
}

fn walk(folder: &Path, depth: usize, found: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let hidden = name.as_encoded_bytes().starts_with(b".") || name == "vendor";
        let kind = entry.file_type()?;
        let path = folder.strip_prefix(".").unwrap_or(folder).join(&name);
        if kind.is_dir() && !hidden && depth > 0 {
            walk(&path, depth - 1, found)?;
        } else if kind.is_file() && !hidden && path.extension().is_some_and(|it| it == "kdl") {
            found.insert(path);
        }
    }
    Ok(())
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => Failure::new(format!(
            "cannot read {}: it is not UTF-8 text",
            path.display()
        )),
        _ => cannot("read", path, &error),
    })
}

/// Whether a folder holds nothing but hidden files; one that is not there holds nothing.
pub(crate) fn is_free(folder: &Path) -> Result<bool, Failure> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.all(|entry| {
            entry.is_ok_and(|entry| entry.file_name().as_encoded_bytes().starts_with(b"."))
        })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(cannot("read", folder, &error)),
    }
}

/// The text of a file, if there is one.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>, Failure> {
    match fs::symlink_metadata(path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound) => Ok(None),
        Err(error) => Err(cannot("read", path, &error)),
        Ok(_) => read(path).map(Some),
    }
}

/// The bytes of a file, if there is one.
pub(crate) fn bytes_if_there(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", path, &error)),
    }
}

/// Whether a path, of which the end need not be there yet, lies in a folder or is it.
pub(crate) fn lies_within(path: &Path, folder: &Path) -> Result<bool, Failure> {
    let real = |path: &Path| fs::canonicalize(path).map_err(|error| cannot("read", path, &error));
    let absolute = std::path::absolute(path).map_err(|error| cannot("read", path, &error))?;
    let there = absolute.ancestors().find(|path| path.exists());
    let there = there.unwrap_or(Path::new("/"));
    let rest = absolute.strip_prefix(there).unwrap_or(Path::new(""));
    Ok(real(there)?.join(rest).starts_with(real(folder)?))
}

/// Writes a file that is not there yet, and the folders above it.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)?;
        io::Write::write_all(&mut file, text.as_bytes())
    };
    write().map_err(|error| cannot("write", path, &error))
}

/// Whether a file may be written. One that is marked read-only could be replaced all the same, by
/// a rename; but somebody meant something by it.
pub(crate) fn writable(path: &Path, shown: &Path) -> Result<(), Failure> {
    let facts = fs::metadata(path).map_err(|error| cannot("write", shown, &error))?;
    if facts.permissions().readonly() {
        let why = format!("cannot write {}: it is marked read-only", shown.display());
        return Err(Failure::new(why));
    }
    Ok(())
}

/// Replaces a file's text: beside it, then by a rename, so that a crash leaves the old or the
/// new one. A link stays a link, and the permissions stay.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    writable(path, path)?;
    let write = || {
        let target = fs::canonicalize(path)?;
        let permissions = fs::metadata(&target)?.permissions();
        renamed(&target, text, Some(permissions))
    };
    write().map_err(|error| cannot("write", path, &error))
}

/// Writes a file whole, whether or not it is there: beside it, then by a rename, so that nobody
/// ever reads half of it. A link stays a link; a pipe or a device is written to as it is.
pub(crate) fn put(path: &Path, text: &str) -> Result<(), Failure> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let there = fs::metadata(&target).ok();
    if there.as_ref().is_some_and(fs::Metadata::is_dir) || target.file_name().is_none() {
        return Err(Failure::new(format!(
            "cannot write {}: it is a folder",
            path.display()
        )));
    }
    let folder = target.parent().filter(|it| !it.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Failure::new(format!(
            "cannot write {}: there is no folder {}",
            path.display(),
            folder.display()
        )));
    }
    let written = match there {
        Some(facts) if !facts.is_file() => open(&target, false, text),
        there => renamed(&target, text, there.map(|facts| facts.permissions())),
    };
    written.map_err(|error| cannot("write", path, &error))
}

/// A file by a rename of one beside it, of which nothing stays where that fails.
fn renamed(target: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.tenantry-{}", std::process::id()));
    let write = || {
        // Of a process that had our number and was killed.
        if fs::symlink_metadata(&beside).is_ok() {
            fs::remove_file(&beside)?;
        }
        open(&beside, true, text)?;
        if let Some(permissions) = permissions {
            fs::set_permissions(&beside, permissions)?;
        }
        fs::rename(&beside, target)
    };
    write().inspect_err(|_| drop(fs::remove_file(&beside)))
}

fn open(path: &Path, new: bool, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(new)
        .open(path)?;
    io::Write::write_all(&mut file, text.as_bytes())
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "it is not there".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::AlreadyExists => "it is there already".to_owned(),
        _ => error.to_string(),
    };
    Failure::new(format!("cannot {what} {}: {why}", path.display()))
}
