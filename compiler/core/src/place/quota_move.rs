//! Whether a quota leaves room for a machine that moves: while it does, it is there twice.

use super::{
    demand::stands,
    moving,
    quota::{Asked, Bound},
    rules::QUOTA_BLOCKS_MIGRATION,
};
use crate::{
    diag::{Diagnostic, words},
    model::{Estate, Id, Tenant},
};

/// Reports a quota that all keeps within until a machine moves. Named is the one that takes most
/// of what is short first: with room for it, each of the others has room too.
pub(super) fn judge(
    estate: &Estate,
    tenant: Id<Tenant>,
    bounds: &[Bound],
    asked: &[Asked<'_>],
) -> Option<Diagnostic> {
    let movers: Vec<&Asked<'_>> = asked
        .iter()
        .filter(|asked| {
            asked.least > 0 && stands(asked.workload) && moving::waited_for(estate, asked.workload)
        })
        .collect();
    if movers.is_empty() {
        return None;
    }
    let short = |bound: &Bound, mover: &Asked<'_>| {
        let second = mover.each(&bound.counts);
        let all = asked.iter().map(|asked| asked.amounts(&bound.counts).0);
        let with = all.fold(second, u128::saturating_add);
        (second > 0 && with > bound.allowed).then_some(with)
    };
    let mover = bounds.iter().find_map(|bound| {
        let largest = movers.iter().max_by_key(|mover| {
            let path = std::cmp::Reverse(&mover.workload.path);
            (mover.each(&bound.counts), path)
        })?;
        short(bound, largest).map(|_| largest)
    })?;
    let over: Vec<(&Bound, u128)> = bounds
        .iter()
        .filter_map(|bound| Some((bound, short(bound, mover)?)))
        .collect();
    let (first, _) = over.first()?;
    let list = |of: &dyn Fn(&(&Bound, u128)) -> String| -> String {
        words::and(&over.iter().map(of).collect::<Vec<_>>())
    };
    let needed = list(&|(bound, with)| bound.counts.amount(*with));
    let message = format!(
        "while `{}` moves, the workloads of tenant `{}` take {needed}, and its quota is {}",
        mover.workload.path,
        estate.tenants[tenant].name.value,
        list(&|(bound, _)| bound.counts.amount(bound.allowed)),
    );
    let taken = list(&|(bound, _)| bound.counts.amount(mover.each(&bound.counts)));
    Some(
        Diagnostic::new(&QUOTA_BLOCKS_MIGRATION, estate.span(first.origin), message)
            .label("no room for one machine more")
            .also(
                mover.workload.spec.meta.span,
                format!("takes {taken} a second time"),
            )
            .why("KubeVirt starts a machine that moves on another node before it ends it on the first, and the API server refuses the second one its pod: whoever drains its node waits for ever")
            .help(format!(
                "raise it to {needed}, or write `migrate=restart`: it then stops, and starts elsewhere"
            )),
    )
}
