//! `sourcemap.json`: from a line of an emitted file back to the line of the spec behind it.
//!
//! It is the one output in which lines of the spec stand, and so the one that changes when a
//! comment is added. It is therefore not part of the manifest; it bears the manifest's hash
//! instead, so that one of another build is told.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};

use super::{
    artifact::{ArtifactPath, ArtifactSet},
    json,
    manifest::Manifest,
    sha256::Sha256,
};
use crate::origin::OriginId;

const VERSION: u32 = 1;

/// A place in the spec, as people count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, from the estate's root.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// Where the lines of every emitted file came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceMap {
    version: u32,
    /// The hash of the `manifest.json` of the same build.
    pub manifest: Sha256,
    /// The files of the spec, in the order in which they are first met.
    sources: Vec<String>,
    /// Per emitted file its segments, joined with `;`. One stands where the place changes:
    /// `line`, or `line,source,line,column`, each as the difference to the one before it.
    files: BTreeMap<ArtifactPath, String>,
}

impl SourceMap {
    /// The map of a set of files; `resolve` says where in the spec an origin lies.
    pub fn of(
        set: &ArtifactSet,
        manifest: &Manifest,
        mut resolve: impl FnMut(OriginId) -> Option<Place>,
    ) -> Self {
        let mut sources = Sources::default();
        let mut files = BTreeMap::new();
        let mut known: HashMap<OriginId, Option<(u32, u32, u32)>, FixedState> = HashMap::default();
        for artifact in set {
            let mut segments = Segments::default();
            for (line, origin) in artifact.lines.changes() {
                let place = *known
                    .entry(*origin)
                    .or_insert_with(|| resolve(*origin).map(|place| sources.number(place)));
                segments.add(*line, place);
            }
            if !segments.text.is_empty() {
                files.insert(artifact.path.clone(), segments.text);
            }
        }
        Self {
            version: VERSION,
            manifest: Sha256::of(&manifest.to_bytes()),
            sources: sources.names,
            files,
        }
    }

    /// What is written to `sourcemap.json`.
    pub fn to_bytes(&self) -> Vec<u8> {
        json::written(self)
    }

    /// Reads a source map. None if it is not one of this version: then it is made anew, it is
    /// never asked for what it may not say.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let map: Self = serde_json::from_slice(bytes).ok()?;
        (map.version == VERSION).then_some(map)
    }

    /// The place behind a line, from 1, of an emitted file.
    pub fn place(&self, file: &str, line: u32) -> Option<Place> {
        let mut at = Position::default();
        let mut place = None;
        for segment in self.files.get(file)?.split(';') {
            let mapped = at.step(segment)?;
            if at.emitted > i64::from(line) {
                break;
            }
            place = mapped.then_some(at);
        }
        let Position {
            source,
            line,
            column,
            ..
        } = place?;
        Some(Place {
            file: self.sources.get(usize::try_from(source).ok()?)?.clone(),
            line: line.try_into().ok()?,
            column: column.try_into().ok()?,
        })
    }
}

/// Names of files and their numbers.
#[derive(Default)]
struct Sources {
    names: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

impl Sources {
    fn number(&mut self, place: Place) -> (u32, u32, u32) {
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(place.file).or_insert_with_key(|name| {
            self.names.push(name.clone());
            next
        });
        (number, place.line, place.column)
    }
}

/// What the next segment is the difference to.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    emitted: i64,
    source: i64,
    line: i64,
    column: i64,
}

impl Position {
    /// Goes on by a segment; says whether it leads to a place. None if it is malformed.
    fn step(&mut self, segment: &str) -> Option<bool> {
        let mut differences = segment.split(',').map(str::parse::<i64>);
        let mut next = |field: &mut i64| -> Option<()> {
            *field = field.checked_add(differences.next()?.ok()?)?;
            Some(())
        };
        next(&mut self.emitted)?;
        if !segment.contains(',') {
            return Some(false);
        }
        next(&mut self.source)?;
        next(&mut self.line)?;
        next(&mut self.column)?;
        differences.next().is_none().then_some(true)
    }
}

/// The segments of one emitted file while they are written.
#[derive(Default)]
struct Segments {
    text: String,
    at: Position,
    last: Option<(u32, u32, u32)>,
}

