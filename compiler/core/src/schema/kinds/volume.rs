//! Volumes of a tenant, which workloads share or hand on.

use super::{prelude::*, *};

kind! {
    /// A volume of the tenant: it outlives the workloads that mount it.
    pub struct Volume = "volume", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its size.
        arg size: V<Bytes>;
        /// Its storage class; the cluster's only one when left out.
        prop storage: Option<V<NameOf<Storage>>>;
        /// Whether several replicas or workloads mount it at the same time.
        prop shared: V<bool> = "#false";
        /// Whether it stays when it is taken out of the spec.
        prop keep: V<bool> = "#true";
        /// What it is filled from.
        child source: Option<ImageSource>;
        /// A backup of it.
        child backup: Vec<Backup>;
    }
}

named!(Volume = "volume");
