//! Spec files on the disk, for commands that read or write them one by one.
#![expect(
    clippy::disallowed_methods,
    reason = "this is one of the doors: a command was given these paths by its user"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Read as _},
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

/// What a folder holds of some kinds, for a reader of all of it.
#[derive(Debug, Default)]
pub(crate) struct Below {
    /// By where a file really lies, the path to print.
    found: BTreeMap<PathBuf, PathBuf>,
    /// Links that lead out of the folder, or nowhere: they are not read.
    pub(crate) left_out: Vec<PathBuf>,
}

impl Below {
    /// The files below a folder that end so, each once, in the order of their names. Hidden ones
    /// are none of them. A link to a file of the folder is that file; one to a folder is nothing.
    ///
    /// # Errors
    /// A folder cannot be read, or there are more files or folders within folders than may be.
    pub(crate) fn of(folder: &Path, ends: &[&str], most: (&str, usize)) -> Result<Self, Failure> {
        let mut below = Self::default();
        let root = fs::canonicalize(folder).map_err(|error| cannot("read", folder, &error))?;
        below.walk((&root, folder), folder, ends, DEEPEST, most)?;
        Ok(below)
    }

    /// The paths to print, sorted.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        let paths: BTreeSet<&PathBuf> = self.found.values().collect();
        paths.into_iter().cloned().collect()
    }

    fn walk(
        &mut self,
        (root, top): (&Path, &Path),
        folder: &Path,
        ends: &[&str],
        depth: usize,
        (bound, most): (&str, usize),
    ) -> Result<(), Failure> {
        let failed = |error| cannot("read", folder, &error);
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            entries.push((entry.file_name(), kind));
        }
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        for (name, kind) in entries {
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = folder.strip_prefix(".").unwrap_or(folder).join(&name);
            let wanted = path
                .extension()
                .and_then(|end| end.to_str())
                .is_some_and(|end| ends.contains(&end));
            if kind.is_dir() {
                if depth == 0 {
                    let why = format!("{} lies too deep in {}", path.display(), top.display());
                    return Err(Failure::new(why));
                }
                self.walk((root, top), &path, ends, depth - 1, (bound, most))?;
            } else if wanted && (kind.is_file() || kind.is_symlink()) {
                self.take(root, path, kind.is_file());
            }
            if self.found.len() > most {
                let why = format!("{} holds more than {most} files", top.display());
                return Err(Failure::limit(why, bound));
            }
        }
        Ok(())
    }

    fn take(&mut self, root: &Path, path: PathBuf, file: bool) {
        match fs::canonicalize(&path) {
            Ok(real) if file || (real.starts_with(root) && real.is_file()) => {
                // Of a file and a link to it, the file is what one knows.
                if file || !self.found.contains_key(&real) {
                    self.found.insert(real, path);
                }
            }
            _ => self.left_out.push(path),
        }
    }
}

/// The text of a file that holds at most so many bytes, of a pipe or a device too, or of standard
/// input, which is `-`. The bound has a name.
///
/// # Errors
/// It holds more, or cannot be read, or is no text.
pub(crate) fn read_within(path: &Path, (name, most): (&str, u64)) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let ample = most.saturating_add(1);
    let (called, read) = if path.as_os_str() == "-" {
        let read = io::stdin().lock().take(ample).read_to_end(&mut bytes);
        (Path::new("standard input"), read)
    } else {
        let file = fs::File::open(path);
        let read = file.and_then(|file| file.take(ample).read_to_end(&mut bytes));
        (path, read)
    };
    read.map_err(|error| cannot("read", called, &error))?;
    let called = called.display();
    if bytes.len() as u64 > most {
        let why = format!("{called} holds more than {most} bytes");
        return Err(Failure::limit(why, name));
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::new(format!("cannot read {called}: it is not UTF-8 text")))
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
