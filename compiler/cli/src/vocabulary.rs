//! The built-in kinds by the place where they stand, for commands that explain them.

use tenantry_core::schema::{
    describe::{self, Placed},
    vocabulary::builtin,
    words::Words,
};

/// All built-in kinds: what stands at the top level comes first.
pub(crate) fn kinds() -> Vec<Placed<'static>> {
    let (vocabulary, root) = builtin();
    describe::placed(vocabulary, *root)
}

/// What a spec declares beside the built-in kinds: all of them, with its own.
pub(crate) fn kinds_of(words: &Words) -> Vec<Placed<'_>> {
    let (_, root) = builtin();
    let mut kinds = describe::placed(&words.vocabulary, *root);
    kinds.extend(describe::defined(words, *root));
    kinds
}

/// The kinds that `name` may mean: a kind's name (`cpu`), or the end of its place (`pool.cpu`).
pub(crate) fn named(name: &str) -> Vec<Placed<'static>> {
    named_in(kinds(), name)
}

/// Those of some kinds that `name` may mean.
pub(crate) fn named_in<'v>(kinds: Vec<Placed<'v>>, name: &str) -> Vec<Placed<'v>> {
    let tail = format!(".{name}");
    kinds
        .into_iter()
        .filter(|placed| placed.place == name || placed.place.ends_with(&tail))
        .collect()
}
