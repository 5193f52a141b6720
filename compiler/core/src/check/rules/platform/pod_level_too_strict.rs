//! A container asks for what its own level of pod security refuses.

use crate::{
    check::{
        Subject,
        rules::secrets::{host_folder, unknown_capability},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Estate, Workload},
    origin::OriginId,
    schema::kinds::{LinuxCapability, PodLevel},
};

declare_rule! { pub RULE = "pod-level-too-strict", Platform, Error, "a container that its own level of pod security refuses", include_str!("pod_level_too_strict.md"); refused_by = ApiServer }

/// What `restricted` lets a container add (Kubernetes' pod security standards).
const RESTRICTED: &[&str] = &["NET_BIND_SERVICE"];

/// What `baseline` lets a container add.
const BASELINE: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Reports each setting that the API server would refuse.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        if subject.estate.clusters[workload.cluster].is_kubernetes() {
            of_workload(subject.estate, workload, findings);
        }
    }
}

fn of_workload(estate: &Estate, workload: &Workload, findings: &mut Findings) {
    let security = workload.spec.security.as_ref();
    let level = security.map_or(PodLevel::Restricted, |security| security.pod_level.value);
    if level == PodLevel::Privileged {
        return;
    }
    let (uid, capabilities) = match &workload.body {
        Body::Container(container) => (container.uid, container.capability.as_slice()),
        Body::Job(job) => (job.uid, job.capability.as_slice()),
        Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => return,
    };
    let mut refuse = |what: &str, origin: OriginId, needs: PodLevel| {
        findings.push(finding(estate, workload, level, what, origin, needs));
    };
    if level == PodLevel::Restricted && uid.value == 0 {
        refuse("runs as root", uid.origin, PodLevel::Baseline);
    }
    // A name that the kernel does not have is refused at every level.
    let known = |capability: &&LinuxCapability| unknown_capability::is_known(capability.name.value.as_str());
    for capability in capabilities.iter().filter(known) {
        if admits(level, capability) {
            continue;
        }
        let needs = if admits(PodLevel::Baseline, capability) {
            PodLevel::Baseline
        } else {
            PodLevel::Privileged
        };
        let what = format!("adds the capability {}", capability.name.value);
        refuse(&what, capability.meta.origin, needs);
    }
    for path in workload.mounts.iter().filter_map(|mount| mount.spec.host_path.as_ref()) {
        // What no level makes right is refused by itself.
        if host_folder::is_refused(&path.value) {
            continue;
        }
        refuse("mounts a path of its node", path.origin, PodLevel::Privileged);
    }
}

/// Whether a level lets a container add a capability.
pub(in crate::check::rules) fn admits(level: PodLevel, capability: &LinuxCapability) -> bool {
    let list = match level {
        PodLevel::Restricted => RESTRICTED,
        PodLevel::Baseline => BASELINE,
        PodLevel::Privileged => return true,
    };
    list.contains(&capability.name.value.as_str())
}

fn finding(
    estate: &Estate,
    workload: &Workload,
    level: PodLevel,
    what: &str,
    origin: OriginId,
    needs: PodLevel,
) -> Diagnostic {
    let (level, needs) = (level.word(), needs.word());
    let message = format!("`{}` {what}, which the level `{level}` refuses", workload.path);
    let finding = Diagnostic::new(&RULE, estate.span(origin), message)
        .label(format!("needs `{needs}`"))
        .why("the namespace bears the level that its workloads name, and the API server refuses pods beyond it")
        .help(format!("leave it out, or write `security pod-level={needs} because=\"…\"`"));
    match &workload.spec.security {
        Some(security) => finding.also(estate.span(security.pod_level.origin), "the level"),
        None => finding,
    }
}
