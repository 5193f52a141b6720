//! From the old output to the new one: stage, record, remove, rename, drop the record.

use std::{collections::BTreeSet, thread};

use tenantry_core::emit::{
    ArtifactPath, Sha256,
    artifact::{MANIFEST, SOURCE_MAP},
};

use super::{
    AtStep, OWN, Recovered, STAGE, Step,
    error::{Obstacle, What, WriteError},
    folder::{Folder, Found, folders},
    inspect::State,
    record::{Record, Removal, Replacement},
};

/// How many files are synced at once. A disk gathers what waits into one turn, so that this is
/// about waiting and not about processors.
const SYNC_THREADS: usize = 16;

/// What is to be done.
#[derive(Default)]
pub(super) struct Job<'a> {
    changes: Vec<Change<'a>>,
    removals: Vec<Removal>,
}

/// A file that comes.
struct Change<'a> {
    path: ArtifactPath,
    bytes: &'a [u8],
    executable: bool,
    /// What the file in its place holds now.
    before: Option<Sha256>,
}

impl<'a> Job<'a> {
    /// A file is to hold this, unless it does. The manifest is put last.
    pub(super) fn put(
        &mut self,
        path: &ArtifactPath,
        bytes: &'a [u8],
        executable: bool,
        state: &State,
    ) {
        if *state != State::Same {
            self.changes.push(Change {
                path: path.clone(),
                bytes,
                executable,
                before: state.before(),
            });
        }
    }

    /// A file is to go, if it is there and ours.
    pub(super) fn remove(&mut self, path: &ArtifactPath, state: &State) {
        if let Some(before) = state.before() {
            let path = path.clone();
            self.removals.push(Removal { path, before });
        }
    }
}

/// Does a job, so that at every moment either the old output is whole or the new one is recorded.
pub(super) fn commit(folder: &Folder, job: Job<'_>, at: AtStep<'_>) -> Result<(), WriteError> {
    if job.changes.is_empty() && job.removals.is_empty() {
        return Ok(());
    }
    let record = stage(folder, job, at)?;
    record.write(folder)?;
    finish(folder, &record, at).map(drop)
}

/// Finishes the job of a build that was cut short, if there is one.
pub(super) fn resume(
    folder: &Folder,
    force: bool,
    at: AtStep<'_>,
) -> Result<Option<Recovered>, WriteError> {
    let Some(record) = Record::read(folder)? else {
        return Ok(None);
    };
    let changed = changed_since(folder, &record, force)?;
    if !changed.is_empty() {
        return Err(WriteError::HalfWritten(Box::new(WriteError::Obstructed(
            changed,
        ))));
    }
    finish(folder, &record, at).map(Some)
}

fn stage(folder: &Folder, job: Job<'_>, at: AtStep<'_>) -> Result<Record, WriteError> {
    folder.remove_all(STAGE)?;
    folder.create_folder(STAGE)?;
    let mut replace = Vec::with_capacity(job.changes.len());
    for (number, change) in job.changes.into_iter().enumerate() {
        let after = Sha256::of(change.bytes);
        let replacement = Replacement::new(change.path, change.before, after, number);
        folder.write_new(&replacement.staged(), change.bytes, change.executable)?;
        replace.push(replacement);
        at(Step::Staged)?;
    }
    sync(folder, &replace)?;
    folder.sync_folder(STAGE)?;
    at(Step::Synced)?;
    Ok(Record::new(job.removals, replace))
}

/// Waits until all that is staged is on the disk.
fn sync(folder: &Folder, staged: &[Replacement]) -> Result<(), WriteError> {
    let share = staged.len().div_ceil(SYNC_THREADS).max(1);
    thread::scope(|scope| {
        let shares = staged.chunks(share).map(|share| {
            scope.spawn(move || {
                share
                    .iter()
                    .try_for_each(|file| folder.sync(&file.staged()))
            })
        });
        let threads: Vec<_> = shares.collect();
        threads
            .into_iter()
            .try_for_each(|thread| match thread.join() {
                Ok(synced) => synced,
                Err(panic) => std::panic::resume_unwind(panic),
            })
    })
}

