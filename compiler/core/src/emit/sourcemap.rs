//! `sourcemap.json`: from a line of an emitted file back to the line of the spec behind it.
//!
//! It is the one output in which lines of the spec stand, and so the one that changes when a
//! comment is added. It is therefore not part of the manifest; it bears the manifest's hash
//! instead, so that one of another build is told.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};

use super::{
    artifact::{Artifact, ArtifactPath, ArtifactSet},
    json,
    manifest::Manifest,
    sha256::Sha256,
};
use crate::{origin::OriginId, par};

const VERSION: u32 = 1;

/// A place in the spec, as people count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place<F = String> {
    /// The file, from the estate's root.
    pub file: F,
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
    pub fn of<'s>(
        set: &ArtifactSet,
        manifest: &Manifest,
        resolve: impl Fn(OriginId) -> Option<Place<&'s str>> + Sync + Send,
    ) -> Self {
        let (manifest, (sources, files)) = par::join(
            || Sha256::of(&manifest.to_bytes()),
            || segments(set, resolve),
        );
        Self {
            version: VERSION,
            manifest,
            sources,
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

/// How many files are worked on as one piece: those of a tenant or two lead to the same places.
const TOGETHER: usize = 64;

/// The names of the files of the spec, and the segments of each emitted file.
fn segments<'s>(
    set: &ArtifactSet,
    resolve: impl Fn(OriginId) -> Option<Place<&'s str>> + Sync + Send,
) -> (Vec<String>, BTreeMap<ArtifactPath, String>) {
    let pieces: Vec<&[Artifact]> = set.all().chunks(TOGETHER).collect();
    let pieces = par::map(&pieces, |files| Piece::of(files, &resolve));
    let mut all = Sources::default();
    let numbered = pieces.into_iter().map(|piece| {
        let names = piece.sources.names.iter();
        let numbers: Vec<u32> = names.map(|name| all.number(name)).collect();
        (piece, numbers)
    });
    let numbered: Vec<(Piece<'_, '_>, Vec<u32>)> = numbered.collect();
    let written = par::map(&numbered, |(piece, numbers)| piece.written(numbers));
    let files = written.into_iter().flatten();
    let files = files.map(|(path, text)| (path.clone(), text)).collect();
    (all.names.into_iter().map(str::to_owned).collect(), files)
}

/// Some emitted files, and which of their lines lead where.
struct Piece<'f, 's> {
    /// The files of the spec, in the order in which they are first met here.
    sources: Sources<'s>,
    files: Vec<(&'f ArtifactPath, Vec<Change>)>,
}

/// A line of an emitted file, and the place from there on: the number of a file of the spec, a line
/// and a column.
type Change = (u32, Option<(u32, u32, u32)>);

impl<'f, 's> Piece<'f, 's> {
    fn of(files: &'f [Artifact], resolve: impl Fn(OriginId) -> Option<Place<&'s str>>) -> Self {
        let mut sources = Sources::default();
        let mut known: HashMap<OriginId, Option<(u32, u32, u32)>, FixedState> = HashMap::default();
        let mut place = |origin: OriginId| {
            *known.entry(origin).or_insert_with(|| {
                let place = resolve(origin)?;
                Some((sources.number(place.file), place.line, place.column))
            })
        };
        let files = files.iter().map(|file| {
            let changes = file.lines.changes().iter();
            let changes = changes.map(|(line, origin)| (*line, place(*origin)));
            (&file.path, changes.collect())
        });
        let files = files.collect();
        Self { sources, files }
    }

    /// The segments of each file that has any, by the numbers that its files of the spec have
    /// among all.
    fn written(&self, numbers: &[u32]) -> Vec<(&'f ArtifactPath, String)> {
        let written = self.files.iter().map(|(path, changes)| {
            let mut segments = Segments::default();
            for (line, place) in changes {
                let place = place.and_then(|(source, line, column)| {
                    Some((*numbers.get(source as usize)?, line, column))
                });
                segments.add(*line, place);
            }
            (*path, segments.text)
        });
        written.filter(|(_, text)| !text.is_empty()).collect()
    }
}

/// Names of files and their numbers.
#[derive(Default)]
struct Sources<'s> {
    names: Vec<&'s str>,
    numbers: HashMap<&'s str, u32, FixedState>,
}

impl<'s> Sources<'s> {
    fn number(&mut self, name: &'s str) -> u32 {
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(name).or_insert_with(|| {
            self.names.push(name);
            next
        })
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
        self.number(self.at.emitted - before.emitted);
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
            self.text.push(',');
            self.number(difference);
        }
    }

    /// Writes a number; most have one digit.
    fn number(&mut self, number: i64) {
        if number < 0 {
            self.text.push('-');
        }
        match u8::try_from(number.unsigned_abs()) {
            Ok(digit @ ..10) => self.text.push(char::from(b'0' + digit)),
            _ => self.text.push_str(&number.unsigned_abs().to_string()),
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

    fn place(file: &str, line: u32, column: u32) -> Place<&str> {
        Place { file, line, column }
    }

    /// The third origin has no place, the fourth the same as the second.
    fn resolve(origin: OriginId) -> Option<Place<&'static str>> {
        match origin.0 {
            1 => Some(place("tenantry.kdl", 40, 9)),
            2 | 4 => Some(place("tenants/acme.kdl", 7, 1)),
            _ => None,
        }
    }

    /// The same, as a map that was read tells it.
    fn told(origin: u32) -> Option<Place> {
        resolve(OriginId(origin)).map(|Place { file, line, column }| Place {
            file: file.to_owned(),
            line,
            column,
        })
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
        assert_eq!(map.place("x/a.yaml", 1), told(1));
        assert_eq!(map.place("x/a.yaml", 2), told(2));
        assert_eq!(map.place("x/a.yaml", 3), None);
        assert_eq!(map.place("x/a.yaml", 4), told(2));
        assert_eq!(map.place("x/a.yaml", 5), told(4));
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
