//! The built-in kinds by the place where they stand, for commands that explain them.

use std::collections::BTreeSet;

use tenantry_core::schema::{
    kind::{Kind, KindId, Vocabulary},
    vocabulary::builtin,
};

/// A kind and where it stands: `tenant.workload`, by the shortest way from the top level.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) id: KindId,
    pub(crate) place: String,
    pub(crate) kind: &'static Kind,
}

/// All built-in kinds, breadth first: what stands at the top level comes first.
pub(crate) fn kinds() -> Vec<Placed> {
    let (vocabulary, root): &'static (Vocabulary, KindId) = builtin();
    let mut seen = BTreeSet::from([*root]);
    let mut queue = vec![Placed {
        id: *root,
        place: String::new(),
        kind: vocabulary.kind(*root),
    }];
    let mut next = 0;
    while let Some(parent) = queue.get(next).cloned() {
        for child in &parent.kind.children {
            if seen.insert(child.kind) {
                let place = if parent.place.is_empty() {
                    child.name.clone()
                } else {
                    format!("{}.{}", parent.place, child.name)
                };
                queue.push(Placed {
                    id: child.kind,
                    place,
                    kind: vocabulary.kind(child.kind),
                });
            }
        }
        next += 1;
    }
    queue.split_off(1)
}

/// The kinds that `name` may mean: a kind's name (`cpu`), or the end of its place (`pool.cpu`).
pub(crate) fn named(name: &str) -> Vec<Placed> {
    let tail = format!(".{name}");
    kinds()
        .into_iter()
        .filter(|placed| placed.place == name || placed.place.ends_with(&tail))
        .collect()
}