/// What somebody changed since the record was written and would be lost now.
fn changed_since(
    folder: &Folder,
    record: &Record,
    force: bool,
) -> Result<Vec<Obstacle>, WriteError> {
    let mut changed = Vec::new();
    for Replacement {
        path,
        before,
        after,
        ..
    } in waiting(folder, record)?
    {
        match folder.look(path.as_str())? {
            Found::File { .. } if !force => {
                let hash = folder.hash(path.as_str())?;
                if hash != *after && Some(hash) != *before {
                    changed.push(edited(path));
                }
            }
            Found::Other { at, what } if what != What::File => {
                changed.push(Obstacle { path: at, what });
            }
            _ => {}
        }
    }
    for Removal { path, before } in &record.remove {
        let there = matches!(folder.look(path.as_str())?, Found::File { .. });
        if there && !force && folder.hash(path.as_str())? != *before {
            changed.push(edited(path));
        }
    }
    Ok(changed)
}

fn edited(path: &ArtifactPath) -> Obstacle {
    Obstacle {
        path: path.to_string(),
        what: What::Edited,
    }
}

/// The files of a record that are not in place yet.
fn waiting<'r>(folder: &Folder, record: &'r Record) -> Result<Vec<&'r Replacement>, WriteError> {
    let mut waiting = Vec::new();
    for replacement in &record.replace {
        if folder.look(&replacement.staged())? != Found::Nothing {
            waiting.push(replacement);
        }
    }
    Ok(waiting)
}

/// Does what a record says, or what is left of it.
fn finish(folder: &Folder, record: &Record, at: AtStep<'_>) -> Result<Recovered, WriteError> {
    let half_written = |error| WriteError::HalfWritten(Box::new(error));
    at(Step::Recorded)?;
    let mut done = Recovered::default();
    for Removal { path, .. } in &record.remove {
        if matches!(
            folder.look(path.as_str()).map_err(half_written)?,
            Found::File { .. }
        ) {
            folder.remove(path.as_str()).map_err(half_written)?;
            done.removed += usize::from(!is_own(path));
            at(Step::Removed)?;
        }
    }
    folder.prune(record.remove.iter().map(|removal| removal.path.as_str()));
    for replacement in waiting(folder, record).map_err(half_written)? {
        put_in_place(folder, replacement).map_err(half_written)?;
        done.written += usize::from(!is_own(&replacement.path));
        at(Step::Replaced)?;
    }
    settle(folder, record).map_err(half_written)?;
    at(Step::Settled)?;
    Record::drop(folder).map_err(half_written)?;
    at(Step::Dropped)?;
    // The output is whole; an empty stage that will not go is the next build's to clear.
    let _ = folder.remove_all(STAGE);
    Ok(done)
}

fn is_own(path: &ArtifactPath) -> bool {
    [MANIFEST, SOURCE_MAP].contains(&path.as_str())
}

fn put_in_place(folder: &Folder, replacement: &Replacement) -> Result<(), WriteError> {
    let path = replacement.path.as_str();
    if let Some(above) = folders(path).last() {
        folder.create_folder(above)?;
    }
    folder.rename(&replacement.staged(), path)
}

/// Waits until every name that came or went has done so on the disk.
fn settle(folder: &Folder, record: &Record) -> Result<(), WriteError> {
    let came = record
        .replace
        .iter()
        .map(|replacement| replacement.path.as_str());
    let went = record.remove.iter().map(|removal| removal.path.as_str());
    let touched: BTreeSet<&str> = came
        .chain(went)
        .flat_map(folders)
        .chain(["", OWN])
        .collect();
    for name in touched {
        if name.is_empty() || folder.look(name)? == Found::Folder {
            folder.sync_folder(name)?;
        }
    }
    Ok(())
}
