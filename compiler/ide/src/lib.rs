//! An editor's questions, answered from an immutable snapshot in plain data.
//!
//! A [`Host`] holds the texts of one estate as the editor has them. [`Host::analyse`] makes what
//! is [`Known`] of them, which is what `check` knows; [`Host::snapshot`] is what questions are
//! asked of: the newest text of every file, and the newest of what is known. Each question is a
//! module with one entry function, from a [`Snapshot`] and a place to plain data.
//!
//! Places are byte offsets in files that go by their path from the estate's root; the standard
//! library's start with `std:/`. There is no protocol here, no disk, no clock, no thread.
//!
//! Two things may lag behind the text: what is known (until the next analysis), and the estate
//! itself, which is the last one that could be made. Questions about spelling (`complete`,
//! `symbols`, `tokens`, `folding`) look at the newest text with the names of what is known;
//! questions about values answer only for text that was analysed, so that no answer is of another
//! line than the one asked about.

pub mod actions;
pub mod calls;
pub mod complete;
pub mod cursor;
pub mod definition;
mod dotted;
mod facts;
#[cfg(test)]
mod fixture;
pub mod folding;
pub mod format;
pub mod hints;
mod host;
pub mod hover;
pub mod lenses;
pub mod links;
mod locals;
pub mod meaning;
pub mod names;
pub mod outline;
pub mod references;
pub mod rename;
pub mod selection;
pub mod show;
pub mod signature;
pub mod subject;
pub mod symbols;
pub mod tokens;
mod values;

pub use host::{Done, Edit, File, FileEdits, Host, Known, Location, Snapshot, Told, Work};
