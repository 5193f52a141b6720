//! What the compiler may know of the world: files of the estate, by path, and nothing else.

use std::{collections::BTreeMap, ops::Bound, sync::Arc};

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// There is none.
    Missing,
    /// It is not UTF-8; the offset of the first bad byte.
    NotText(usize),
    /// It is larger than the limit; its size in bytes.
    TooLarge(u64),
    /// The system's own words.
    Other(String),
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name, without the folder.
    pub name: String,
    /// Whether it is a folder itself.
    pub folder: bool,
}

/// The estate's files. Paths are relative to the estate's root, `/`-separated, and never leave
/// it; the folder `std:` holds the standard library.
pub trait World: Sync {
    /// The text of a file.
    ///
    /// # Errors
    /// Says why it cannot be had.
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError>;

    /// The bytes of a file, text or not: for the hash of a package, whose licence may have a
    /// picture beside it.
    ///
    /// # Errors
    /// Says why they cannot be had.
    fn bytes(&self, path: &str) -> Result<Arc<[u8]>, ReadError>;

    /// The entries of a folder (`""` is the root), in any order. Links are not followed out of
    /// the root.
    ///
    /// # Errors
    /// Says why it cannot be had.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, ReadError>;
}

/// A world in memory: tests, the browser, and the editor's unsaved files.
#[derive(Debug, Clone, Default)]
pub struct Memory(BTreeMap<String, Arc<str>>);

impl Memory {
    /// A world of these files.
    pub fn new<P: Into<String>, T: Into<Arc<str>>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Self {
        Self(
            files
                .into_iter()
                .map(|(path, text)| (path.into(), text.into()))
                .collect(),
        )
    }
}

impl Memory {
    /// Makes a file read otherwise, or be there at all.
    pub fn set(&mut self, path: &str, text: impl Into<Arc<str>>) {
        match self.0.get_mut(path) {
            Some(known) => *known = text.into(),
            None => {
                self.0.insert(path.to_owned(), text.into());
            }
        }
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) {
        self.0.remove(path);
    }
}

impl World for Memory {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        self.0.get(path).cloned().ok_or(ReadError::Missing)
    }

    fn bytes(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        self.read(path).map(|text| text.as_bytes().into())
    }

    /// Looks at what is in the folder, and of each folder there at one file.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, ReadError> {
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let mut entries = Vec::new();
        let mut from = prefix.clone();
        let after = |from: &str| {
            let mut range = self
                .0
                .range::<str, _>((Bound::Included(from), Bound::Unbounded));
            range.next()
        };
        while let Some((path, _)) = after(&from)
            && let Some(rest) = path.strip_prefix(&prefix)
        {
            let (name, folder) = match rest.split_once('/') {
                Some((name, _)) => (name, true),
                None => (rest, false),
            };
            entries.push(Entry {
                name: name.to_owned(),
                folder,
            });
            // Behind the file itself, or behind all that begins with the folder: `0` follows `/`.
            let behind = if folder { '0' } else { '\0' };
            from = format!("{prefix}{name}{behind}");
        }
        entries.sort();
        entries.dedup();
        Ok(entries)
    }
}

/// A world in which some files read otherwise than in the one below: what a change would make of
/// an estate.
pub struct Overlay<'a> {
    below: &'a dyn World,
    texts: BTreeMap<String, Arc<str>>,
}

impl<'a> Overlay<'a> {
    /// The world `below` with these texts. They are of files that it has: folders list what they
    /// listed.
    pub fn new(below: &'a dyn World, texts: BTreeMap<String, Arc<str>>) -> Self {
        Self { below, texts }
    }
}

impl World for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        match self.texts.get(path) {
            Some(text) => Ok(Arc::clone(text)),
            None => self.below.read(path),
        }
    }

    fn bytes(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        match self.texts.get(path) {
            Some(text) => Ok(text.as_bytes().into()),
            None => self.below.bytes(path),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, ReadError> {
        self.below.list(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::{Memory, World};

    #[test]
    fn a_folder_lists_each_entry_once() {
        let paths = ["a", "a/b", "a/c/d", "a-b/c", "a.kdl", "a0", "ab/c", "b"];
        let mut world = Memory::new(paths.map(|path| (path, "")));
        let list = |world: &Memory, folder| -> Vec<String> {
            let entries = world.list(folder).unwrap();
            let told = |folder| if folder { "/" } else { "" };
            let named = |entry: super::Entry| entry.name + told(entry.folder);
            entries.into_iter().map(named).collect()
        };
        let root = ["a", "a/", "a-b/", "a.kdl", "a0", "ab/", "b"];
        assert_eq!(list(&world, ""), root);
        assert_eq!(list(&world, "a"), ["b", "c/"]);
        assert_eq!(list(&world, "a/c"), ["d"]);
        assert!(list(&world, "c").is_empty());
        world.set("c/d", "");
        world.remove("a/b");
        assert_eq!(list(&world, "c"), ["d"]);
        assert_eq!(list(&world, "a"), ["c/"]);
    }
}
