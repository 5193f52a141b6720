//! Storage of which too little is left.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Storage},
    units::{Bytes, Percent},
};

use super::storage_over_capacity::planned;

declare_rule! { pub RULE = "storage-nearly-full", Storage, Warn, "disks that take more than 80 % of their storage", include_str!("storage_nearly_full.md") }

/// The fill at which the field's alert fires; Ceph's own first warning comes at 85 %.
const MOST: Percent = Percent::thousandths(80_000);

/// Reports each class that is planned above that and still fits.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (storage, asked) in estate.storages.values().zip(planned(estate)) {
        findings.extend(judge(estate, storage, asked));
    }
}

fn judge(estate: &Estate, storage: &Storage, asked: u128) -> Option<Diagnostic> {
    let capacity = storage.spec.capacity.as_ref()?;
    let has = capacity.size.value.get();
    let asked = u64::try_from(asked).ok()?;
    // What does not fit is told as that.
    if asked > has || asked <= MOST.of_floor(has)? {
        return None;
    }
    let share = u128::from(asked) * 100 / u128::from(has.max(1));
    let message = format!(
        "storage `{}` holds {}, and its disks take {}, {share} % of it",
        storage.name.value,
        capacity.size.value,
        Bytes::new(asked)
    );
    // So much that what is asked is 80 % of it, in whole GiB.
    let enough = Bytes::new((asked / 4).saturating_mul(5).div_ceil(1 << 30) << 30);
    Some(
        Diagnostic::new(&RULE, estate.span(capacity.size.origin), message)
            .label(format!("{share} % planned"))
            .why("snapshots and copies that are made again after a failure need room too; past 80 % alerts fire from the first day, and at 95 % Ceph writes nothing more for anybody")
            .help(format!("make it `capacity \"{enough}\"` by adding disks, or make the disks smaller")),
    )
}
