//! Files to be written, and the set of them.

use std::{borrow::Borrow, collections::BTreeMap, collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::text::{LineOrigins, Text};

/// Names at the top that the compiler keeps for itself.
pub const MANIFEST: &str = "manifest.json";
/// See [`MANIFEST`].
pub const SOURCE_MAP: &str = "sourcemap.json";

/// Bytes in a path, and in one name of it: what every file system of ours takes.
const MAX_PATH: usize = 1024;
const MAX_NAME: usize = 255;

/// The path of a file below the output folder: names of ASCII letters, digits, `.`, `_` and `-`,
/// separated by `/`. It cannot leave the folder: no name begins with a dot. It means one file on
/// every system: nothing in it is folded, normalised or reserved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArtifactPath(String);

/// Why a text is no path of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// The text.
    pub path: String,
    /// What is wrong with it.
    pub reason: PathReason,
}

/// What is wrong with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathReason {
    /// It, or a name in it, is empty, as of a path that begins with `/`.
    Empty,
    /// It is longer than 1,024 bytes, or a name in it than 255.
    TooLong,
    /// A name begins with `.` or `-`, or ends with `.`.
    Edge,
    /// It holds this character.
    Character(char),
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match self.reason {
            PathReason::Empty => write!(f, "the path `{path}` has an empty part"),
            PathReason::TooLong => write!(f, "the path `{path}` is too long"),
            PathReason::Edge => write!(
                f,
                "a part of the path `{path}` begins with `.` or `-`, or ends with `.`"
            ),
            PathReason::Character(c) => {
                write!(f, "the path `{path}` holds the character {c:?}")
            }
        }
    }
}

impl std::error::Error for PathError {}

impl ArtifactPath {
    /// The path, if it is one.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn new(path: impl Into<String>) -> Result<Self, PathError> {
        let path = path.into();
        match check(&path) {
            Ok(()) => Ok(Self(path)),
            Err(reason) => Err(PathError { path, reason }),
        }
    }

    /// Where the manifest lies.
    pub fn manifest() -> Self {
        Self(MANIFEST.to_owned())
    }

    /// Where the source map lies.
    pub fn source_map() -> Self {
        Self(SOURCE_MAP.to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folders it lies in, the outermost first: `a`, `a/b` for `a/b/c`.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }

    /// Its last name.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

fn check(path: &str) -> Result<(), PathReason> {
    if path.len() > MAX_PATH {
        return Err(PathReason::TooLong);
    }
    path.split('/').try_for_each(|name| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name.is_empty() {
            Err(PathReason::Empty)
        } else if name.len() > MAX_NAME {
            Err(PathReason::TooLong)
        } else if name.starts_with(['.', '-']) || name.ends_with('.') {
            Err(PathReason::Edge)
        } else {
            let strange = name.chars().find(|c| !allowed(*c));
            strange.map_or(Ok(()), |c| Err(PathReason::Character(c)))
        }
    })
}

impl fmt::Display for ArtifactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ArtifactPath {
    type Error = PathError;

    fn try_from(path: String) -> Result<Self, PathError> {
        Self::new(path)
    }
}

impl From<ArtifactPath> for String {
    fn from(path: ArtifactPath) -> Self {
        path.0
    }
}

impl Borrow<str> for ArtifactPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// A Kubernetes object within a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectEntry {
    /// Such as `apps/v1`.
    pub api_version: String,
    /// Such as `Deployment`.
    pub kind: String,
    /// None where the object belongs to the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name within the namespace.
    pub name: String,
    /// When it is applied: after all objects of lower waves are ready.
    pub wave: u32,
    /// What in the model asks for it, such as `acme.trainer`.
    pub spec: String,
    /// Whether the spec wrote it itself, and no proof covers it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unproven: bool,
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Where.
    pub path: ArtifactPath,
    /// What.
    pub bytes: Vec<u8>,
    /// Whether it is a program.
    pub executable: bool,
    /// Who makes it, by the name of the target.
    pub target: &'static str,
    /// From which apply wave on all of it can be applied; none where nothing is applied.
    pub wave: Option<u32>,
    /// What in the model is behind it: `acme.trainer`.
    pub spec_paths: BTreeSet<String>,
    /// The Kubernetes objects in it, in its order.
    pub objects: Vec<ObjectEntry>,
    /// Where its lines came from.
    pub lines: LineOrigins,
}

impl Artifact {
    /// A file of a target's, of what was written. What else is to be said of it, its fields take.
    pub fn new(path: ArtifactPath, target: &'static str, text: Text) -> Self {
        let (text, lines) = text.into_parts();
        Self {
            path,
            bytes: text.into_bytes(),
            executable: false,
            target,
            wave: None,
            spec_paths: BTreeSet::new(),
            objects: Vec::new(),
            lines,
        }
    }
}

/// Two artifacts that cannot lie in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collision {
    /// Two have this path.
    Same(ArtifactPath),
    /// Two have paths that are one on a system that does not tell capitals from small letters.
    Case(ArtifactPath, ArtifactPath),
    /// The first is a file where the second has a folder.
    Folder(ArtifactPath, ArtifactPath),
    /// The compiler writes a file of its own there.
    Reserved(ArtifactPath),
}

