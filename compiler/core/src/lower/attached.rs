//! Which replica has which address on a network beside the pod network, by what is remembered.

use super::allocate;
use crate::{
    lock::Allocations,
    model::{Estate, Id, Nic, Workload},
    units::{IpLen, Unit as _},
};

/// The name of each replica of a workload that has an identity, with the address of one of the
/// workload's interfaces as it is allocated; none where it has none.
pub(crate) fn attached<'e>(
    estate: &'e Estate,
    allocations: &'e Allocations,
    id: Id<Workload>,
    nic: &'e Nic,
) -> impl Iterator<Item = (String, Option<IpLen>)> {
    allocate::replicas(estate, id).map(|replica| {
        let key = format!("{}.{}", replica.path, nic.spec.name.value.as_str());
        let address = allocations.get("address", &key);
        (
            replica.name,
            address.and_then(|text| IpLen::parse(text).ok()),
        )
    })
}
