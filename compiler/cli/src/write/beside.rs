//! A single file that the compiler keeps outside the output.
#![expect(
    clippy::disallowed_methods,
    reason = "the door: the lock file is written here"
)]

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::error::{What, WriteError};

/// Writes a file by an atomic rename: whoever reads it sees the old bytes or the new ones. A file
/// that already holds the bytes is left alone.
///
/// # Errors
/// The system refuses, or the path is a symbolic link, a folder or a device.
pub fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let fail = |doing| move |error: io::Error| WriteError::io(doing, path, &error);
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(WriteError::io("look at", path, &error)),
        Ok(facts) if facts.is_file() => {
            if fs::read(path).map_err(fail("read"))? == bytes {
                return Ok(());
            }
        }
        Ok(facts) => {
            let what = match (facts.is_symlink(), facts.is_dir()) {
                (true, _) => What::Link,
                (_, true) => What::Folder,
                _ => What::Special,
            };
            return Err(WriteError::obstructed(path.display().to_string(), what));
        }
    }
    let draft = draft_of(path);
    let write = || -> io::Result<()> {
        if fs::symlink_metadata(&draft).is_ok() {
            fs::remove_file(&draft)?;
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        sync_parent(path)
    };
    write().map_err(fail("write"))
}

/// A name beside it that nobody else uses: `.tenantry.lock.new`.
fn draft_of(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    path.with_file_name(name)
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if cfg!(unix) => {
            let here = parent.as_os_str().is_empty();
            File::open(if here { Path::new(".") } else { parent })?.sync_all()
        }
        _ => Ok(()),
    }
}