impl Segments {
    fn add(&mut self, emitted: u32, place: Option<(u32, u32, u32)>) {
        if place == self.last {
            return;
        }
        self.last = place;
        let before = self.at;
        self.at.emitted = i64::from(emitted);
        if !self.text.is_empty() {
            self.text.push(';');
        }
        // Text takes whatever is written to it.
        let _ = write!(self.text, "{}", self.at.emitted - before.emitted);
        let Some((source, line, column)) = place else {
            return;
        };
        self.at.source = i64::from(source);
        self.at.line = i64::from(line);
        self.at.column = i64::from(column);
        for difference in [
            self.at.source - before.source,
            self.at.line - before.line,
            self.at.column - before.column,
        ] {
            let _ = write!(self.text, ",{difference}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Place, SourceMap};
    use crate::{
        emit::{
            artifact::{Artifact, ArtifactPath, ArtifactSet},
            manifest::Manifest,
            tree::Tree,
            yaml,
        },
        origin::OriginId,
    };

    fn place(file: &str, line: u32, column: u32) -> Place {
        Place {
            file: file.into(),
            line,
            column,
        }
    }

    /// The third origin has no place, the fourth the same as the second.
    fn resolve(origin: OriginId) -> Option<Place> {
        match origin.0 {
            1 => Some(place("tenantry.kdl", 40, 9)),
            2 | 4 => Some(place("tenants/acme.kdl", 7, 1)),
            _ => None,
        }
    }

    fn set() -> ArtifactSet {
        let value = json!({ "a": 1, "b": 2, "c": 3, "d": 4, "e": 5 });
        let mut tree = Tree::from_serialize(&value).unwrap();
        for (pointer, origin) in [("/a", 1), ("/b", 2), ("/c", 3), ("/d", 2), ("/e", 4)] {
            tree.mark(pointer, OriginId(origin));
        }
        let path = ArtifactPath::new("x/a.yaml").unwrap();
        let mapped = Artifact::new(path, "test", yaml::document(&tree));
        let path = ArtifactPath::new("x/b.yaml").unwrap();
        let plain = Artifact::new(path, "test", yaml::document(&Tree::map()));
        ArtifactSet::new("north", [mapped, plain]).unwrap()
    }

    #[test]
    fn a_line_leads_back_to_the_spec() {
        let set = set();
        let manifest = Manifest::of(&set);
        let written = SourceMap::of(&set, &manifest, resolve).to_bytes();
        let map = SourceMap::read(&written).unwrap();
        let text = String::from_utf8(written).unwrap();
        assert!(
            text.contains(r#""x/a.yaml": "1,0,40,9;1,1,-33,-8;1;1,0,0,0""#),
            "{text}"
        );
        assert_eq!(map.place("x/a.yaml", 1), resolve(OriginId(1)));
        assert_eq!(map.place("x/a.yaml", 2), resolve(OriginId(2)));
        assert_eq!(map.place("x/a.yaml", 3), None);
        assert_eq!(map.place("x/a.yaml", 4), resolve(OriginId(2)));
        assert_eq!(map.place("x/a.yaml", 5), resolve(OriginId(4)));
        assert_eq!(map.place("x/b.yaml", 1), None);
        assert_eq!(map.manifest, crate::emit::Sha256::of(&manifest.to_bytes()));
    }

    #[test]
    fn a_map_of_another_version_or_hand_is_not_asked() {
        let set = set();
        let written = SourceMap::of(&set, &Manifest::of(&set), resolve).to_bytes();
        let text = String::from_utf8(written).unwrap();
        let other = text.replace("\"version\": 1", "\"version\": 2");
        assert_eq!(SourceMap::read(other.as_bytes()), None);
        for bent in [
            "1,0,40",
            "1,0,40,9,9",
            "x",
            "",
            "1,9,1,1",
            "9223372036854775807;1",
        ] {
            let bent = text.replace("1,0,40,9;1,1,-33,-8;1;1,0,0,0", bent);
            let map = SourceMap::read(bent.as_bytes()).unwrap();
            assert_eq!(map.place("x/a.yaml", 2), None, "{bent}");
        }
    }
}
