//! The estate's folder as the compiler may see it.
//!
//! Specs come from strangers, so that this reads regular files below the root and nothing else: a
//! path cannot climb, a link cannot lead out, a pipe cannot make us wait, a size is known before a
//! byte is read.
#![expect(clippy::disallowed_methods, reason = "the door: specs are read here")]

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use tenantry_core::world::{Entry, Memory, ReadError, World};

/// The folder of the standard library, which no folder on the disk can shadow.
const LIBRARY: &str = "std:";

/// A folder on the disk, and the standard library beside it.
#[derive(Debug)]
pub struct Disk {
    /// Without links, so that it is a prefix of all that lies below.
    root: PathBuf,
    library: Memory,
    /// In one file.
    max_bytes: u64,
}

impl Disk {
    /// The world of an estate whose root is this folder, and whose files hold at most that many
    /// bytes each.
    ///
    /// # Errors
    /// The folder is not there or cannot be read.
    pub fn open(root: &Path, max_bytes: u32) -> Result<Self, ReadError> {
        let files = tenantry_stdlib::FILES.iter();
        let library = files.map(|(path, text)| (format!("{LIBRARY}/{path}"), *text));
        Ok(Self {
            root: fs::canonicalize(root).map_err(|error| refused(&error))?,
            library: Memory::new(library),
            max_bytes: max_bytes.into(),
        })
    }

    /// The root, as an absolute path without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path of the estate really lies, if that is within the root.
    ///
    /// # Errors
    /// It does not lie there, or is none.
    pub fn locate(&self, path: &str) -> Result<PathBuf, ReadError> {
        let plain = |part| matches!(part, Component::Normal(_));
        // `components` is lenient with `a//b` and `a/.`; one file shall have one name.
        let spelt = path.is_empty() || path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !spelt || !Path::new(path).components().all(plain) {
            return Err(ReadError::Other(
                "the path is not one below the estate's root".to_owned(),
            ));
        }
        let real = fs::canonicalize(self.root.join(path)).map_err(|error| refused(&error))?;
        if !real.starts_with(&self.root) {
            return Err(ReadError::Other(
                "it is a link that leads out of the estate's root".to_owned(),
            ));
        }
        Ok(real)
    }

    fn whole(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        let facts = fs::metadata(path).map_err(|error| refused(&error))?;
        self.admit(&facts)?;
        let mut bytes = Vec::new();
        // It may grow while it is read.
        let read =
            File::open(path).and_then(|file| file.take(self.max_bytes + 1).read_to_end(&mut bytes));
        let length = read.map_err(|error| refused(&error))? as u64;
        if length > self.max_bytes {
            return Err(ReadError::TooLarge(length));
        }
        Ok(bytes)
    }

    fn text(&self, path: &Path) -> Result<String, ReadError> {
        String::from_utf8(self.whole(path)?)
            .map_err(|error| ReadError::NotText(error.utf8_error().valid_up_to()))
    }

    fn admit(&self, facts: &Metadata) -> Result<(), ReadError> {
        if !facts.is_file() {
            return Err(ReadError::Other("it is not a file".to_owned()));
        }
        if facts.len() > self.max_bytes {
            return Err(ReadError::TooLarge(facts.len()));
        }
        Ok(())
    }
}

impl World for Disk {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        if is_library(path) {
            return self.library.read(path);
        }
        self.text(&self.locate(path)?).map(Into::into)
    }

    fn bytes(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        if is_library(path) {
            return self.library.bytes(path);
        }
        self.whole(&self.locate(path)?).map(Into::into)
    }

    /// Links to folders are left out: two that lead to each other would be a tree without end.
    /// Links to files are told, and read if they stay within the root. In a name that is not
    /// UTF-8 the bad bytes are replaced, so that it is told and then not found.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, ReadError> {
        if is_library(folder) {
            return self.library.list(folder);
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.locate(folder)?).map_err(|error| refused(&error))? {
            let entry = entry.map_err(|error| refused(&error))?;
            let kind = entry.file_type().map_err(|error| refused(&error))?;
            if kind.is_symlink() && fs::metadata(entry.path()).is_ok_and(|to| to.is_dir()) {
                continue;
            }
            entries.push(Entry {
                name: entry.file_name().to_string_lossy().into_owned(),
                folder: kind.is_dir(),
            });
        }
        entries.sort();
        Ok(entries)
    }
}

fn is_library(path: &str) -> bool {
    path.split('/').next() == Some(LIBRARY)
}

