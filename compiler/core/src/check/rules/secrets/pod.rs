//! What containers and jobs say alike of what they may do.

use crate::{
    model::{Body, Workload},
    origin::V,
    schema::kinds::{Args, Command, Init, LinuxCapability, PodLevel, Sidecar},
};

/// The pod of a container or job, as the spec has it.
pub(in crate::check::rules) struct Pod<'w> {
    /// The user that it runs as.
    pub uid: V<u32>,
    /// Whether its root file system cannot be written.
    pub read_only_root: V<bool>,
    /// Whether it gets a token for the cluster's API.
    pub token: V<bool>,
    /// Whether it shares the kernel of its node.
    pub on_host_kernel: bool,
    /// Capabilities that it adds.
    pub capabilities: &'w [LinuxCapability],
    /// What it runs.
    pub command: Option<&'w Command>,
    /// With which arguments.
    pub args: Option<&'w Args>,
    /// Those before it.
    pub init: &'w [Init],
    /// Those beside it.
    pub sidecar: &'w [Sidecar],
}

impl<'w> Pod<'w> {
    /// The pod of a workload; none of machines, system containers and charts.
    pub(in crate::check::rules) fn of(workload: &'w Workload) -> Option<Self> {
        macro_rules! pod {
            ($container:expr) => {
                Some(Self {
                    uid: $container.uid,
                    read_only_root: $container.read_only_root,
                    token: $container.service_account_token,
                    on_host_kernel: !$container.sandbox.value.is_kata(),
                    capabilities: &$container.capability,
                    command: $container.command.as_ref(),
                    args: $container.args.as_ref(),
                    init: &$container.init,
                    sidecar: &$container.sidecar,
                })
            };
        }
        match &workload.body {
            Body::Container(container) => pod!(container),
            Body::Job(job) => pod!(job),
            Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => None,
        }
    }
}

/// What a workload's pods may do.
pub(in crate::check::rules) fn level(workload: &Workload) -> PodLevel {
    let security = workload.spec.security.as_ref();
    security.map_or(PodLevel::Restricted, |security| security.pod_level.value)
}
