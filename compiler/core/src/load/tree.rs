//! The hash of a package's folder: what `tenantry.lock` pins.
//!
//! It covers the paths and the bytes of all files that `vendor` copies, and nothing else: no
//! times, no mode bits, no order in which a system lists them. What begins with a dot belongs to
//! the tools of whoever looks at the folder, is not copied, and does not count.

use std::{collections::BTreeMap, fmt};

use sha2::Digest;

use super::{jail::join, rules::reason};
use crate::{
    emit::Sha256,
    limits::Limits,
    world::{ReadError, World},
};

/// Goes before everything else, so that no other use of the same hash can be mistaken for it.
const MARK: &[u8] = b"tenantry package 1\n";

/// Why a folder has no hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeError {
    /// Something in it cannot be read.
    Unreadable(String, ReadError),
    /// More files than a package may have.
    TooMany(usize),
    /// More bytes than a package may have.
    TooLarge(u64),
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => write!(f, "{path}: {}", reason(error)),
            Self::TooMany(most) => write!(f, "it has more than {most} files"),
            Self::TooLarge(most) => write!(f, "its files have more than {most} bytes together"),
        }
    }
}

/// A hash in the making: files are added in the order of their paths.
#[derive(Debug)]
pub struct TreeHash(sha2::Sha256);

impl Default for TreeHash {
    fn default() -> Self {
        let mut digest = sha2::Sha256::new();
        digest.update(MARK);
        Self(digest)
    }
}

impl TreeHash {
    /// Adds a file, whose path is relative to the package's folder. Lengths go first, so that no
    /// two trees have the same bytes.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        for part in [path.as_bytes(), bytes] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    /// The hash of what was added.
    pub fn finish(self) -> Sha256 {
        Sha256::from_digest(self.0.finalize().into())
    }
}

/// The hash of a tree in memory.
pub fn of_files(files: &BTreeMap<String, Vec<u8>>) -> Sha256 {
    let mut hash = TreeHash::default();
    for (path, bytes) in files {
        hash.add(path, bytes);
    }
    hash.finish()
}

/// The hash of the folder `root` of the world.
///
/// # Errors
/// Something in it cannot be read, or it is larger than the limits.
pub fn hash(world: &dyn World, root: &str, limits: &Limits) -> Result<Sha256, TreeError> {
    let mut files = BTreeMap::new();
    walk(world, root, "", limits, limits.folders, &mut files)?;
    let mut hash = TreeHash::default();
    let mut total = 0u64;
    for (path, whole) in &files {
        let bytes = world
            .bytes(whole)
            .map_err(|error| TreeError::Unreadable(whole.clone(), error))?;
        total += bytes.len() as u64;
        if total > limits.package_bytes {
            return Err(TreeError::TooLarge(limits.package_bytes));
        }
        hash.add(path, &bytes);
    }
    Ok(hash.finish())
}

/// Collects the files below `root/below`: the path within the package, and the whole one.
fn walk(
    world: &dyn World,
    root: &str,
    below: &str,
    limits: &Limits,
    depth: usize,
    files: &mut BTreeMap<String, String>,
) -> Result<(), TreeError> {
    let folder = match below {
        "" => root.to_owned(),
        below => join(root, below),
    };
    let unreadable = |error| TreeError::Unreadable(folder.clone(), error);
    for entry in world.list(&folder).map_err(unreadable)? {
        if entry.name.starts_with('.') {
            continue;
        }
        let path = join(below, &entry.name);
        if entry.folder && depth == 0 {
            return Err(unreadable(ReadError::Other(
                "folders are nested too deep".into(),
            )));
        } else if entry.folder {
            walk(world, root, &path, limits, depth - 1, files)?;
        } else if files.len() >= limits.package_files {
            return Err(TreeError::TooMany(limits.package_files));
        } else {
            files.insert(path, join(&folder, &entry.name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Memory;

    fn of(files: &[(&str, &str)]) -> Sha256 {
        let files = files
            .iter()
            .map(|(path, text)| (format!("p/{path}"), *text));
        hash(&Memory::new(files), "p", &Limits::default()).unwrap()
    }

    #[test]
    fn it_is_the_same_on_every_machine_and_in_every_version() {
        let files = [("tenantry.kdl", "package a"), ("x/y.kdl", "let a 1")];
        let known = "dbee6538dd35541225a9e67ad12e9767617a80cc11d5632737b338628fe7b769";
        assert_eq!(of(&files).to_string(), known);
        let in_memory = files.map(|(path, text)| (path.to_owned(), text.into()));
        assert_eq!(of_files(&in_memory.into()), of(&files));
    }

    #[test]
    fn every_path_and_byte_counts_and_their_borders_do() {
        let trees: [&[(&str, &str)]; 6] = [
            &[("a", "bc")],
            &[("ab", "c")],
            &[("a", "b"), ("c", "")],
            &[("a", "b"), ("c", "d")],
            &[("a", "bc"), ("d/e", "")],
            &[("a", "bc"), ("d-e", "")],
        ];
        for (at, tree) in trees.iter().enumerate() {
            for other in &trees[at + 1..] {
                assert_ne!(of(tree), of(other), "{tree:?} {other:?}");
            }
        }
    }

    #[test]
    fn what_begins_with_a_dot_does_not_count() {
        let plain = of(&[("a", "b")]);
        assert_eq!(
            of(&[("a", "b"), (".DS_Store", "x"), (".git/HEAD", "x")]),
            plain
        );
    }

    #[test]
    fn a_folder_without_end_is_not_read_to_the_end() {
        let world = Memory::new([("p/a", "12345"), ("p/b", "67890")]);
        let limits = |package_files, package_bytes| Limits {
            package_files,
            package_bytes,
            ..Limits::default()
        };
        assert!(hash(&world, "p", &limits(2, 10)).is_ok());
        assert_eq!(
            hash(&world, "p", &limits(1, 10)),
            Err(TreeError::TooMany(1))
        );
        assert_eq!(
            hash(&world, "p", &limits(2, 9)),
            Err(TreeError::TooLarge(9))
        );
    }
}
