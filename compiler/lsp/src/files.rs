//! The files of an estate as the editor has them: open documents over what is below.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use tenantry_core::world::{Entry, ReadError, World};

type Listed = Result<Vec<Entry>, ReadError>;

/// What was read from below, until somebody says that it changed.
#[derive(Default)]
struct Cache {
    texts: BTreeMap<String, Result<Arc<str>, ReadError>>,
    folders: BTreeMap<String, Listed>,
}

/// Open documents over a folder. What was read below is kept: an estate of five hundred files is
/// not read again for a letter in one of them.
#[derive(Clone)]
pub struct Files {
    below: Arc<dyn World + Send + Sync>,
    cache: Arc<Mutex<Cache>>,
    open: Arc<BTreeMap<String, Arc<str>>>,
}

impl Files {
    /// The files of a folder, of which none is open.
    pub fn new(below: Arc<dyn World + Send + Sync>) -> Self {
        Self {
            below,
            cache: Arc::default(),
            open: Arc::default(),
        }
    }

    /// A document is open, and reads so.
    pub fn open(&mut self, path: &str, text: Arc<str>) {
        Arc::make_mut(&mut self.open).insert(path.to_owned(), text);
    }

    /// A document is closed: what is below counts again.
    pub fn close(&mut self, path: &str) {
        Arc::make_mut(&mut self.open).remove(path);
        self.forget(path);
    }

    /// Whether a document is open.
    pub fn is_open(&self, path: &str) -> bool {
        self.open.contains_key(path)
    }

    /// The open documents.
    pub fn opened(&self) -> BTreeSet<String> {
        self.open.keys().cloned().collect()
    }

    /// A file below changed, came or went.
    pub fn forget(&self, path: &str) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.texts.remove(path);
        cache.folders.clear();
    }

    /// Anything below may have changed.
    pub fn forget_all(&self) {
        *self.cache.lock().unwrap_or_else(PoisonError::into_inner) = Cache::default();
    }
}

impl World for Files {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        if let Some(text) = self.open.get(path) {
            return Ok(Arc::clone(text));
        }
        let known = {
            let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.texts.get(path).cloned()
        };
        known.unwrap_or_else(|| {
            let read = self.below.read(path).map(without_mark);
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.texts.insert(path.to_owned(), read.clone());
            read
        })
    }

    fn bytes(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        match self.open.get(path) {
            Some(text) => Ok(text.as_bytes().into()),
            None => self.below.bytes(path),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, ReadError> {
        let known = {
            let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.folders.get(folder).cloned()
        };
        let below = known.unwrap_or_else(|| {
            let listed = self.below.list(folder);
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.folders.insert(folder.to_owned(), listed.clone());
            listed
        });
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        // A document that was never saved is a file of its folder all the same.
        let opened = self.open.range(prefix.clone()..);
        let opened = opened.map_while(|(path, _)| path.strip_prefix(&prefix));
        let opened = opened.map(|rest| match rest.split_once('/') {
            Some((name, _)) => (name.to_owned(), true),
            None => (rest.to_owned(), false),
        });
        let opened: BTreeSet<(String, bool)> = opened.collect();
        if opened.is_empty() {
            return below;
        }
        let mut entries = match below {
            Ok(entries) => entries,
            Err(ReadError::Missing) => Vec::new(),
            Err(error) => return Err(error),
        };
        for (name, folder) in opened {
            if entries.iter().all(|entry| entry.name != name) {
                entries.push(Entry { name, folder });
            }
        }
        Ok(entries)
    }
}

/// A text as editors hold it: the mark of the byte order at its start is none of its characters.
fn without_mark(text: Arc<str>) -> Arc<str> {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.into(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenantry_core::world::Memory;

    #[test]
    fn open_documents_hide_what_is_below_and_join_its_folders() {
        let below = Memory::new([("tenantry.kdl", "a"), ("tenants/x.kdl", "b")]);
        let mut files = Files::new(Arc::new(below));
        assert_eq!(files.read("tenantry.kdl").as_deref(), Ok("a"));
        files.open("tenantry.kdl", "c".into());
        files.open("new/y.kdl", "d".into());
        assert_eq!(files.read("tenantry.kdl").as_deref(), Ok("c"));
        let names = |folder| {
            let mut names: Vec<_> = files
                .list(folder)
                .unwrap()
                .into_iter()
                .map(|entry| (entry.name, entry.folder))
                .collect();
            names.sort();
            names
        };
        let is = [("new", true), ("tenantry.kdl", false), ("tenants", true)];
        assert_eq!(
            names(""),
            is.map(|(name, folder)| (name.to_owned(), folder))
        );
        assert_eq!(names("new"), [("y.kdl".to_owned(), false)]);
        files.close("tenantry.kdl");
        assert_eq!(files.read("tenantry.kdl").as_deref(), Ok("a"));
    }

    #[test]
    fn the_mark_of_the_byte_order_is_no_text() {
        let below = Memory::new([("tenantry.kdl", "\u{feff}estate e")]);
        let files = Files::new(Arc::new(below));
        assert_eq!(files.read("tenantry.kdl").as_deref(), Ok("estate e"));
        let bytes = files.bytes("tenantry.kdl").unwrap();
        assert_eq!(&*bytes, "\u{feff}estate e".as_bytes());
    }
}
