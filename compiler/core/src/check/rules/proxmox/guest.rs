//! What a workload asks for.

use super::not_on_proxmox::Gap;
use crate::{
    flows::Service,
    model::{Backup, Body, Estate, ImageUse, Replicas, Target, Workload},
    origin::OriginId,
    schema::kinds::{BackupKind, Cache, ConnectTls, Lxc, NicMode},
    units::Schedule,
};

/// The features of a processor that one machine can be given; any other needs a model of its own.
const CPU_FLAGS: [&str; 13] = [
    "aes",
    "amd-no-ssb",
    "amd-ssbd",
    "hv-evmcs",
    "hv-tlbflush",
    "ibpb",
    "md-clear",
    "nested-virt",
    "pcid",
    "pdpe1gb",
    "spec-ctrl",
    "ssbd",
    "virt-ssbd",
];

const NO_SUCH: &str = "the API has nothing for it";

pub(super) fn gaps(estate: &Estate, workload: &Workload) -> Vec<Gap> {
    let mut gaps = Vec::new();
    if matches!(workload.body, Body::Chart(_)) {
        // There are no charts at all, which is told once.
        return gaps;
    }
    life(workload, &mut gaps);
    inside(workload, &mut gaps);
    network(workload, &mut gaps);
    for backup in &workload.backups {
        self::backup(estate, backup, &mut gaps);
    }
    match &workload.body {
        Body::Vm(_, image) => machine(estate, workload, image, &mut gaps),
        Body::Lxc(lxc) => container(workload, lxc, &mut gaps),
        Body::Container(_) | Body::Job(_) | Body::Chart(_) => {}
    }
    gaps
}

fn life(workload: &Workload, gaps: &mut Vec<Gap>) {
    if let Replicas::PerNode(count) | Replicas::PerZone(count) = &workload.replicas {
        gaps.push(Gap::new(
            count.origin,
            "replicas by node or zone",
            "each guest is made by its own call",
            "write how many there are in all",
        ));
    } else if !workload.has_identity()
        && matches!(workload.body, Body::Vm(..) | Body::Lxc(_))
        && workload.spec.scale.is_none()
    {
        gaps.push(Gap::new(
            workload.spec.meta.origin,
            "guests without a number",
            "each guest has a name and a number of its own",
            "leave `identity=none` out",
        ));
    }
    let spec = &workload.spec;
    for lapse in [&spec.lease, &spec.idle_release].into_iter().flatten() {
        gaps.push(Gap::new(
            lapse.origin,
            "an end by itself",
            "nothing on the server stops a guest after a time",
            "leave it out, and stop the guest by hand",
        ));
    }
}

fn inside(workload: &Workload, gaps: &mut Vec<Gap>) {
    if let Some(var) = workload.spec.var.first() {
        gaps.push(Gap::new(
            var.meta.origin,
            "variables of the environment",
            "a guest has an init system of its own",
            "write a file with `cloud-init { write … }`",
        ));
    }
    if let Some(mount) = workload.mounts.first() {
        gaps.push(Gap::new(
            mount.spec.meta.origin,
            "something mounted",
            "only disks are",
            "write `mount=` at the disk, or a file with `cloud-init { write … }`",
        ));
    }
    for disk in &workload.disks {
        if disk.spec.ephemeral.value {
            gaps.push(Gap::new(
                disk.spec.ephemeral.origin,
                "a disk that is empty at each start",
                NO_SUCH,
                "leave `ephemeral` out",
            ));
        }
        if let Some(source) = &disk.spec.source {
            gaps.push(Gap::new(
                source.meta.origin,
                "a filled data disk",
                "only the root disk is filled, from the image",
                "leave `source` out",
            ));
        }
    }
}

