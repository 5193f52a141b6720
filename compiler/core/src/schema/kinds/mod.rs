//! The built-in kinds, one file each (small children beside their parent): the declaration, and
//! with it the struct that `model` builds from.

mod abstraction;
mod backup_store;
mod cluster;
mod estate;
mod external;
mod facts;
mod foreign;
mod image;
mod link;
mod models;
mod network;
mod package;
mod param;
mod pool;
mod queue;
mod root;
mod rule;
mod storage;
mod tenant;
mod test;
mod tier;
mod volume;
mod workload;

pub use abstraction::*;
pub use backup_store::*;
pub use cluster::*;
pub use estate::*;
pub use external::*;
pub use facts::*;
pub use foreign::*;
pub use image::*;
pub use link::*;
pub use models::*;
pub use network::*;
pub use package::*;
pub use param::*;
pub use pool::*;
pub use queue::*;
pub use root::*;
pub use rule::*;
pub use storage::*;
pub use tenant::*;
pub use test::*;
pub use tier::*;
pub use volume::*;
pub use workload::*;

/// What the files of this folder share.
mod prelude {
    pub(super) use std::sync::Arc;

    pub(super) use crate::{
        origin::V,
        schema::{
            construct::{One, Values},
            kind::kind,
            ty::{Lit, NameOf, Named, Text, choices},
        },
        units::*,
    };

    /// Makes kinds referable by name.
    macro_rules! named {
        ($($Kind:ty = $word:literal),* $(,)?) => {$(
            impl Named for $Kind {
                const KINDS: &'static [&'static str] = &[$word];
            }
        )*};
    }
    pub(super) use named;
}
