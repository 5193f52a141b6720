//! Estates that nobody wrote, from a number: each has other features of the language, and all of
//! them together have all that the Kubernetes targets write something for. What the compiler says
//! against one of them is no failure: a draw may ask for what cannot be.

mod container;
mod draft;
mod ground;
mod machine;
mod shared;

use std::collections::BTreeSet;

use self::draft::Draft;
use crate::estate::Files;

/// An estate, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Varied {
    /// Its files.
    pub files: Files,
    /// What of the language it uses, in words of this module: `vm.hugepages`, `expose.gateway`.
    pub features: BTreeSet<&'static str>,
}

/// The estate of a seed: always the same.
pub fn estate(seed: u64) -> Varied {
    let mut draft = Draft::new(seed);
    ground::write(&mut draft, seed);
    for tenant in 0..=draft.dice.below(2) {
        shared::tenant(&mut draft, tenant);
    }
    let (text, features) = draft.done();
    let files = Files::from([("tenantry.kdl".to_owned(), text)]);
    Varied { files, features }
}

#[cfg(test)]
mod tests {
    use super::estate;

    #[test]
    fn a_seed_is_an_estate() {
        assert_eq!(estate(7), estate(7));
        assert_ne!(estate(7).files, estate(8).files);
    }
}
