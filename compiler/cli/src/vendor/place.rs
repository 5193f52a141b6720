//! Putting a package in its place: all of it or nothing.
#![expect(
    clippy::disallowed_methods,
    reason = "the door: packages are written here, below `vendor`"
)]

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::exit::Failure;

/// A folder beside the packages, on their file system, that goes away again. Its name begins with
/// a dot, so that nothing which is left by a kill is ever taken for a package.
#[derive(Debug)]
pub(crate) struct Stage(PathBuf);

impl Stage {
    /// A stage below `vendor`, which is made if it is not there.
    pub(crate) fn below(vendor: &Path) -> Result<Self, Failure> {
        let path = vendor.join(format!(".tenantry-{}", std::process::id()));
        let make = || {
            if fs::symlink_metadata(vendor).is_ok_and(|facts| facts.is_symlink()) {
                return Err(io::Error::other("it is a link"));
            }
            fs::create_dir_all(vendor)?;
            if path.exists() {
                fs::remove_dir_all(&path)?;
            }
            fs::create_dir(&path)
        };
        make().map_err(|error| cannot(vendor, &error))?;
        Ok(Self(path))
    }

    /// A path within it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What is left begins with a dot and is nobody's package.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Makes `target` hold exactly these files, in place of whatever it held.
pub(crate) fn put(
    stage: &Stage,
    target: &Path,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<(), Failure> {
    let (fresh, old) = (stage.path("new"), stage.path("old"));
    let write = || {
        fs::create_dir(&fresh)?;
        for (path, bytes) in files {
            let path = fresh.join(path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, bytes)?;
        }
        let there = fs::symlink_metadata(target).is_ok();
        if there {
            fs::rename(target, &old)?;
        }
        fs::rename(&fresh, target).inspect_err(|_| {
            if there {
                drop(fs::rename(&old, target));
            }
        })
    };
    write().map_err(|error| cannot(target, &error))
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot write {}: {error}", path.display()))
}
