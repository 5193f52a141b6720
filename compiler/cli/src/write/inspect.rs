//! What lies in the folder, file by file, compared with what an earlier build wrote and with what
//! is to be written.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_core::emit::{
    Artifact, ArtifactPath, ArtifactSet, Manifest, Sha256, SourceMap,
    artifact::{MANIFEST, SOURCE_MAP},
};

use super::{
    Difference, Report,
    error::{Obstacle, What, WriteError},
    folder::{Folder, Found},
};

/// How a file on the disk stands to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// It is there, just as it should be.
    Same,
    /// It is not there, and nothing is in its place.
    Missing,
    /// It is ours and holds this.
    Ours(Sha256),
    /// It is ours, and holds this because somebody edited it.
    Edited(Sha256),
    /// Something that is not ours is there.
    InTheWay(Obstacle),
}

impl State {
    /// What the file holds that may be replaced.
    pub(super) fn before(&self) -> Option<Sha256> {
        match self {
            Self::Ours(hash) | Self::Edited(hash) => Some(*hash),
            Self::Same | Self::Missing | Self::InTheWay(_) => None,
        }
    }

    fn difference(&self) -> Option<Difference> {
        match self {
            Self::Same => None,
            Self::Missing => Some(Difference::Missing),
            Self::Ours(_) => Some(Difference::Outdated),
            Self::Edited(_) => Some(Difference::Edited),
            Self::InTheWay(_) => Some(Difference::InTheWay),
        }
    }
}

/// All files that matter, and how they stand.
pub(super) struct Inspection<'s> {
    /// The files to be written, by path.
    pub(super) wanted: Vec<(&'s Artifact, State)>,
    /// The files that an earlier build wrote and this one does not, by path. What is no longer a
    /// file is no longer ours and not among them.
    pub(super) stale: Vec<(ArtifactPath, State)>,
    /// The manifest to be written.
    pub(super) manifest: Vec<u8>,
    /// How `manifest.json` stands.
    pub(super) manifest_state: State,
}

/// Looks at all files that matter.
pub(super) fn inspect<'s>(
    folder: &Folder,
    set: &'s ArtifactSet,
) -> Result<Inspection<'s>, WriteError> {
    let manifest = Manifest::of(set).to_bytes();
    let (old, manifest_state) = old_manifest(folder, &manifest)?;
    let files = old.as_ref().map_or(&[][..], Manifest::files);
    let mut stale = Vec::new();
    for file in files
        .iter()
        .filter(|file| set.get(file.path.as_str()).is_none())
    {
        if let Some(state) = stale_state(folder, file.path.as_str(), file.sha256)? {
            stale.push((file.path.clone(), state));
        }
    }
    let eyes = Eyes {
        folder,
        old: files
            .iter()
            .map(|file| (file.path.as_str(), file.sha256))
            .collect(),
        stale: stale.iter().map(|(path, _)| path.as_str()).collect(),
        folded: stale
            .iter()
            .map(|(path, _)| (path.as_str().to_ascii_lowercase(), path.as_str()))
            .collect(),
    };
    let wanted = set
        .iter()
        .map(|artifact| Ok((artifact, eyes.state(artifact)?)))
        .collect::<Result<_, WriteError>>()?;
    Ok(Inspection {
        wanted,
        stale,
        manifest,
        manifest_state,
    })
}

/// The manifest of the earlier build, if there was one, and how its file stands.
fn old_manifest(folder: &Folder, new: &[u8]) -> Result<(Option<Manifest>, State), WriteError> {
    match folder.look(MANIFEST)? {
        Found::Nothing => Ok((None, State::Missing)),
        Found::Folder => Err(WriteError::obstructed(MANIFEST, What::Folder)),
        Found::Other { at, what } => Err(WriteError::obstructed(at, what)),
        Found::File { .. } => {
            let bytes = folder.read(MANIFEST)?;
            let manifest = Manifest::read(&bytes).map_err(|error| WriteError::NotOurs {
                path: folder.path(MANIFEST),
                reason: error.to_string(),
            })?;
            let state = if bytes == new {
                State::Same
            } else {
                State::Ours(Sha256::of(&bytes))
            };
            Ok((Some(manifest), state))
        }
    }
}

/// How `sourcemap.json` stands to the one to be written, or to none.
pub(super) fn source_map(folder: &Folder, new: Option<&[u8]>) -> Result<State, WriteError> {
    let in_the_way = |at: &str, what| {
        let path = at.to_owned();
        Ok(State::InTheWay(Obstacle { path, what }))
    };
    match folder.look(SOURCE_MAP)? {
        Found::Nothing if new.is_none() => Ok(State::Same),
        Found::Nothing => Ok(State::Missing),
        // What is in nobody's way may stay.
        _ if new.is_none() && !is_our_map(folder)? => Ok(State::Same),
        Found::Folder => in_the_way(SOURCE_MAP, What::Folder),
        Found::Other { at, what } => in_the_way(&at, what),
        Found::File { .. } => {
            let bytes = folder.read(SOURCE_MAP)?;
            if Some(&*bytes) == new {
                Ok(State::Same)
            } else if SourceMap::read(&bytes).is_some() {
                Ok(State::Ours(Sha256::of(&bytes)))
            } else {
                in_the_way(SOURCE_MAP, What::File)
            }
        }
    }
}

