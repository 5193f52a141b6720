//! One build at a time in one folder.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
};

use super::{
    OWN,
    error::WriteError,
    folder::{Folder, Found},
};

const LOCK: &str = ".tenantry/lock";
const IGNORE: &str = ".tenantry/.gitignore";

/// Holds the folder until it is dropped; the system lets go of it for a process that dies. The
/// file stays: to remove it would take the lock from whoever has just opened it.
pub(super) struct Lock {
    _file: File,
}

/// Takes the folder, made if it is not there, for this build.
pub(super) fn acquire(folder: &Folder) -> Result<Lock, WriteError> {
    folder.create()?;
    folder.create_folder(OWN)?;
    if folder.look(IGNORE)? == Found::Nothing {
        folder.write_new(IGNORE, b"*\n", false)?;
    }
    let mut file = folder.open(LOCK)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(WriteError::Busy {
                lock: folder.path(LOCK),
                process: holder(&mut file),
            });
        }
        Err(TryLockError::Error(error)) => {
            return Err(WriteError::io("lock", folder.path(LOCK), &error));
        }
    }
    sign(&mut file).map_err(|error| WriteError::io("write", folder.path(LOCK), &error))?;
    Ok(Lock { _file: file })
}

/// Says who holds the lock.
fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

/// Who holds the lock, if it has said so and the system lets us read it.
fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
