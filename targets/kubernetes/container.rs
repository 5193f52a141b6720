//! The containers of a pod.

use k8s_openapi::api::core::v1::{
    Capabilities, ConfigMapKeySelector, Container, ContainerPort, EnvVar, EnvVarSource,
    ObjectFieldSelector, SecretKeySelector, SecurityContext,
};
use tenantry_core::{
    schema::{
        kinds::{Init, Port, ProbeKind, Sidecar, Var},
        ty::Lit,
    },
    units::OciRef,
};

use super::{
    probe, resources,
    subject::{Pod, Subject},
    volumes::{self, Volumes},
};

/// The main container; it bears the workload's name.
pub(super) fn main(subject: &Subject<'_>, pod: &Pod<'_>, volumes: &Volumes) -> Container {
    let spec = &subject.workload.spec;
    Container {
        args: pod.args.clone(),
        command: pod.command.clone(),
        env: env(&spec.var),
        liveness_probe: probe::of(subject, ProbeKind::Live),
        ports: ports(&spec.port),
        readiness_probe: probe::of(subject, ProbeKind::Ready),
        resources: Some(resources::main(subject.estate, subject.workload)),
        security_context: Some(security(pod, &pod.capabilities)),
        startup_probe: probe::of(subject, ProbeKind::Startup),
        volume_mounts: some(volumes.mounts.clone()),
        ..container(subject.plan.name.clone(), &pod.image.value)
    }
}

/// The containers that end before it starts, and, with a restart policy of their own, those that
/// run beside it: they start first and end last.
pub(super) fn before(pod: &Pod<'_>) -> Vec<Container> {
    let inits = pod.init.iter().map(|spec| init(pod, spec));
    let sidecars = pod.sidecar.iter().map(|spec| sidecar(pod, spec));
    sidecars.chain(inits).collect()
}

/// Both kinds have the same fields.
macro_rules! companion {
    ($pod:ident, $spec:ident) => {
        Container {
            command: $spec
                .command
                .as_ref()
                .map(|command| command.words.iter().map(|w| w.value.to_string()).collect()),
            env: env(&$spec.var),
            ports: ports(&$spec.port),
            resources: Some(resources::companion(
                $spec.cpu.as_ref().map(|cpu| cpu.value),
                $spec.memory.as_ref().map(|memory| memory.value),
            )),
            security_context: Some(security($pod, &[])),
            volume_mounts: some($spec.mount.iter().filter_map(volumes::mount).collect()),
            ..container($spec.name.value.to_string(), &$spec.image.value)
        }
    };
}

fn init(pod: &Pod<'_>, spec: &Init) -> Container {
    companion!(pod, spec)
}

fn sidecar(pod: &Pod<'_>, spec: &Sidecar) -> Container {
    Container {
        restart_policy: Some("Always".to_owned()),
        ..companion!(pod, spec)
    }
}

fn container(name: String, image: &OciRef) -> Container {
    Container {
        image: Some(image.to_string()),
        image_pull_policy: Some("IfNotPresent".to_owned()),
        name,
        ..Container::default()
    }
}

/// As little as it needs: the `restricted` level's terms, whatever the namespace would admit.
fn security(pod: &Pod<'_>, keep: &[String]) -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities {
            add: some(keep.to_vec()),
            drop: Some(vec!["ALL".to_owned()]),
        }),
        read_only_root_filesystem: Some(pod.read_only_root.value),
        ..SecurityContext::default()
    }
}

fn ports(ports: &[Port]) -> Option<Vec<ContainerPort>> {
    // A container declares single ports only; a range works without being declared.
    let single = ports.iter().filter_map(|port| {
        Some(ContainerPort {
            container_port: i32::from(port.number.value.as_single()?),
            // Others are refused; ports are found by number anyway.
            name: Some(port.name.value.to_string()).filter(|name| is_service_name(name)),
            protocol: Some(port.protocol.value.word().to_uppercase()),
            ..ContainerPort::default()
        })
    });
    some(single.collect())
}

/// Whether a container's port may be called so (RFC 6335): 15 characters at most, a letter among
/// them, no two hyphens in a row.
fn is_service_name(name: &str) -> bool {
    name.len() <= 15 && name.bytes().any(|byte| byte.is_ascii_alphabetic()) && !name.contains("--")
}

fn env(vars: &[Var]) -> Option<Vec<EnvVar>> {
    some(vars.iter().map(var).collect())
}

fn var(var: &Var) -> EnvVar {
    let key = || {
        let key = var.key.as_ref().map(|key| key.value.to_string());
        key.unwrap_or_else(|| var.name.value.to_string())
    };
    let source = EnvVarSource {
        config_map_key_ref: var.config.as_ref().map(|config| ConfigMapKeySelector {
            key: key(),
            name: config.value.text.to_string(),
            optional: None,
        }),
        field_ref: var.field.as_ref().map(|field| ObjectFieldSelector {
            api_version: Some("v1".to_owned()),
            field_path: field.value.to_string(),
        }),
        secret_key_ref: var.secret.as_ref().map(|secret| SecretKeySelector {
            key: key(),
            name: secret.value.text.to_string(),
            optional: None,
        }),
        resource_field_ref: None,
    };
    EnvVar {
        name: var.name.value.to_string(),
        value: var.value.as_ref().map(|value| literal(&value.value)),
        value_from: (source != EnvVarSource::default()).then_some(source),
    }
}

fn literal(value: &Lit) -> String {
    match value {
        Lit::Str(text) => text.to_string(),
        Lit::Int(number) => number.to_string(),
        Lit::Bool(truth) => truth.to_string(),
    }
}

/// None of an empty list: an API server drops those, and a diff would show them for ever.
pub(super) fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