fn is_our_map(folder: &Folder) -> Result<bool, WriteError> {
    match folder.look(SOURCE_MAP)? {
        Found::File { .. } => Ok(SourceMap::read(&folder.read(SOURCE_MAP)?).is_some()),
        _ => Ok(false),
    }
}

fn stale_state(folder: &Folder, path: &str, was: Sha256) -> Result<Option<State>, WriteError> {
    let Found::File { .. } = folder.look(path)? else {
        return Ok(None);
    };
    let hash = folder.hash(path)?;
    Ok(Some(if hash == was {
        State::Ours(hash)
    } else {
        State::Edited(hash)
    }))
}

/// What it takes to judge one file to be written.
struct Eyes<'a> {
    folder: &'a Folder,
    /// What the earlier build wrote.
    old: BTreeMap<&'a str, Sha256>,
    /// What of that goes.
    stale: BTreeSet<&'a str>,
    /// The same by its name in small letters.
    folded: BTreeMap<String, &'a str>,
}

impl Eyes<'_> {
    fn state(&self, artifact: &Artifact) -> Result<State, WriteError> {
        let path = artifact.path.as_str();
        match self.folder.look(path)? {
            Found::Nothing => Ok(State::Missing),
            Found::File { executable } => self.file_state(artifact, executable),
            Found::Folder if self.clears_away(path)? => Ok(State::Missing),
            Found::Folder => Ok(in_the_way(path, What::Folder)),
            // A file of ours that goes makes room for a folder.
            Found::Other { at, what } if what == What::File && self.stale.contains(&*at) => {
                Ok(State::Missing)
            }
            Found::Other { at, what } => Ok(in_the_way(&at, what)),
        }
    }

    fn file_state(&self, artifact: &Artifact, executable: bool) -> Result<State, WriteError> {
        let path = artifact.path.as_str();
        let (hash, wanted) = (self.folder.hash(path)?, Sha256::of(&artifact.bytes));
        // Where capitals do not count, this may be an old file of ours under its old name. That
        // one goes, so that the new one has to come even if it holds the same.
        let twin = self.folded.get(&path.to_ascii_lowercase());
        if twin.is_some_and(|twin| self.folder.is_same(twin, path)) {
            return Ok(State::Ours(hash));
        }
        let mode_fits = !cfg!(unix) || executable == artifact.executable;
        Ok(match self.old.get(path) {
            _ if hash == wanted && mode_fits => State::Same,
            _ if hash == wanted => State::Ours(hash),
            Some(old) if *old == hash => State::Ours(hash),
            Some(_) => State::Edited(hash),
            None => in_the_way(path, What::File),
        })
    }

    /// Whether a folder is gone once all files of ours that go are.
    fn clears_away(&self, folder: &str) -> Result<bool, WriteError> {
        let mut due = vec![folder.to_owned()];
        while let Some(folder) = due.pop() {
            let within = format!("{folder}/");
            let first = self.stale.range(&*within..).next();
            if !first.is_some_and(|path| path.starts_with(&within)) {
                return Ok(false);
            }
            for entry in self.folder.list(&folder)? {
                match entry.map(|(name, is_folder)| (within.clone() + &name, is_folder)) {
                    Some((path, true)) => due.push(path),
                    Some((path, false)) if self.stale.contains(&*path) => {}
                    _ => return Ok(false),
                }
            }
        }
        Ok(true)
    }
}

fn in_the_way(path: &str, what: What) -> State {
    let path = path.to_owned();
    State::InTheWay(Obstacle { path, what })
}

impl Inspection<'_> {
    /// Refuses to go on where something stands in the way.
    pub(super) fn admit(&self, source_map: &State, force: bool) -> Result<(), WriteError> {
        let wanted = self
            .wanted
            .iter()
            .map(|(file, state)| (file.path.as_str(), state));
        let stale = self
            .stale
            .iter()
            .map(|(path, state)| (path.as_str(), state));
        let obstacles: BTreeSet<Obstacle> = wanted
            .chain(stale)
            .chain([(SOURCE_MAP, source_map)])
            .filter_map(|(path, state)| match state {
                State::InTheWay(obstacle) => Some(obstacle.clone()),
                State::Edited(_) if !force => Some(Obstacle {
                    path: path.to_owned(),
                    what: What::Edited,
                }),
                _ => None,
            })
            .collect();
        if obstacles.is_empty() {
            return Ok(());
        }
        Err(WriteError::Obstructed(obstacles.into_iter().collect()))
    }

    /// Each file that is not as it should be, by path.
    pub(super) fn differences(&self) -> Vec<(String, Difference)> {
        let wanted = self
            .wanted
            .iter()
            .filter_map(|(file, state)| Some((file.path.as_str(), state.difference()?)));
        let stale = self.stale.iter().map(|(path, state)| match state {
            State::Edited(_) => (path.as_str(), Difference::Edited),
            _ => (path.as_str(), Difference::Stale),
        });
        let manifest = self.manifest_state.difference().map(|how| (MANIFEST, how));
        let all = wanted.chain(stale).chain(manifest);
        let mut all: Vec<_> = all.map(|(path, how)| (path.to_owned(), how)).collect();
        all.sort();
        all
    }

    /// What writing comes to.
    pub(super) fn report(&self) -> Report {
        let same = |(_, state): &&(&Artifact, State)| *state == State::Same;
        let unchanged = self.wanted.iter().filter(same).count();
        Report {
            written: self.wanted.len() - unchanged,
            unchanged,
            removed: self.stale.len(),
            recovered: None,
        }
    }
}
