//! Parallel work that returns in input order. Where there are no threads it is a plain map.

/// Maps every item, in parallel where the platform can.
#[cfg(not(target_family = "wasm"))]
pub fn map<T: Sync, U: Send>(items: &[T], f: impl Fn(&T) -> U + Sync + Send) -> Vec<U> {
    use rayon::prelude::*;
    items.par_iter().map(f).collect()
}

/// Maps every item, taking it, in parallel where the platform can.
#[cfg(not(target_family = "wasm"))]
pub fn map_owned<T: Send, U: Send>(items: Vec<T>, f: impl Fn(T) -> U + Sync + Send) -> Vec<U> {
    use rayon::prelude::*;
    items.into_par_iter().map(f).collect()
}

/// Maps every item, taking it.
#[cfg(target_family = "wasm")]
pub fn map_owned<T: Send, U: Send>(items: Vec<T>, f: impl Fn(T) -> U + Sync + Send) -> Vec<U> {
    items.into_iter().map(f).collect()
}

/// Maps every item.
#[cfg(target_family = "wasm")]
pub fn map<T: Sync, U: Send>(items: &[T], f: impl Fn(&T) -> U + Sync + Send) -> Vec<U> {
    items.iter().map(f).collect()
}

/// Both results, worked on at once where the platform can.
#[cfg(not(target_family = "wasm"))]
pub fn join<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(a, b)
}

/// Both results.
#[cfg(target_family = "wasm")]
pub fn join<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    (a(), b())
}

/// Lets go of something large beside other work: to free a whole estate takes milliseconds.
#[cfg(not(target_family = "wasm"))]
pub fn let_go<T: Send + 'static>(value: T) {
    rayon::spawn(move || drop(value));
}

/// Lets go of something large.
#[cfg(target_family = "wasm")]
pub fn let_go<T: Send + 'static>(value: T) {
    drop(value);
}