impl fmt::Display for Collision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same(path) => write!(f, "two files would be written to `{path}`"),
            Self::Case(a, b) => write!(f, "`{a}` and `{b}` differ in nothing but capitals"),
            Self::Folder(file, below) => {
                write!(f, "`{file}` would be a file and, for `{below}`, a folder")
            }
            Self::Reserved(path) => write!(f, "`{path}` is the compiler's own"),
        }
    }
}

impl std::error::Error for Collision {}

/// The files of one output folder, by path, no two in each other's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactSet {
    estate: String,
    artifacts: Vec<Artifact>,
}

impl ArtifactSet {
    /// The set of these files, which an estate of this name asks for.
    ///
    /// # Errors
    /// Two of them cannot lie in one folder.
    pub fn new(
        estate: impl Into<String>,
        artifacts: impl IntoIterator<Item = Artifact>,
    ) -> Result<Self, Collision> {
        let mut artifacts: Vec<Artifact> = artifacts.into_iter().collect();
        artifacts.sort_by(|a, b| a.path.cmp(&b.path));
        let mut files: BTreeMap<String, &ArtifactPath> = BTreeMap::new();
        for Artifact { path, .. } in &artifacts {
            let folded = path.as_str().to_ascii_lowercase();
            if [MANIFEST, SOURCE_MAP].contains(&&*folded) {
                return Err(Collision::Reserved(path.clone()));
            }
            if let Some(other) = files.insert(folded, path) {
                return Err(if other == path {
                    Collision::Same(path.clone())
                } else {
                    Collision::Case(other.clone(), path.clone())
                });
            }
        }
        for Artifact { path, .. } in &artifacts {
            let mut folders = path.folders().map(str::to_ascii_lowercase);
            if let Some(file) = folders.find_map(|folder| files.get(&folder)) {
                return Err(Collision::Folder((*file).clone(), path.clone()));
            }
        }
        Ok(Self {
            estate: estate.into(),
            artifacts,
        })
    }

    /// The estate's name.
    pub fn estate(&self) -> &str {
        &self.estate
    }

    /// The files, by path.
    pub fn all(&self) -> &[Artifact] {
        &self.artifacts
    }

    /// The files, by path.
    pub fn iter(&self) -> std::slice::Iter<'_, Artifact> {
        self.artifacts.iter()
    }

    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&Artifact> {
        let at = self
            .artifacts
            .binary_search_by(|a| a.path.as_str().cmp(path));
        at.ok().and_then(|at| self.artifacts.get(at))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.artifacts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.artifacts.is_empty()
    }
}

impl<'s> IntoIterator for &'s ArtifactSet {
    type Item = &'s Artifact;
    type IntoIter = std::slice::Iter<'s, Artifact>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::{Artifact, ArtifactPath, ArtifactSet, Collision, PathReason};
    use crate::emit::text::Text;

    fn path(text: &str) -> ArtifactPath {
        ArtifactPath::new(text).unwrap()
    }

    fn set(paths: &[&str]) -> Result<ArtifactSet, Collision> {
        let file = |text: &&str| Artifact::new(path(text), "test", Text::default());
        ArtifactSet::new("estate", paths.iter().map(file))
    }

    #[test]
    fn a_path_stays_in_the_folder_and_means_one_file_everywhere() {
        let reason = |text: &str| ArtifactPath::new(text).map_err(|e| e.reason);
        assert!(reason("kubernetes/sz1/acme/trainer.yaml").is_ok());
        assert_eq!(reason(""), Err(PathReason::Empty));
        assert_eq!(reason("/etc/passwd"), Err(PathReason::Empty));
        assert_eq!(reason("a//b"), Err(PathReason::Empty));
        assert_eq!(reason("a/../b"), Err(PathReason::Edge));
        assert_eq!(reason(".tenantry/x"), Err(PathReason::Edge));
        assert_eq!(reason("a/b."), Err(PathReason::Edge));
        assert_eq!(reason("a/-rf"), Err(PathReason::Edge));
        assert_eq!(reason("a\\b"), Err(PathReason::Character('\\')));
        assert_eq!(reason("c:/x"), Err(PathReason::Character(':')));
        assert_eq!(reason("größe"), Err(PathReason::Character('ö')));
        assert_eq!(reason(&"a".repeat(256)), Err(PathReason::TooLong));
        assert_eq!(reason(&"a/".repeat(600)), Err(PathReason::TooLong));
    }

    #[test]
    fn files_in_each_others_way_are_refused() {
        assert_eq!(set(&["a", "b", "a"]), Err(Collision::Same(path("a"))));
        assert_eq!(
            set(&["x/Acme", "x/acme"]),
            Err(Collision::Case(path("x/Acme"), path("x/acme")))
        );
        assert_eq!(
            set(&["x/acme/b", "x/Acme", "x/acme.c"]),
            Err(Collision::Folder(path("x/Acme"), path("x/acme/b")))
        );
        assert_eq!(
            set(&["Manifest.json"]),
            Err(Collision::Reserved(path("Manifest.json")))
        );
        assert!(set(&["x/manifest.json", "x/y/z", "x/y.z"]).is_ok());
    }

    #[test]
    fn a_file_is_found_by_its_path() {
        let set = set(&["b", "a/c", "a-b"]).unwrap();
        assert_eq!(set.get("a/c").map(|a| a.path.as_str()), Some("a/c"));
        assert!(set.get("a").is_none());
    }
}
