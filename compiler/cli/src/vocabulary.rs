//! The built-in kinds by the place where they stand, for commands that explain them.

use tenantry_core::schema::{
    describe::{self, Placed},
    vocabulary::builtin,
};

/// All built-in kinds: what stands at the top level comes first.
pub(crate) fn kinds() -> Vec<Placed<'static>> {
    let (vocabulary, root) = builtin();
    describe::placed(vocabulary, *root)
}

/// The kinds that `name` may mean: a kind's name (`cpu`), or the end of its place (`pool.cpu`).
pub(crate) fn named(name: &str) -> Vec<Placed<'static>> {
    let tail = format!(".{name}");
    kinds()
        .into_iter()
        .filter(|placed| placed.place == name || placed.place.ends_with(&tail))
        .collect()
}
