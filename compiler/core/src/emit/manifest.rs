//! `manifest.json`: every file of the output with its hash and what it is for. It holds no line
//! and no time, so that it changes only when a file does.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::{
    artifact::{Artifact, ArtifactPath, ArtifactSet, ObjectEntry},
    json,
    sha256::Sha256,
};
use crate::par;

/// The version of the format. A reader refuses any other.
const VERSION: u32 = 1;

/// What lies in an output folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    version: u32,
    /// The estate's name.
    pub estate: String,
    /// The version of the compiler that wrote it.
    pub tool: String,
    files: Vec<FileEntry>,
}

/// A file in a [`Manifest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Where, below the folder of the manifest.
    pub path: ArtifactPath,
    /// What it holds.
    pub sha256: Sha256,
    /// How much, in bytes.
    pub size: u64,
    /// Whether it is a program.
    #[serde(default, skip_serializing_if = "is_false")]
    pub executable: bool,
    /// The target that made it.
    pub target: String,
    /// See [`Artifact::wave`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wave: Option<u32>,
    /// What in the model is behind it: `acme.trainer`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub spec: BTreeSet<String>,
    /// The Kubernetes objects in it, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ObjectEntry>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for this signature"
)]
fn is_false(truth: &bool) -> bool {
    !truth
}

/// Why bytes are no manifest that we can go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestError {
    /// It is of another version of the format.
    Version(u64),
    /// It is not what we write; in the reader's words.
    Malformed(String),
    /// Its files are not in order, or one stands in it twice.
    Order(ArtifactPath),
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(
                f,
                "it is in version {version} of the format, this tenantry reads version {VERSION}"
            ),
            Self::Malformed(words) => write!(f, "it is not a manifest: {words}"),
            Self::Order(path) => write!(f, "`{path}` stands twice in it, or out of order"),
        }
    }
}

impl std::error::Error for ManifestError {}

impl Manifest {
    /// The manifest of a set of files.
    pub fn of(set: &ArtifactSet) -> Self {
        Self {
            version: VERSION,
            estate: set.estate().to_owned(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            files: par::map(set.all(), entry),
        }
    }

    /// The files, by path.
    pub fn files(&self) -> &[FileEntry] {
        &self.files
    }

    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&FileEntry> {
        let at = self
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path));
        at.ok().and_then(|at| self.files.get(at))
    }

    /// What is written to `manifest.json`.
    pub fn to_bytes(&self) -> Vec<u8> {
        json::written(self)
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// It is malformed or of another version, or a path in it could lead out of its folder.
    pub fn read(bytes: &[u8]) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Head {
            version: u64,
        }
        let malformed = |error: serde_json::Error| ManifestError::Malformed(error.to_string());
        let Head { version } = serde_json::from_slice(bytes).map_err(malformed)?;
        if version != u64::from(VERSION) {
            return Err(ManifestError::Version(version));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(malformed)?;
        let unordered = manifest
            .files
            .array_windows()
            .find(|[a, b]| a.path >= b.path);
        match unordered {
            Some([_, file]) => Err(ManifestError::Order(file.path.clone())),
            None => Ok(manifest),
        }
    }
}

fn entry(artifact: &Artifact) -> FileEntry {
    FileEntry {
        path: artifact.path.clone(),
        sha256: Sha256::of(&artifact.bytes),
        size: artifact.bytes.len() as u64,
        executable: artifact.executable,
        target: artifact.target.to_owned(),
        wave: artifact.wave,
        spec: artifact.spec_paths.clone(),
        objects: artifact.objects.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Manifest, ManifestError};
    use crate::emit::{
        artifact::{Artifact, ArtifactPath, ArtifactSet, ObjectEntry},
        tree::Tree,
        yaml,
    };

    fn manifest() -> Manifest {
        let mut tree = Tree::map();
        tree.root_mut().set("kind", "Namespace");
        let path = ArtifactPath::new("kubernetes/sz1/acme/namespace.yaml").unwrap();
        let mut file = Artifact::new(path, "kubernetes", yaml::document(&tree));
        file.wave = Some(1);
        file.spec_paths.insert("acme".into());
        file.objects.push(ObjectEntry {
            api_version: "v1".into(),
            kind: "Namespace".into(),
            namespace: None,
            name: "acme".into(),
            unproven: false,
            wave: 1,
            spec: "acme".into(),
        });
        let run = Artifact {
            path: ArtifactPath::new("proxmox/lab/apply.sh").unwrap(),
            executable: true,
            ..Artifact::new(file.path.clone(), "proxmox", Default::default())
        };
        Manifest::of(&ArtifactSet::new("north", [run, file]).unwrap())
    }

    #[test]
    fn it_names_every_file_and_object() {
        let expected = r#"{
  "version": 1,
  "estate": "north",
  "tool": "VERSION",
  "files": [
    {
      "path": "kubernetes/sz1/acme/namespace.yaml",
      "sha256": "e25209b6e6c1f782b78132b008b475de169b9153540f2d59a52d4c0e44d15571",
      "size": 16,
      "target": "kubernetes",
      "wave": 1,
      "spec": [
        "acme"
      ],
      "objects": [
        {
          "apiVersion": "v1",
          "kind": "Namespace",
          "name": "acme",
          "wave": 1,
          "spec": "acme"
        }
      ]
    },
    {
      "path": "proxmox/lab/apply.sh",
      "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "size": 0,
      "executable": true,
      "target": "proxmox"
    }
  ]
}
"#;
        let written = String::from_utf8(manifest().to_bytes()).unwrap();
        assert_eq!(
            written,
            expected.replace("VERSION", env!("CARGO_PKG_VERSION"))
        );
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        assert_eq!(Manifest::read(&manifest().to_bytes()), Ok(manifest()));
        assert!(manifest().get("proxmox/lab/apply.sh").is_some());
    }

    #[test]
    fn a_manifest_that_we_did_not_write_is_refused() {
        let text = String::from_utf8(manifest().to_bytes()).unwrap();
        let read = |text: String| Manifest::read(text.as_bytes());
        let version = read(text.replace("\"version\": 1", "\"version\": 2"));
        assert_eq!(version, Err(ManifestError::Version(2)));
        for (from, to) in [
            ("proxmox/lab/apply.sh", "../../etc/passwd"),
            ("proxmox/lab/apply.sh", "/etc/passwd"),
            ("\"size\"", "\"sise\""),
            ("e3b0", "E3B0"),
        ] {
            let error = read(text.replace(from, to)).unwrap_err();
            assert!(matches!(error, ManifestError::Malformed(_)), "{error}");
        }
        let twice = text.replace("proxmox/lab/apply.sh", "kubernetes/sz1/acme/namespace.yaml");
        assert!(matches!(read(twice), Err(ManifestError::Order(_))));
    }
}
