//! Where everything stands, for whoever asks for that alone.

use std::sync::Arc;

use super::{Compiled, Options, Run, Until, compile};
use crate::{load::Library, place::PlacedCluster, target::Target, world::World};

/// Where everything stands in each environment that was asked for.
#[derive(Debug)]
pub struct PlacedRun {
    /// The run, as `check` makes it.
    pub run: Run,
    /// The environments; of one that is too broken for it, nothing.
    pub environments: Vec<PlacedEnvironment>,
}

/// Where everything stands in one environment.
#[derive(Debug)]
pub struct PlacedEnvironment {
    /// The environment; none where none is declared.
    pub env: Option<Arc<str>>,
    /// Its clusters, by name. Where the ground itself is broken there are none.
    pub clusters: Vec<PlacedCluster>,
}

impl PlacedEnvironment {
    pub(super) fn of(compiled: &mut Compiled) -> Self {
        Self {
            env: compiled.env.clone(),
            clusters: std::mem::take(&mut compiled.placed),
        }
    }
}

/// Places an estate: its findings are those of [`super::check`], and each cluster's problem is
/// there with its answer, of an estate with errors as far as it can be told.
pub fn placed(
    world: &dyn World,
    library: Library,
    targets: &[&dyn Target],
    options: &Options,
) -> PlacedRun {
    let built = compile(world, library, targets, options, Until::Placed);
    PlacedRun {
        run: built.run,
        environments: built.placed,
    }
}
