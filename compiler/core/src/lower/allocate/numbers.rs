//! Numbers of guests on Proxmox.

use super::{Allocator, Replica, hash};
use crate::{
    lower::changes::{Cause, What},
    model::{Backend, Estate, Workload},
    origin::V,
};

/// Proxmox numbers are taken from here: above what its own `nextid` hands out by default, so that
/// hand-made guests stay clear of ours.
const CHOSEN: std::ops::Range<u32> = 10_000..100_000;

/// What Proxmox takes as the number of a guest.
const VALID: std::ops::RangeInclusive<u32> = 100..=999_999_999;

/// The number that a workload gives itself.
pub(super) fn said(workload: &Workload) -> Option<V<u32>> {
    let mut targets = workload.spec.target.iter();
    targets.find_map(|target| target.vmid)
}

/// Whether guests have numbers there.
pub(super) fn has(estate: &Estate, workload: &Workload) -> bool {
    let backend = &estate.clusters[workload.cluster].backend;
    matches!(backend, Backend::Proxmox(_))
}

/// A number as it is remembered, if it is one.
pub(super) fn read(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| VALID.contains(number))
}

impl Allocator<'_> {
    /// The number of a replica, where it needs one: what its spec says, what it had, or a free one.
    pub(in crate::lower) fn number(&mut self, replica: &Replica<'_>) -> Option<u32> {
        let workload = replica.workload;
        if !has(self.estate, workload) {
            return None;
        }
        let scope = workload.cluster;
        let old = self.remembered("vmid", replica, &[""]);
        let kept = match (said(workload), &old) {
            (Some(said), _) => Ok(said.value),
            (None, None) => Err(None),
            (None, Some(text)) => match read(text) {
                None => Err(Some(Cause::Unreadable)),
                Some(number) => match self.numbers.refusal(scope, number, replica.id) {
                    Some(cause) => Err(Some(cause)),
                    None => Ok(number),
                },
            },
        };
        let (number, cause) = match kept {
            Ok(number) => (number, said(workload).map(|said| Cause::Said(said.origin))),
            Err(cause) => (self.free_number(&replica.path)?, cause),
        };
        self.numbers.give(scope, number, &replica.path);
        self.new.set("vmid", &replica.path, number.to_string());
        match (old, cause) {
            (None, _) => drop(self.changes.new.insert(replica.id)),
            (Some(old), Some(cause)) => {
                self.note(replica, What::Number, old, Some(number.to_string()), cause);
            }
            (Some(_), None) => {}
        }
        Some(number)
    }

    fn free_number(&self, path: &str) -> Option<u32> {
        let size = u64::from(CHOSEN.end - CHOSEN.start);
        let first = hash(path) % size;
        let near = |step| {
            u32::try_from((first + step) % size).map_or(CHOSEN.start, |at| CHOSEN.start + at)
        };
        self.numbers
            .free(|| (0..size).map(near).chain(CHOSEN.end..=*VALID.end()))
    }
}
