//! The files of an estate as a page has them.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_core::world::{Entry, Memory, ReadError, World};

/// The folder of the standard library, which no file of an estate can shadow.
const LIBRARY: &str = "std:";

/// An estate in memory, with the standard library beside it.
#[derive(Clone)]
pub(crate) struct Estate {
    files: BTreeMap<String, Arc<str>>,
    /// The same files, as the compiler reads them.
    own: Memory,
    library: Memory,
    /// In one file.
    max_bytes: usize,
}

impl Estate {
    /// An estate without a file.
    pub(crate) fn new(library: Memory, max_bytes: u32) -> Self {
        Self {
            files: BTreeMap::new(),
            own: Memory::default(),
            library,
            max_bytes: usize::try_from(max_bytes).unwrap_or(usize::MAX),
        }
    }

    /// Takes these files and forgets the others.
    pub(crate) fn open(&mut self, files: BTreeMap<String, String>) {
        let files = files.into_iter();
        self.files = files.map(|(path, text)| (path, text.into())).collect();
        self.renew();
    }

    /// Notes that a file reads otherwise, or is no more.
    pub(crate) fn edit(&mut self, path: String, text: Option<String>) {
        match text {
            Some(text) => self.files.insert(path, text.into()),
            None => self.files.remove(&path),
        };
        self.renew();
    }

    fn renew(&mut self) {
        let files = self.files.iter();
        self.own = Memory::new(files.map(|(path, text)| (path.as_str(), Arc::clone(text))));
    }

    fn within(&self, path: &str) -> &Memory {
        if path.split('/').next() == Some(LIBRARY) {
            &self.library
        } else {
            &self.own
        }
    }
}

impl World for Estate {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        let text = self.within(path).read(path)?;
        if text.len() > self.max_bytes {
            return Err(ReadError::TooLarge(text.len() as u64));
        }
        Ok(text)
    }

    fn bytes(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        self.read(path).map(|text| text.as_bytes().into())
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, ReadError> {
        self.within(folder).list(folder)
    }
}
