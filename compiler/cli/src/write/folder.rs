//! The output folder. Every touch of the disk is here, by path from the folder, and none of them
//! goes through a symbolic link below it.
#![expect(
    clippy::disallowed_methods,
    reason = "the door: the output is written here"
)]

use std::{
    collections::BTreeSet,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256 as Hasher};
use tenantry_core::emit::Sha256;

use super::error::{What, WriteError};

/// The output folder.
pub(super) struct Folder {
    root: PathBuf,
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    File {
        executable: bool,
    },
    Folder,
    /// Something else, or, above the path, something that is no folder.
    Other {
        at: String,
        what: What,
    },
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// What is at a path, without following a link.
    pub(super) fn look(&self, name: &str) -> Result<Found, WriteError> {
        for above in folders(name) {
            match self.kind(above)? {
                Found::Folder => {}
                Found::Nothing => return Ok(Found::Nothing),
                Found::File { .. } => return Ok(other(above, What::File)),
                found @ Found::Other { .. } => return Ok(found),
            }
        }
        self.kind(name)
    }

    fn kind(&self, name: &str) -> Result<Found, WriteError> {
        let path = self.path(name);
        let facts = match fs::symlink_metadata(&path) {
            Ok(facts) => facts,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(WriteError::io("look at", path, &error)),
        };
        let kind = facts.file_type();
        Ok(if kind.is_symlink() {
            other(name, What::Link)
        } else if kind.is_dir() {
            Found::Folder
        } else if kind.is_file() {
            Found::File {
                executable: is_executable(&facts),
            }
        } else {
            other(name, What::Special)
        })
    }

    /// Whether two names lead to the same file, as they do where capitals do not count.
    pub(super) fn is_same(&self, a: &str, b: &str) -> bool {
        let real = |name| fs::canonicalize(self.path(name)).ok();
        real(a).is_some_and(|a| Some(a) == real(b))
    }

    /// The hash of a file, of whatever size.
    pub(super) fn hash(&self, name: &str) -> Result<Sha256, WriteError> {
        let path = self.path(name);
        let hash = || -> io::Result<Sha256> {
            let mut file = File::open(&path)?;
            let mut hasher = Hasher::new();
            let mut piece = vec![0; 64 << 10];
            loop {
                match file.read(&mut piece)? {
                    0 => return Ok(Sha256::from_digest(hasher.finalize().into())),
                    length => hasher.update(&piece[..length]),
                }
            }
        };
        hash().map_err(|error| WriteError::io("read", &path, &error))
    }

    /// The bytes of a file of ours.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, WriteError> {
        let path = self.path(name);
        fs::read(&path).map_err(|error| WriteError::io("read", path, &error))
    }

    /// The names in a folder with whether they are folders; none for a name that is not text.
    pub(super) fn list(&self, name: &str) -> Result<Vec<Option<(String, bool)>>, WriteError> {
        let path = self.path(name);
        let list = || -> io::Result<_> {
            let entry = |entry: io::Result<fs::DirEntry>| -> io::Result<_> {
                let entry = entry?;
                let folder = entry.file_type()?.is_dir();
                Ok(entry
                    .file_name()
                    .into_string()
                    .ok()
                    .map(|name| (name, folder)))
            };
            fs::read_dir(&path)?.map(entry).collect()
        };
        list().map_err(|error| WriteError::io("list", &path, &error))
    }

    /// Makes the output folder itself, wherever it is.
    pub(super) fn create(&self) -> Result<(), WriteError> {
        fs::create_dir_all(&self.root)
            .map_err(|error| WriteError::io("make the folder", &self.root, &error))
    }

    /// Makes a folder and those above it.
    pub(super) fn create_folder(&self, name: &str) -> Result<(), WriteError> {
        for folder in folders(name).chain([name]) {
            match self.kind(folder)? {
                Found::Folder => {}
                Found::Nothing => {
                    let path = self.path(folder);
                    fs::create_dir(&path)
                        .map_err(|error| WriteError::io("make the folder", path, &error))?;
                }
                Found::File { .. } => return Err(WriteError::obstructed(folder, What::File)),
                Found::Other { at, what } => return Err(WriteError::obstructed(at, what)),
            }
        }
        Ok(())
    }

    /// Writes a file that does not exist yet.
    pub(super) fn write_new(
        &self,
        name: &str,
        bytes: &[u8],
        executable: bool,
    ) -> Result<(), WriteError> {
        let path = self.path(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        set_mode(&mut options, executable);
        let written = options
            .open(&path)
            .and_then(|mut file| file.write_all(bytes));
        written.map_err(|error| WriteError::io("write", path, &error))
    }

    /// Opens a file that is written in place, made if there is none: only our lock is.
    pub(super) fn open(&self, name: &str) -> Result<File, WriteError> {
        if let Found::Other { at, what } = self.look(name)? {
            return Err(WriteError::obstructed(at, what));
        }
        let path = self.path(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        options
            .open(&path)
            .map_err(|error| WriteError::io("open", path, &error))
    }

    /// Waits until a file is on the disk.
    pub(super) fn sync(&self, name: &str) -> Result<(), WriteError> {
        let path = self.path(name);
        let synced = OpenOptions::new()
            .write(true)
            .open(&path)
            .and_then(|file| file.sync_all());
        synced.map_err(|error| WriteError::io("sync", path, &error))
    }

    /// Waits until the names in a folder are on the disk, where a system can be asked that.
    pub(super) fn sync_folder(&self, name: &str) -> Result<(), WriteError> {
        if !cfg!(unix) {
            return Ok(());
        }
        let path = self.path(name);
        let synced = File::open(&path).and_then(|folder| folder.sync_all());
        synced.map_err(|error| WriteError::io("sync", path, &error))
    }

    /// Moves a file, over another if there is one.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), WriteError> {
        let path = self.path(to);
        fs::rename(self.path(from), &path).map_err(|error| WriteError::io("write", path, &error))
    }

    /// Removes a file.
    pub(super) fn remove(&self, name: &str) -> Result<(), WriteError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(WriteError::io("remove", path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Removes a folder of ours with all that is in it. A link in its place is removed itself.
    pub(super) fn remove_all(&self, name: &str) -> Result<(), WriteError> {
        let path = self.path(name);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(WriteError::io("remove", path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Removes the folders above these files that hold nothing any more, the innermost first. One
    /// that will not go stays: an empty folder harms nobody.
    pub(super) fn prune<'n>(&self, names: impl Iterator<Item = &'n str>) {
        let above: BTreeSet<&str> = names.flat_map(folders).collect();
        for folder in above.into_iter().rev() {
            if matches!(self.look(folder), Ok(Found::Folder)) {
                let _ = fs::remove_dir(self.path(folder));
            }
        }
    }
}

fn other(at: &str, what: What) -> Found {
    Found::Other {
        at: at.to_owned(),
        what,
    }
}

/// The folders above a path, the outermost first.
pub(super) fn folders(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').map(|(at, _)| &name[..at])
}

#[cfg(unix)]
fn is_executable(facts: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    facts.permissions().mode() & 0o111 != 0
}

#[cfg(unix)]
fn set_mode(options: &mut OpenOptions, executable: bool) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(if executable { 0o777 } else { 0o666 });
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn set_mode(_: &mut OpenOptions, _: bool) {}
