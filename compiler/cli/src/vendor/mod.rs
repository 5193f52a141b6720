//! Taking a package in: it is read whole, judged, staged beside its place and renamed into it.
//! Nothing of it is run, and nothing of it is followed out of its folder.

pub(crate) mod git;
mod place;
mod take;

pub(crate) use place::{Stage, put};
pub(crate) use take::{Taken, take};