fn refused(error: &io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::Missing,
        _ => ReadError::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;
    use tenantry_core::world::{ReadError, World};

    use super::Disk;

    /// An estate's folder beside something that is none of its business.
    fn estate() -> (TempDir, Disk) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("estate");
        fs::create_dir_all(root.join("tenants/none")).unwrap();
        fs::create_dir(dir.path().join("other")).unwrap();
        fs::write(root.join("tenantry.kdl"), "estate north").unwrap();
        fs::write(root.join("tenants/acme.kdl"), "tenant acme").unwrap();
        fs::write(dir.path().join("other/secret.kdl"), "secret").unwrap();
        let disk = Disk::open(&root, 100).unwrap();
        (dir, disk)
    }

    fn names(disk: &Disk, folder: &str) -> Vec<String> {
        let slash = |folder| if folder { "/" } else { "" };
        let entries = disk.list(folder).unwrap().into_iter();
        entries
            .map(|entry| entry.name + slash(entry.folder))
            .collect()
    }

    #[test]
    fn files_are_read_and_folders_listed_from_the_root() {
        let (_dir, disk) = estate();
        assert_eq!(disk.read("tenants/acme.kdl").as_deref(), Ok("tenant acme"));
        assert_eq!(names(&disk, ""), ["tenantry.kdl", "tenants/"]);
        assert_eq!(names(&disk, "tenants"), ["acme.kdl", "none/"]);
        assert_eq!(disk.read("tenants/nobody.kdl"), Err(ReadError::Missing));
        assert_eq!(disk.read("tenantry.kdl/x"), Err(ReadError::Missing));
        assert_eq!(disk.list("nowhere"), Err(ReadError::Missing));
        assert!(matches!(disk.read("tenants"), Err(ReadError::Other(_))));
    }

    #[test]
    fn the_library_stands_beside_it() {
        let (_dir, disk) = estate();
        let (path, text) = tenantry_stdlib::FILES[0];
        assert_eq!(disk.read(&format!("std:/{path}")).as_deref(), Ok(text));
        assert!(names(&disk, "std:").contains(&"profiles/".to_owned()));
        assert_eq!(disk.read("std:/../tenantry.kdl"), Err(ReadError::Missing));
    }

    #[test]
    fn no_path_leaves_the_root() {
        let (dir, disk) = estate();
        let absolute = dir.path().join("other/secret.kdl");
        for path in [
            "../other/secret.kdl",
            "tenants/../../other/secret.kdl",
            "tenants/../tenantry.kdl",
            "./tenantry.kdl",
            "tenants//acme.kdl",
            "/tenantry.kdl",
            absolute.to_str().unwrap(),
        ] {
            assert!(
                matches!(disk.read(path), Err(ReadError::Other(_))),
                "{path}"
            );
        }
        assert!(disk.list("..").is_err());
        assert!(disk.read("nul\0.kdl").is_err());
    }

    #[test]
    fn what_is_too_large_or_no_text_says_so() {
        let (_dir, disk) = estate();
        fs::write(disk.root().join("full.kdl"), "x".repeat(100)).unwrap();
        fs::write(disk.root().join("large.kdl"), "x".repeat(101)).unwrap();
        fs::write(disk.root().join("latin.kdl"), b"gr\xf6\xdfe").unwrap();
        assert!(disk.read("full.kdl").is_ok());
        assert_eq!(disk.read("large.kdl"), Err(ReadError::TooLarge(101)));
        assert_eq!(disk.read("latin.kdl"), Err(ReadError::NotText(2)));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_within_the_root_or_is_refused() {
        use std::os::unix::fs::symlink;
        let (_dir, disk) = estate();
        let link = |to: &str, name: &str| symlink(to, disk.root().join(name)).unwrap();
        link("tenants/acme.kdl", "within.kdl");
        link("../other/secret.kdl", "out.kdl");
        link("nowhere.kdl", "broken.kdl");
        link("../other", "outside");
        link("..", "tenants/up");
        assert_eq!(disk.read("within.kdl").as_deref(), Ok("tenant acme"));
        assert!(matches!(disk.read("out.kdl"), Err(ReadError::Other(_))));
        assert!(matches!(
            disk.read("outside/secret.kdl"),
            Err(ReadError::Other(_))
        ));
        assert_eq!(disk.read("broken.kdl"), Err(ReadError::Missing));
        assert!(disk.list("outside").is_err());
        assert_eq!(
            names(&disk, ""),
            [
                "broken.kdl",
                "out.kdl",
                "tenantry.kdl",
                "tenants/",
                "within.kdl"
            ],
            "what is told can be asked for, and then says why not"
        );
        assert_eq!(
            names(&disk, "tenants"),
            ["acme.kdl", "none/"],
            "no way round and round"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_read() {
        let (_dir, disk) = estate();
        let socket = disk.root().join("wait.kdl");
        let _listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
        let expected = Err(ReadError::Other("it is not a file".to_owned()));
        assert_eq!(disk.read("wait.kdl"), expected);
    }
}
