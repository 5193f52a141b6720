//! Writing the output: all of it or nothing.
//!
//! Every changed file is staged in `<out>/.tenantry/stage` and synced. Then a commit record is
//! written there; from that moment on the new output is what counts. Only now are old files
//! removed and staged ones renamed into place, and at last the record is dropped. Whoever is
//! killed before the record leaves the old output whole; after it, the next build finishes first.
//!
//! Nothing is touched that is not ours, and ours is what `manifest.json` lists, with the bytes
//! that it lists. Anything else at a path that must be written stops the build before the first
//! byte is staged. Links are not followed: whoever can put one into the output folder shall not
//! choose what we write to.

use std::path::{Path, PathBuf};

use tenantry_core::emit::{ArtifactPath, ArtifactSet, SourceMap};

mod beside;
mod commit;
mod error;
mod folder;
mod inspect;
mod lock;
mod record;

pub use beside::write_beside;
pub use error::{Obstacle, What, WriteError};

use commit::Job;
use folder::Folder;

/// Our own folder within the output.
const OWN: &str = ".tenantry";
/// Where changed files wait.
const STAGE: &str = ".tenantry/stage";

/// How to write.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Take back files of ours that were edited by hand. Foreign files stay an error.
    pub force: bool,
    /// The source map of the same build. Without one, an old one is removed.
    pub source_map: Option<SourceMap>,
    /// Files outside the output that are written before it, each by an atomic rename, once
    /// nothing stands in the way of the output: `tenantry.lock`.
    pub beside: Vec<Beside>,
}

/// A file outside the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub bytes: Vec<u8>,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that are new or hold something else now; the manifest and the source map not counted.
    pub written: usize,
    /// Files that lay there just so.
    pub unchanged: usize,
    /// Files that the spec no longer asks for.
    pub removed: usize,
    /// The earlier build that had to be finished first.
    pub recovered: Option<Recovered>,
}

/// What finishing an earlier build took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Files that still had to be put in place.
    pub written: usize,
    /// Files that still had to be removed.
    pub removed: usize,
}

/// How what lies in a folder compares to what would be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// A build was cut short after its record: the next one will finish it.
    pub half_written: bool,
    /// What differs, by path.
    pub differences: Vec<(String, Difference)>,
}

impl Verdict {
    /// Whether a build would change nothing.
    pub fn is_clean(&self) -> bool {
        !self.half_written && self.differences.is_empty()
    }
}

/// How one file differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// It is not there.
    Missing,
    /// It is as an earlier build wrote it, which is not what this one would.
    Outdated,
    /// It is ours and was changed by hand.
    Edited,
    /// It is not ours, and stands where one of ours would be written.
    InTheWay,
    /// It is ours, and the spec no longer asks for it.
    Stale,
}

/// The moments between which the disk changes. A test may ask to be killed at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Nothing stands in the way; nothing has changed.
    Inspected,
    /// A file more waits in the stage.
    Staged,
    /// All that waits is on the disk.
    Synced,
    /// The record is on the disk: the new output counts.
    Recorded,
    /// An old file more is gone.
    Removed,
    /// A new file more is in place.
    Replaced,
    /// All of it is on the disk.
    Settled,
    /// The record is gone.
    Dropped,
}

/// What a test does at a step. Its error leaves everything as it is, just as a kill would: nothing
/// here cleans up behind an error.
type AtStep<'a> = &'a mut dyn FnMut(Step) -> Result<(), WriteError>;

/// Makes `out` hold exactly this set beside what is not ours.
///
/// # Errors
/// Something stands in the way, another build is at work, or the system refuses. Unless the error
/// is [`WriteError::HalfWritten`], the output is as it was.
pub fn write(out: &Path, set: &ArtifactSet, options: &Options) -> Result<Report, WriteError> {
    write_with(out, set, options, &mut |_| Ok(()))
}

/// Finishes a build that was cut short after its record, if there is one.
///
/// # Errors
/// As [`write()`].
pub fn recover(out: &Path, force: bool) -> Result<Option<Recovered>, WriteError> {
    let folder = Folder::new(out);
    if !record::exists(&folder)? {
        return Ok(None);
    }
    let _lock = lock::acquire(&folder)?;
    commit::resume(&folder, force, &mut |_| Ok(()))
}

/// Compares what lies in `out` with what would be written. Changes nothing.
///
/// # Errors
/// A file cannot be read, or `manifest.json` is not ours.
pub fn check(out: &Path, set: &ArtifactSet) -> Result<Verdict, WriteError> {
    let folder = Folder::new(out);
    let inspection = inspect::inspect(&folder, set)?;
    Ok(Verdict {
        half_written: record::exists(&folder)?,
        differences: inspection.differences(),
    })
}

fn write_with(
    out: &Path,
    set: &ArtifactSet,
    options: &Options,
    at: AtStep<'_>,
) -> Result<Report, WriteError> {
    let folder = Folder::new(out);
    let _lock = lock::acquire(&folder)?;
    let recovered = commit::resume(&folder, options.force, at)?;
    let inspection = inspect::inspect(&folder, set)?;
    let map = options.source_map.as_ref().map(SourceMap::to_bytes);
    let map_state = inspect::source_map(&folder, map.as_deref())?;
    inspection.admit(&map_state, options.force)?;
    at(Step::Inspected)?;
    for Beside { path, bytes } in &options.beside {
        write_beside(path, bytes)?;
    }
    let mut job = Job::default();
    for (file, state) in &inspection.wanted {
        job.put(&file.path, &file.bytes, file.executable, state);
    }
    for (path, state) in &inspection.stale {
        job.remove(path, state);
    }
    match &map {
        Some(bytes) => job.put(&ArtifactPath::source_map(), bytes, false, &map_state),
        None => job.remove(&ArtifactPath::source_map(), &map_state),
    }
    let state = &inspection.manifest_state;
    job.put(
        &ArtifactPath::manifest(),
        &inspection.manifest,
        false,
        state,
    );
    commit::commit(&folder, job, at)?;
    Ok(Report {
        recovered,
        ..inspection.report()
    })
}

#[cfg(test)]
mod tests;