fn network(workload: &Workload, gaps: &mut Vec<Gap>) {
    for nic in &workload.nics {
        if nic.spec.mode.value == NicMode::Sriov {
            gaps.push(Gap::new(
                nic.spec.mode.origin,
                "a virtual function",
                "its traffic passes the firewall by",
                "use `mode=bridge`",
            ));
        }
    }
    for connect in &workload.connects {
        if matches!(connect.to, Target::Platform(service) if service != Service::Dns) {
            gaps.push(Gap::new(
                connect.spec.target.origin,
                "a part of a Kubernetes platform",
                "there is none here",
                "leave it out",
            ));
        }
        if connect.spec.tls.value == ConnectTls::Mutual {
            gaps.push(Gap::new(
                connect.spec.tls.origin,
                "proof of both ends",
                "nothing stands between guests but the firewall",
                "let the application do it",
            ));
        }
    }
}

fn backup(estate: &Estate, backup: &Backup, gaps: &mut Vec<Gap>) {
    let spec = &backup.spec;
    let store = backup.to.map(|store| &estate.backup_stores[store.to]);
    if !store.is_some_and(|store| store.nfs.is_some() || store.pbs.is_some()) {
        let at = spec.to.as_ref().map_or(spec.meta.origin, |to| to.origin);
        gaps.push(Gap::new(
            at,
            "a backup to no store of its own",
            "backups go to a Proxmox Backup Server or an NFS export",
            "write `to=` with a `backup-store` of `pbs` or `nfs`",
        ));
    }
    if spec.kind.value != BackupKind::Snapshot {
        gaps.push(Gap::new(
            spec.kind.origin,
            "a backup of files",
            "it takes whole disks",
            "use `kind=snapshot`",
        ));
    }
    if let Some(verify) = &spec.verify {
        gaps.push(Gap::new(
            verify.meta.origin,
            "restores that are tried",
            "neither the server nor its backup server restores by itself",
            "leave `verify` out, and restore by hand now and then",
        ));
    }
    if let Schedule::Cron(cron) = &spec.schedule.value
        && let [_, _, day, _, weekday] = cron.as_str().split(' ').collect::<Vec<_>>()[..]
        && day != "*"
        && weekday != "*"
    {
        gaps.push(Gap::new(
            spec.schedule.origin,
            "either of two days",
            "a calendar event with both wants both, where cron is content with either",
            "restrict one of the two, or write two backups",
        ));
    }
}

fn machine(estate: &Estate, workload: &Workload, image: &ImageUse, gaps: &mut Vec<Gap>) {
    if let Some(cpu) = &workload.spec.cpu {
        for feature in cpu
            .feature
            .iter()
            .filter(|feature| !CPU_FLAGS.contains(&&*feature.name.value))
        {
            gaps.push(Gap::new(feature.name.origin, format!("the processor's `{}`", feature.name.value), "a machine's own list knows thirteen features; any other needs a model of the host's", "leave it out, or choose a `model` that has it"));
        }
        for flag in [&cpu.realtime, &cpu.isolate_emulator]
            .into_iter()
            .flatten()
            .filter(|flag| flag.value)
        {
            gaps.push(Gap::new(
                flag.origin,
                "a real-time machine",
                NO_SUCH,
                "leave it out",
            ));
        }
    }
    if let Some(max) = workload
        .spec
        .memory
        .as_ref()
        .and_then(|memory| memory.max.as_ref())
    {
        gaps.push(Gap::new(
            max.origin,
            "memory that is plugged in",
            "it takes a guest that was set up for it, and no plan can tell",
            "leave `max` out",
        ));
    }
    for user in &workload.spec.user {
        if let Some(password) = &user.password {
            gaps.push(Gap::new(
                password.origin,
                "a password",
                "the plan holds no secrets, and a file on the host would",
                "give the user an `ssh-key`",
            ));
        }
    }
    if let Some(from) = workload
        .spec
        .cloud_init
        .as_ref()
        .and_then(|init| init.from.as_ref())
    {
        gaps.push(Gap::new(
            from.origin,
            "user data from a config",
            "configs are Kubernetes' own",
            "write its parts in `cloud-init`",
        ));
    }
    if let Some(template) = cloned_across(estate, workload, image) {
        gaps.push(Gap::new(
            template,
            "a clone on a machine that its template does not lie on",
            "the template lies on the cluster's first machine, and a clone can be made on another one only where the root disk's storage is shared",
            "give the image a source with `http=`, which every machine fetches itself; or write `storage=` with one of `nfs`, or `on … node=` with the template's machine",
        ));
    }
    let is_clone = matches!(image, ImageUse::Named(image) if estate.images[image.to].source.iter().any(|source| source.proxmox_template.is_some()));
    if is_clone && let Some(root) = workload.disks.first() {
        let spec = &root.spec;
        let cache = (spec.cache.value != Cache::None).then_some(spec.cache.origin);
        for origin in cache
            .into_iter()
            .chain(spec.iops_limit.as_ref().map(|limit| limit.origin))
        {
            gaps.push(Gap::new(
                origin,
                "a setting of a cloned root disk",
                "a clone's disk has what its template's has",
                "set it in the template, and leave it out here",
            ));
        }
    }
}

