//! Who answers under which name.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    model::{Cluster, Expose, Id, Workload},
    units::Host,
};

/// A name that a workload answers under.
#[derive(Clone, Copy)]
pub(super) struct Named<'e> {
    pub(super) workload: &'e Workload,
    pub(super) expose: &'e Expose,
    pub(super) host: &'e Host,
}

/// The names of an estate by their labels from the right, `com.example.shop.`, so that what lies
/// below a name follows it.
pub(super) type ByLabel<'e> = BTreeMap<(String, Id<Cluster>), Vec<Named<'e>>>;

/// All names that clients come by, wildcards by their base.
pub(super) fn by_label<'e>(subject: &Subject<'e>) -> ByLabel<'e> {
    let mut names = ByLabel::new();
    for workload in subject.estate.workloads.values() {
        for expose in &workload.exposes {
            let Some(host) = &expose.spec.host else {
                continue;
            };
            let named = Named {
                workload,
                expose,
                host: &host.value,
            };
            names
                .entry((key(host.value.base()), workload.cluster))
                .or_default()
                .push(named);
        }
    }
    names
}

/// A name from the right, each label with a dot behind.
pub(super) fn key(name: &str) -> String {
    name.rsplit('.')
        .fold(String::new(), |key, label| key + label + ".")
}
