//! The Ceph cluster: its daemons on the machines that have disks for it, and a pool for each
//! storage class. The classes themselves are objects of the `kubernetes` target, one writer for
//! all drivers.

use std::collections::BTreeMap;

use tenantry_core::{
    emit::tree::NodeMut,
    model::Pool,
    origin::OriginId,
    schema::kinds::{Cephfs, DiskUse, FailureDomain, RookCeph},
};

use super::{
    Context, Values,
    context::{keep_away, tolerate},
};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let Some(ceph) = cx.component("rook-ceph-cluster") else {
        return;
    };
    let origin = ceph.origin();
    if let Some(operator) = cx.platform.namespace(cx.id, "rook-ceph") {
        values.set("operatorNamespace", &operator, origin);
    }
    let pools: Vec<&Pool> = cx
        .pools()
        .filter(|pool| ceph_disk(pool).is_some())
        .collect();
    let machines: usize = match pools.as_slice() {
        [] => cx.open_workers(),
        pools => pools.iter().map(|pool| pool.nodes.len()).sum(),
    };
    let spec = "cephClusterSpec";
    values.set(&format!("{spec}.mon.count"), monitors(machines), origin);
    values.set(&format!("{spec}.mon.allowMultiplePerNode"), false, origin);
    values.set(
        &format!("{spec}.mgr.count"),
        if machines > 1 { 2 } else { 1 },
        origin,
    );
    disks(&pools, values, origin);
    if let Some(class) = encrypted(cx) {
        values.set(
            &format!("{spec}.storage.config.encryptedDevice"),
            "true",
            class,
        );
    }
    network(cx, values);
    placement(cx, &pools, values, origin);
    block_pools(cx, values, origin);
    file_systems(cx, values, origin);
    values.list("cephObjectStores", origin, |_| {});
    if let Some(origin) = cx.monitored() {
        values.monitor("monitoring.enabled", origin);
    }
}

/// The daemons stand in the network of their hosts and find the right interface by the ranges:
/// clients call the nodes' own addresses, copies take the network that a class names.
fn network(cx: &Context<'_>, values: &mut Values) {
    let named = cx.storages().find_map(|class| class.network);
    let Some((named, range)) = named.and_then(|named| {
        let range = cx.estate.networks[named.to].spec.cidr.as_ref()?;
        Some((named, range))
    }) else {
        return;
    };
    let network = "cephClusterSpec.network";
    values.set(&format!("{network}.provider"), "host", named.at);
    let plan = cx.cluster().spec.network_plan.as_ref();
    if let Some(nodes) = plan.and_then(|plan| plan.nodes.as_ref()) {
        values.list(
            &format!("{network}.addressRanges.public"),
            nodes.origin,
            |list| {
                list.push(&nodes.value.to_string()).mark(nodes.origin);
            },
        );
    }
    values.list(
        &format!("{network}.addressRanges.cluster"),
        range.origin,
        |list| {
            list.push(&range.value.to_string()).mark(range.origin);
        },
    );
}

/// An odd number, so that a majority survives: five from five machines on, one on fewer than
/// three.
fn monitors(machines: usize) -> u32 {
    match machines {
        0..=2 => 1,
        3..=4 => 3,
        _ => 5,
    }
}

/// The disks that a pool's machines keep for Ceph.
fn ceph_disk(pool: &Pool) -> Option<&tenantry_core::schema::kinds::PoolDisk> {
    let mut disks = pool.spec.disk.iter();
    disks.find(|disk| {
        disk.r#use
            .as_ref()
            .is_some_and(|what| what.value == DiskUse::Ceph)
    })
}

/// Each machine by name. Of its disks Ceph takes the empty ones: Rook leaves alone what bears a
/// partition or a file system. Where no pool says which disks, it looks on all machines.
fn disks(pools: &[&Pool], values: &mut Values, origin: OriginId) {
    let storage = "cephClusterSpec.storage";
    if pools.is_empty() {
        values.set(&format!("{storage}.useAllNodes"), true, origin);
        values.set(&format!("{storage}.useAllDevices"), true, origin);
        return;
    }
    values.set(&format!("{storage}.useAllNodes"), false, origin);
    values.set(&format!("{storage}.useAllDevices"), false, origin);
    values.list(&format!("{storage}.nodes"), origin, |list| {
        for pool in pools {
            let reason = ceph_disk(pool).map_or(origin, |disk| disk.meta.origin);
            for node in &pool.nodes {
                let mut entry = list.push_map();
                entry.set("name", &node.name).mark(node.origin);
                entry.set("useAllDevices", true).mark(reason);
            }
        }
    });
}