/// Where a machine's image names a template, if the machine may stand where it cannot be cloned
/// to. `qm clone` takes another target only for storage that all machines share.
fn cloned_across(estate: &Estate, workload: &Workload, image: &ImageUse) -> Option<OriginId> {
    let ImageUse::Named(image) = image else {
        return None;
    };
    let cluster = &estate.clusters[workload.cluster].name.value;
    let mut sources = estate.images[image.to].source.iter();
    let source = sources.find(|source| {
        let here = source.cluster.as_ref();
        here.is_none_or(|only| *only.value.text == *cluster.as_str())
            && (source.proxmox_template.is_some()
                || source.http.is_some()
                || source.iso.is_some())
    })?;
    let template = source.proxmox_template.as_ref()?;
    let class = estate.storage_of(workload, workload.disks.first()?)?;
    if estate.storages[class].spec.nfs.is_some() {
        return None;
    }
    let mut machines = estate.pools_of(workload.cluster);
    let home = &machines.find_map(|(_, pool)| pool.nodes.first())?.name;
    let tied = workload.spec.on.as_ref().and_then(|on| on.node.as_ref());
    let pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
    let mut candidates = pools.flat_map(|pool| &pool.nodes);
    let elsewhere = match tied {
        Some(node) => node.value.as_str() != home,
        None => candidates.any(|node| node.name != *home),
    };
    elsewhere.then_some(template.origin)
}

fn container(workload: &Workload, lxc: &Lxc, gaps: &mut Vec<Gap>) {
    let is_template = lxc
        .image
        .value
        .split_once(':')
        .is_some_and(|(storage, rest)| !storage.is_empty() && rest.starts_with("vztmpl/"));
    if !is_template {
        gaps.push(Gap::new(
            lxc.image.origin,
            "a container from something else than a template",
            "a system container is unpacked from a template on a storage",
            "write `STORAGE:vztmpl/FILE`, as `pveam` lists it",
        ));
    }
    if let Some(user) = workload.spec.user.first() {
        gaps.push(Gap::new(
            user.meta.origin,
            "users of a system container",
            "cloud-init runs in machines only",
            "make the user in the template",
        ));
    }
    if let Some(init) = &workload.spec.cloud_init {
        gaps.push(Gap::new(
            init.meta.origin,
            "`cloud-init` in a system container",
            "it runs in machines only",
            "prepare the template",
        ));
    }
    for disk in workload.disks.iter().skip(1) {
        match &disk.spec.mount {
            None => gaps.push(Gap::new(
                disk.spec.meta.origin,
                "a disk without a path",
                "a system container sees directories and no disks",
                "write `mount=`",
            )),
            Some(path) if path.value.contains([',', '\n']) => gaps.push(Gap::new(
                path.origin,
                "a path with a comma",
                "the API separates by commas",
                "choose another path",
            )),
            Some(_) => {}
        }
    }
    for disk in &workload.disks {
        if let Some(limit) = &disk.spec.iops_limit {
            gaps.push(Gap::new(
                limit.origin,
                "a limit of operations",
                "only a machine's disks have one",
                "leave `iops-limit` out",
            ));
        }
    }
    for nic in &workload.nics {
        if let Some(queues) = &nic.spec.queues {
            gaps.push(Gap::new(
                queues.origin,
                "queues of a container's interface",
                "it has one",
                "leave `queues` out",
            ));
        }
    }
}
