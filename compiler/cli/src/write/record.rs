//! The commit record: what is left to be done once it is there. It is all that a build that was
//! cut short leaves to the next one.

use serde::{Deserialize, Serialize};
use tenantry_core::emit::{ArtifactPath, Sha256};

use super::{
    OWN, STAGE,
    error::WriteError,
    folder::{Folder, Found},
};

const RECORD: &str = ".tenantry/record.json";
const DRAFT: &str = ".tenantry/record.new";
const VERSION: u32 = 1;

/// How the old output becomes the new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    version: u32,
    /// Done first, so that a file may take the place of a folder and the other way round.
    pub(super) remove: Vec<Removal>,
    /// The new manifest is the last of them.
    pub(super) replace: Vec<Replacement>,
}

/// A file that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Removal {
    pub(super) path: ArtifactPath,
    /// What it held when that was decided.
    pub(super) before: Sha256,
}

/// A file that comes, from the stage, in place of an old one if there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Replacement {
    pub(super) path: ArtifactPath,
    /// What the old one held when that was decided.
    pub(super) before: Option<Sha256>,
    /// What the new one holds.
    pub(super) after: Sha256,
    /// Its number in the stage.
    stage: u32,
}

impl Replacement {
    /// A file that comes, as the given one of the stage.
    pub(super) fn new(
        path: ArtifactPath,
        before: Option<Sha256>,
        after: Sha256,
        number: usize,
    ) -> Self {
        Self {
            path,
            before,
            after,
            stage: u32::try_from(number).unwrap_or(u32::MAX),
        }
    }

    /// Where it waits.
    pub(super) fn staged(&self) -> String {
        format!("{STAGE}/{}", self.stage)
    }
}

impl Record {
    /// A record of these.
    pub(super) fn new(remove: Vec<Removal>, replace: Vec<Replacement>) -> Self {
        Self {
            version: VERSION,
            remove,
            replace,
        }
    }

    /// Puts the record on the disk, whole or not at all.
    pub(super) fn write(&self, folder: &Folder) -> Result<(), WriteError> {
        let bytes = serde_json::to_vec(self).map_err(|error| WriteError::Io {
            doing: "write",
            path: folder.path(RECORD),
            reason: error.to_string(),
        })?;
        folder.remove(DRAFT)?;
        folder.write_new(DRAFT, &bytes, false)?;
        folder.sync(DRAFT)?;
        folder.rename(DRAFT, RECORD)?;
        folder.sync_folder(OWN)
    }

    /// The record of a build that was cut short.
    pub(super) fn read(folder: &Folder) -> Result<Option<Self>, WriteError> {
        if !exists(folder)? {
            return Ok(None);
        }
        let not_ours = |reason: String| WriteError::NotOurs {
            path: folder.path(RECORD),
            reason,
        };
        let record: Self = serde_json::from_slice(&folder.read(RECORD)?)
            .map_err(|error| not_ours(error.to_string()))?;
        if record.version != VERSION {
            return Err(not_ours("another version of tenantry wrote it".to_owned()));
        }
        Ok(Some(record))
    }

    /// Says that all of it is done.
    pub(super) fn drop(folder: &Folder) -> Result<(), WriteError> {
        folder.remove(RECORD)?;
        folder.sync_folder(OWN)
    }
}

/// Whether there is a record.
pub(super) fn exists(folder: &Folder) -> Result<bool, WriteError> {
    match folder.look(RECORD)? {
        Found::Nothing => Ok(false),
        Found::File { .. } => Ok(true),
        Found::Folder => Err(WriteError::obstructed(RECORD, super::What::Folder)),
        Found::Other { at, what } => Err(WriteError::obstructed(at, what)),
    }
}