/// The first class that asks for encryption: Ceph encrypts whole disks.
fn encrypted(cx: &Context<'_>) -> Option<OriginId> {
    let classes = cx
        .storages()
        .filter(|class| class.spec.rook_ceph.is_some() || class.spec.cephfs.is_some());
    let mut asked = classes.filter(|class| class.spec.encrypted.value);
    asked.next().map(|class| class.spec.encrypted.origin)
}

/// All daemons on the machines with disks, whatever keeps others away from there.
fn placement(cx: &Context<'_>, pools: &[&Pool], values: &mut Values, origin: OriginId) {
    if pools.is_empty() {
        return;
    }
    values.at("cephClusterSpec.placement.all", |all| {
        all.mark(origin);
        on_pools(&mut all.map("nodeAffinity"), pools);
        if keep_away(pools.iter().copied(), cx.estate) {
            tolerate(
                &mut all.list("tolerations"),
                pools.iter().copied(),
                cx.estate,
            );
        }
    });
}

/// A node affinity to these pools.
pub(crate) fn on_pools(affinity: &mut NodeMut<'_>, pools: &[&Pool]) {
    let mut required = affinity.map("requiredDuringSchedulingIgnoredDuringExecution");
    let mut terms = required.list("nodeSelectorTerms");
    let mut term = terms.push_map();
    let mut expressions = term.list("matchExpressions");
    let mut expression = expressions.push_map();
    expression.set("key", "tenantry.dev/pool");
    expression.set("operator", "In");
    let mut names = expression.list("values");
    for pool in pools {
        names.push(pool.name.value.as_str()).mark(pool.name.origin);
    }
}

/// One block pool per name; classes may share one.
fn block_pools(cx: &Context<'_>, values: &mut Values, origin: OriginId) {
    let specs = cx
        .storages()
        .filter_map(|class| class.spec.rook_ceph.as_ref());
    let pools: BTreeMap<&str, &RookCeph> =
        specs.map(|spec| (spec.pool.value.as_str(), spec)).collect();
    values.list("cephBlockPools", origin, |list| {
        for (name, spec) in pools {
            let mut pool = list.push_map();
            pool.mark(spec.meta.origin);
            pool.set("name", name).mark(spec.pool.origin);
            let mut body = pool.map("spec");
            body.set("failureDomain", domain(spec.failure_domain.value))
                .mark(spec.failure_domain.origin);
            copies(&mut body, spec.replicas.value, spec.replicas.origin);
            pool.map("storageClass").set("enabled", false);
        }
    });
}

fn domain(domain: FailureDomain) -> &'static str {
    match domain {
        FailureDomain::Host => "host",
        FailureDomain::Rack => "rack",
        FailureDomain::Zone => "zone",
    }
}

fn copies(spec: &mut NodeMut<'_>, size: u32, origin: OriginId) {
    spec.map("replicated").set("size", size).mark(origin);
}

/// One file system per name, its data in the pool `data0`.
fn file_systems(cx: &Context<'_>, values: &mut Values, origin: OriginId) {
    let specs = cx.storages().filter_map(|class| class.spec.cephfs.as_ref());
    let systems: BTreeMap<&str, &Cephfs> =
        specs.map(|spec| (spec.pool.value.as_str(), spec)).collect();
    values.list("cephFileSystems", origin, |list| {
        for (name, spec) in systems {
            let mut system = list.push_map();
            system.mark(spec.meta.origin);
            system.set("name", name).mark(spec.pool.origin);
            let mut body = system.map("spec");
            copies(
                &mut body.map("metadataPool"),
                spec.replicas.value,
                spec.replicas.origin,
            );
            let mut data = body.list("dataPools");
            let mut pool = data.push_map();
            pool.set("name", "data0");
            pool.set("failureDomain", "host");
            copies(&mut pool, spec.replicas.value, spec.replicas.origin);
            let mut server = body.map("metadataServer");
            server.set("activeCount", 1);
            server.set("activeStandby", true);
            system.map("storageClass").set("enabled", false);
        }
    });
}
