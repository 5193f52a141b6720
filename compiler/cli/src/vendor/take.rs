//! A package's folder, read whole.
#![expect(
    clippy::disallowed_methods,
    reason = "the door: a package is read here, from where its user says"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use tenantry_core::{
    limits::Limits,
    load::{self, Head, Library, ROOT_FILE},
    world::Memory,
};

use crate::exit::Failure;

/// A package in memory.
#[derive(Debug)]
pub(crate) struct Taken {
    /// What it says of itself.
    pub(crate) head: Head,
    /// Its files, by their paths within it.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// Reads the package in a folder. What begins with a dot is not part of it.
pub(crate) fn take(folder: &Path, limits: &Limits) -> Result<Taken, Failure> {
    let root = fs::canonicalize(folder).map_err(|error| cannot(folder, &error))?;
    let mut reader = Reader {
        root: &root,
        limits,
        files: BTreeMap::new(),
        folded: BTreeSet::new(),
        bytes: 0,
    };
    reader.folder(&root, "", limits.folders)?;
    let files = reader.files;
    let specs = files.iter().filter(|(path, _)| path.ends_with(".kdl"));
    let texts = specs.filter_map(|(path, bytes)| {
        let text = String::from_utf8(bytes.clone()).ok()?;
        Some((path.clone(), text))
    });
    let loaded = load::load(&Memory::new(texts), Library::default(), limits);
    match loaded.value.and_then(|sources| sources.alone) {
        Some(head) => Ok(Taken { head, files }),
        None => Err(
            Failure::new(format!("{} is no package", folder.display())).help(format!(
                "a package is a folder whose {ROOT_FILE} has a `package NAME` at its top, and no \
             `estate`"
            )),
        ),
    }
}

struct Reader<'a> {
    root: &'a Path,
    limits: &'a Limits,
    files: BTreeMap<String, Vec<u8>>,
    /// The paths without the difference between large and small letters.
    folded: BTreeSet<String>,
    bytes: u64,
}

impl Reader<'_> {
    fn folder(&mut self, folder: &Path, below: &str, depth: usize) -> Result<(), Failure> {
        let entries = fs::read_dir(folder).map_err(|error| cannot(folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| cannot(folder, &error))?;
            let path = entry.path();
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                return Err(refused(&path, "its name is not UTF-8"));
            };
            if name.starts_with('.') {
                continue;
            }
            if name.contains(|c: char| c.is_control() || matches!(c, '\\' | ':')) {
                return Err(refused(
                    &path,
                    "its name means something else on other systems",
                ));
            }
            let within = match below {
                "" => name,
                below => format!("{below}/{name}"),
            };
            let kind = entry.file_type().map_err(|error| cannot(&path, &error))?;
            if kind.is_symlink() {
                self.link(&path, within)?;
            } else if kind.is_dir() && depth == 0 {
                return Err(refused(&path, "folders are nested too deep"));
            } else if kind.is_dir() {
                self.folder(&path, &within, depth - 1)?;
            } else if kind.is_file() {
                self.file(&path, within)?;
            } else {
                return Err(refused(&path, "it is neither a file nor a folder"));
            }
        }
        Ok(())
    }

    /// A link is taken as the file that it leads to, if that is part of the package.
    fn link(&mut self, path: &Path, within: String) -> Result<(), Failure> {
        let to = fs::canonicalize(path).map_err(|error| cannot(path, &error))?;
        if !to.starts_with(self.root) {
            return Err(refused(path, "it is a link that leads out of the package"));
        }
        let hidden = to.strip_prefix(self.root).is_ok_and(|below| {
            let mut parts = below.components();
            parts.any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."))
        });
        if hidden || !to.is_file() {
            return Err(refused(
                path,
                "it is a link to what is no file of the package",
            ));
        }
        self.file(&to, within)
    }

    fn file(&mut self, path: &Path, within: String) -> Result<(), Failure> {
        let size = fs::metadata(path)
            .map_err(|error| cannot(path, &error))?
            .len();
        if size > u64::from(self.limits.file_bytes) {
            let why = format!(
                "it has {size} bytes, at most {} are taken",
                self.limits.file_bytes
            );
            return Err(refused(path, &why));
        }
        self.bytes += size;
        if self.bytes > self.limits.package_bytes {
            let why = format!(
                "with it the package has more than {} bytes",
                self.limits.package_bytes
            );
            return Err(refused(path, &why));
        }
        if self.files.len() >= self.limits.package_files {
            let why = format!(
                "with it the package has more than {} files",
                self.limits.package_files
            );
            return Err(refused(path, &why));
        }
        if !self.folded.insert(within.to_lowercase()) {
            let why = "another file differs from it in large and small letters only";
            return Err(refused(path, why));
        }
        let bytes = fs::read(path).map_err(|error| cannot(path, &error))?;
        self.files.insert(within, bytes);
        Ok(())
    }
}

fn refused(path: &Path, why: &str) -> Failure {
    Failure::new(format!("{} is not taken: {why}", path.display()))
        .help("a package is a folder of plain files; nothing was changed")
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "it is not there".to_owned(),
        io::ErrorKind::NotADirectory => "it is not a folder".to_owned(),
        _ => error.to_string(),
    };
    Failure::new(format!("cannot read {}: {why}", path.display()))
}
