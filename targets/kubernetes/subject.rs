//! One workload of a cluster, and everything that is known of it.

use tenantry_core::{
    emit::{KubeId, Need},
    lower::{Lowered, LoweredCluster, LoweredTenant, LoweredWorkload},
    model::{Body, Estate, Workload},
    origin::V,
    schema::kinds::{Container, Init, Job, PortRef, Run, Sandbox, Sidecar},
    units::OciRef,
};

use super::NAME;
use crate::kube::{Scope, controller};

pub(super) use crate::kube::controller::Controller;

/// A workload in its cluster.
pub(super) struct Subject<'a> {
    /// The estate's model.
    pub(super) estate: &'a Estate,
    /// The cluster.
    pub(super) cluster: &'a LoweredCluster,
    /// The workload, lowered.
    pub(super) plan: &'a LoweredWorkload,
    /// The workload.
    pub(super) workload: &'a Workload,
    /// Whose its objects are.
    pub(super) scope: Scope<'a>,
}

impl<'a> Subject<'a> {
    /// A workload in its cluster.
    pub(super) fn new(
        lowered: &'a Lowered<'a>,
        cluster: &'a LoweredCluster,
        tenant: &'a LoweredTenant,
        plan: &'a LoweredWorkload,
    ) -> Self {
        let estate = lowered.estate;
        Self {
            estate,
            cluster,
            plan,
            workload: &estate.workloads[plan.id],
            scope: Scope::workload(NAME, estate, cluster.id, tenant, plan),
        }
    }

    /// What a container and a job have in common; none of a machine.
    pub(super) fn pod(&self) -> Option<Pod<'a>> {
        match &self.workload.body {
            Body::Container(container) => Some(Pod::of_container(container)),
            Body::Job(job) => Some(Pod::of_job(job)),
            Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => None,
        }
    }

    /// Which controller keeps its pods.
    pub(super) fn controller(&self) -> Controller {
        controller::of(self.workload)
    }

    /// Whether it runs at all for now.
    pub(super) fn is_on(&self) -> bool {
        !matches!(self.workload.spec.run.value, Run::Halted | Run::Manual)
    }

    /// A port of its own, by name or number.
    pub(super) fn port(&self, port: &PortRef) -> Option<u16> {
        match port {
            PortRef::Number(number) => Some(number.first()),
            PortRef::Name(name) => self
                .workload
                .port(name.as_str())
                .map(|port| port.number.value.first()),
        }
    }

    /// The regular expression of its pods' names: the controller's name and what it appends.
    /// Anchored by whoever matches, as Prometheus does.
    pub(super) fn pod_names(&self) -> String {
        let name = self.plan.name.as_str();
        match self.controller() {
            Controller::Deployment => format!("{name}-[a-z0-9]+-[a-z0-9]{{5}}"),
            Controller::StatefulSet => format!("{name}-[0-9]+"),
            Controller::DaemonSet | Controller::Job => format!("{name}-[a-z0-9]{{5}}"),
            Controller::CronJob => format!("{name}-[0-9]+-[a-z0-9]{{5}}"),
            Controller::Machine => format!("virt-launcher-{name}(-[0-9]+)?-[a-z0-9]{{5}}"),
        }
    }

    /// An object of its tenant's namespace that must be there first.
    pub(super) fn needs(&self, api_version: &str, kind: &str, name: &str) -> Need {
        Need::Object(KubeId::namespaced(
            api_version,
            kind,
            &self.plan.namespace,
            name,
        ))
    }
}

/// What a container and a job have in common.
pub(super) struct Pod<'a> {
    /// The image.
    pub(super) image: &'a V<OciRef>,
    /// The sandbox.
    pub(super) sandbox: V<Sandbox>,
    /// The secret that lets the image be pulled.
    pub(super) pull_secret: Option<&'a str>,
    /// The user.
    pub(super) uid: V<u32>,
    /// Whether the root cannot be written.
    pub(super) read_only_root: V<bool>,
    /// Whether it gets a token.
    pub(super) token: V<bool>,
    /// What it runs.
    pub(super) command: Option<Vec<String>>,
    /// With which arguments.
    pub(super) args: Option<Vec<String>>,
    /// What ends before it starts.
    pub(super) init: &'a [Init],
    /// What runs beside it.
    pub(super) sidecar: &'a [Sidecar],
    /// Capabilities that it keeps.
    pub(super) capabilities: Vec<String>,
    /// Paths that it can write.
    pub(super) writable: Vec<&'a str>,
}

/// The two kinds have the same fields; this reads them of either.
macro_rules! common {
    ($spec:ident) => {
        Self {
            image: &$spec.image,
            sandbox: $spec.sandbox,
            pull_secret: $spec.pull_secret.as_ref().map(|name| &*name.value.text),
            uid: $spec.uid,
            read_only_root: $spec.read_only_root,
            token: $spec.service_account_token,
            command: $spec
                .command
                .as_ref()
                .map(|command| command.words.iter().map(|w| w.value.to_string()).collect()),
            args: $spec
                .args
                .as_ref()
                .map(|args| args.words.iter().map(|w| w.value.to_string()).collect()),
            init: &$spec.init,
            sidecar: &$spec.sidecar,
            capabilities: $spec
                .capability
                .iter()
                .map(|capability| capability.name.value.to_string())
                .collect(),
            writable: $spec
                .writable
                .iter()
                .map(|path| &*path.path.value)
                .collect(),
        }
    };
}

impl<'a> Pod<'a> {
    pub(super) fn of_container(spec: &'a Container) -> Self {
        common!(spec)
    }

    pub(super) fn of_job(spec: &'a Job) -> Self {
        common!(spec)
    }
}
