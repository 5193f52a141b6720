//! A volume that several want to mount at once, and that one alone can.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Body, Estate, Id, Replicas, Tenant, Volume, Workload},
    schema::kinds::{Access, VolumeMode},
};

declare_rule! { pub RULE = "volume-not-shared", Storage, Error, "a volume that several mount and only one can", include_str!("volume_not_shared.md") }

/// Reports each volume that is mounted more often than it can be, and each that says it is shared
/// on storage which cannot be.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (owner, tenant) in estate.tenants.iter() {
        for volume in &tenant.volumes {
            findings.extend(match volume.spec.shared.value {
                true => storage(estate, owner, volume),
                false => users(estate, volume),
            });
        }
    }
}

/// Storage that no two nodes can mount files of.
fn storage(estate: &Estate, owner: Id<Tenant>, volume: &Volume) -> Option<Diagnostic> {
    let class = estate.class_for(owner, volume.cluster, volume.storage)?;
    let class = &estate.storages[class];
    let (access, mode) = (&class.spec.access, &class.spec.mode);
    if access.value == Access::Rwx && mode.value == VolumeMode::File {
        return None;
    }
    let shared = &volume.spec.shared;
    let message = format!(
        "volume `{}` is shared, and storage `{}` is `access={} mode={}`",
        volume.spec.name.value, class.name.value, access.value, mode.value
    );
    Some(
        Diagnostic::new(&RULE, estate.span(shared.origin), message)
            .label("cannot be shared there")
            .also(class.spec.meta.span, "the storage")
            .why("several nodes can open the files of a volume only where the storage serves files to many (`access=rwx mode=file`)")
            .help("lay it on a storage such as `cephfs` or `nfs`, or leave `shared` out"),
    )
}

/// More than one who mounts it.
fn users(estate: &Estate, volume: &Volume) -> Option<Diagnostic> {
    let name = &volume.spec.name.value;
    let help = format!("write `shared=#true` at volume `{name}`, or give each a `disk` of its own");
    let why = "without `shared` a volume is for one replica at a time: the next would wait for it for ever";
    if let [first, second, ..] = volume.mounted_by.as_slice() {
        let message = format!(
            "volume `{name}` is mounted by {}, and is not shared",
            words::count(volume.mounted_by.len() as u64, "workload")
        );
        return Some(
            Diagnostic::new(&RULE, estate.span(second.at), message)
                .label(format!("by `{}`", estate.workloads[second.to].path))
                .also(
                    estate.span(first.at),
                    format!("by `{}`", estate.workloads[first.to].path),
                )
                .also(volume.spec.meta.span, "the volume")
                .why(why)
                .help(help),
        );
    }
    let only = volume.mounted_by.first()?;
    let workload = &estate.workloads[only.to];
    let many = several(workload)?;
    let message = format!(
        "`{}` mounts volume `{name}` in {many}, and it is not shared",
        workload.path
    );
    Some(
        Diagnostic::new(&RULE, estate.span(only.at), message)
            .label("in each replica")
            .also(volume.spec.meta.span, "the volume")
            .why(why)
            .help(help),
    )
}

/// How many replicas a workload has at once, in words, where that may be more than one.
fn several(workload: &Workload) -> Option<String> {
    let parallel = match &workload.body {
        Body::Job(job) => job.parallel.value,
        _ => 1,
    };
    match &workload.replicas {
        Replicas::Fixed(count) if count.value.max(parallel) > 1 => {
            Some(words::count(count.value.max(parallel), "replica"))
        }
        Replicas::Fixed(_) => None,
        Replicas::Scaled { max, .. } if max.value > 1 => {
            Some(format!("up to {}", words::count(max.value, "replica")))
        }
        Replicas::Scaled { .. } => None,
        Replicas::PerNode(_) => Some("a replica on each node".to_owned()),
        Replicas::PerZone(_) => Some("replicas in each zone".to_owned()),
    }
}
