//! What a container or machine finds: mounts and variables.

use super::super::{prelude::*, *};

kind! {
    /// Something mounted: exactly one of `volume`, `config`, `secret`, `disk` and `host-path`.
    pub struct Mount = "mount", key("path") {
        /// Where.
        arg path: V<Arc<str>>;
        /// A volume of the tenant.
        prop volume: Option<V<NameOf<Volume>>>;
        /// A config of the tenant.
        prop config: Option<V<NameOf<Config>>>;
        /// A secret of the tenant.
        prop secret: Option<V<NameOf<Secret>>>;
        /// A disk of the workload.
        prop disk: Option<V<Name>>;
        /// A path of the host.
        prop host_path: Option<V<Arc<str>>>;
        /// Whether it cannot be written; a config or secret never can.
        prop read_only: Option<V<bool>>;
    }
}

kind! {
    /// A variable of the environment: a value, or where it comes from.
    pub struct Var = "var", key("name") {
        /// Its name.
        arg name: V<Ident>;
        /// Its value.
        arg value: Option<V<Lit>>;
        /// A secret of the tenant; with `key`.
        prop secret: Option<V<NameOf<Secret>>>;
        /// A config of the tenant; with `key`.
        prop config: Option<V<NameOf<Config>>>;
        /// The key of the secret or config.
        prop key: Option<V<Ident>>;
        /// A field of the pod: `metadata.name`.
        prop field: Option<V<Arc<str>>>;
    }
}

/// Every mount of a workload: its own and those of the containers beside the main one.
pub fn mounts_of(workload: &Workload) -> impl Iterator<Item = &Mount> {
    let (init, sidecar) = match (&workload.container, &workload.job) {
        (Some(run), _) => (&*run.init, &*run.sidecar),
        (None, Some(run)) => (&*run.init, &*run.sidecar),
        (None, None) => (&[][..], &[][..]),
    };
    let beside = init.iter().flat_map(|one| &one.mount);
    let beside = beside.chain(sidecar.iter().flat_map(|one| &one.mount));
    workload.mount.iter().chain(beside)
}
