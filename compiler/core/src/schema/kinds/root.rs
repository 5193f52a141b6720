//! The top level of a file.

use super::{prelude::*, *};

kind! {
    /// The top level of a file.
    pub struct Root = "" {
        /// The estate itself; in `tenantry.kdl`.
        child estate: Option<Estate>;
        /// What makes the folder a package, in place of an estate; in `tenantry.kdl`.
        child package: Option<PackageHead>;
        /// A package that is used.
        child r#use: Vec<Use>;
        /// A value that may differ between environments.
        child param: Vec<Param>;
        /// A name for a value.
        child r#let: Vec<Let>;
        /// Rows of values, for `each`.
        child table: Vec<Table>;
        /// A kind of your own.
        child define: Vec<Define>;
        /// Defaults that are taken with `like`.
        child profile: Vec<Profile>;
        /// A rule of your own.
        child rule: Vec<RuleDecl>;
        /// A place whose parts fail together: a building, its power.
        child site: Vec<Site>;
        /// A connection between two sites.
        child link: Vec<Link>;
        /// A cluster.
        child cluster: Vec<Cluster>;
        /// Equal machines of a cluster.
        child pool: Vec<Pool>;
        /// A storage class.
        child storage: Vec<Storage>;
        /// A network beside the pod network.
        child network: Vec<Network>;
        /// A named outside system.
        child external: Vec<External>;
        /// A machine image.
        child image: Vec<Image>;
        /// Where backups go.
        child backup_store: Vec<BackupStore>;
        /// A queue that jobs wait in.
        child queue: Vec<Queue>;
        /// A class of service.
        child tier: Vec<Tier>;
        /// Who goes first when room is short.
        child priority: Vec<Priority>;
        /// What something costs.
        child price: Vec<Price>;
        /// A processor model.
        child cpu_model: Vec<CpuModel>;
        /// A GPU model.
        child gpu_model: Vec<GpuModel>;
        /// A tenant.
        child tenant: Vec<Arc<Tenant>>;
        /// What must hold; `tenantry test` runs it.
        child test: Vec<Test>;
    }
}

kind! {
    /// A place whose parts fail together: a building with its power.
    pub struct Site = "site", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// The region that it lies in.
        prop region: Option<V<Name>>;
    }
}

kind! {
    /// What something costs: `price gpu.nvidia-a100-80gb "50 CNY/h"`.
    pub struct Price = "price", key("item") {
        /// `cpu`, `memory`, `gpu.MODEL` or `storage.NAME`.
        arg item: V<Arc<str>>;
        /// The price of one unit of it.
        arg price: V<Money>;
    }
}

named!(Site = "site");
