//! Parallel work that returns in input order. Where there are no threads it is a plain map.

/// Maps every item, in parallel where the platform can.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn map<T: Sync, U: Send>(items: &[T], f: impl Fn(&T) -> U + Sync + Send) -> Vec<U> {
    use rayon::prelude::*;
    items.par_iter().map(f).collect()
}

/// Maps every item.
#[cfg(target_family = "wasm")]
pub(crate) fn map<T: Sync, U: Send>(items: &[T], f: impl Fn(&T) -> U + Sync + Send) -> Vec<U> {
    items.iter().map(f).collect()
}
