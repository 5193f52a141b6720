//! Pods, and what makes pods out of a template: with the labels that its controller adds where
//! those can be known. Hashes of templates and ids cannot.

use std::net::IpAddr;

use super::{
    Object, Sink,
    at::{At, under},
    beyond,
    networkpolicy::protocol,
};
use crate::{
    Protocol,
    cluster::{ContainerPort, Pod},
};

/// On the pod of a virtual machine (KubeVirt, `AppLabel`).
const LAUNCHER: (&str, &str) = ("kubevirt.io", "virt-launcher");
/// On the pod of a virtual machine: its host name (KubeVirt, `VirtualMachineNameLabel`).
pub(super) const MACHINE: &str = "vm.kubevirt.io/name";
/// On the pods of a Job, by its name; both are set since Kubernetes 1.27.
const JOB: [&str; 2] = ["batch.kubernetes.io/job-name", "job-name"];
/// The longest host name that KubeVirt gives.
const HOSTNAME: usize = 63;

/// What of an object becomes pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// It is a pod.
    Pod,
    /// `spec.template` is one.
    Template,
    /// `spec.jobTemplate.spec.template` is one.
    Scheduled,
    /// It is a virtual machine that runs.
    Machine,
    /// `spec.template` is such a machine.
    MachineTemplate,
    /// `spec.virtualMachineTemplate.spec.template` is one.
    MachinePool,
}

fn shape(object: &Object<'_>) -> Option<Shape> {
    match (object.group, object.kind) {
        ("", "Pod") => Some(Shape::Pod),
        ("", "ReplicationController")
        | ("apps", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet")
        | ("batch", "Job") => Some(Shape::Template),
        ("batch", "CronJob") => Some(Shape::Scheduled),
        ("kubevirt.io", "VirtualMachineInstance") => Some(Shape::Machine),
        ("kubevirt.io", "VirtualMachine" | "VirtualMachineInstanceReplicaSet") => {
            Some(Shape::MachineTemplate)
        }
        ("pool.kubevirt.io", "VirtualMachinePool") => Some(Shape::MachinePool),
        _ => {
            let spec = object
                .body
                .value()
                .get("spec")?
                .get("template")?
                .get("spec")?;
            spec.get("containers")?.items().map(|_| Shape::Template)
        }
    }
}

/// Whether pods come of it.
pub(super) fn makes_pods(object: &Object<'_>) -> bool {
    shape(object).is_some()
}

/// The pod, or what all pods of the template have in common.
pub(super) fn pod(object: &Object<'_>, sink: &mut Sink) -> Pod {
    let body = &object.body;
    let shape = shape(object).unwrap_or(Shape::Pod);
    let spec = body.child("spec");
    let spec = spec.as_ref();
    let mut within = |outer: Option<&At<'_>>, name: &str| match under(outer, name) {
        Some(template) => of(&template, shape, sink),
        None => {
            sink.say(outer.unwrap_or(body), format!("has no {name}"));
            Pod::default()
        }
    };
    let mut pod = match shape {
        Shape::Pod | Shape::Machine => of(body, shape, sink),
        Shape::Template | Shape::MachineTemplate => within(spec, "template"),
        Shape::Scheduled => {
            let job = under(spec, "jobTemplate");
            let job = under(job.as_ref(), "spec");
            within(job.as_ref(), "template")
        }
        Shape::MachinePool => {
            let machine = under(spec, "virtualMachineTemplate");
            let machine = under(machine.as_ref(), "spec");
            within(machine.as_ref(), "template")
        }
    };
    object.namespace.clone_into(&mut pod.namespace);
    object.name.clone_into(&mut pod.name);
    object.kind.clone_into(&mut pod.kind);
    beyond::settled(object, &mut pod);
    let one = ["Pod", "VirtualMachine", "VirtualMachineInstance"];
    pod.alone = one.contains(&object.kind) && shape != Shape::Template;
    controlled(object, spec, &mut pod);
    pod
}

/// The labels that controllers add.
fn controlled(object: &Object<'_>, spec: Option<&At<'_>>, pod: &mut Pod) {
    match object.kind {
        "Job" if object.group == "batch" => {
            let manual = spec.and_then(|spec| spec.value().get("manualSelector")?.as_bool());
            if manual != Some(true) {
                let labels = JOB.map(|label| (label.to_owned(), object.name.to_owned()));
                pod.labels.extend(labels);
            }
        }
        "CronJob" if object.group == "batch" => {
            // Each run is a Job with the minute in its name: that there is a name is known.
            let name = format!("{}-0", object.name);
            let labels = JOB.map(|label| (label.to_owned(), name.clone()));
            pod.labels.extend(labels);
        }
        "VirtualMachine" | "VirtualMachineInstance" if object.group == "kubevirt.io" => {
            // What the machine says of its host name was read already.
            let name = || host_name(object.name).to_owned();
            pod.labels.entry(MACHINE.to_owned()).or_insert_with(name);
        }
        _ => {}
    }
}

/// As KubeVirt makes a host name of a machine's name.
pub(super) fn host_name(name: &str) -> &str {
    let first = name.split('.').next().unwrap_or(name);
    first.get(..HOSTNAME).unwrap_or(first)
}

/// A pod or a machine: its metadata, its spec, its status.
fn of(here: &At<'_>, shape: Shape, sink: &mut Sink) -> Pod {
    let mut pod = Pod::default();
    let metadata = here.child("metadata");
    let metadata = metadata.as_ref();
    if let Some(labels) = under(metadata, "labels") {
        pod.labels = labels.labels(sink);
    }
    // A spec that is left out declares no ports, and nothing else is asked of it.
    match (here.child("spec"), shape) {
        (None, _) => {}
        (Some(spec), Shape::Machine | Shape::MachineTemplate | Shape::MachinePool) => {
            machine(&spec, &mut pod, sink);
        }
        (Some(spec), _) => containers(&spec, &mut pod, sink),
    }
    if let Some(annotations) = under(metadata, "annotations") {
        beyond::annotated(&annotations, &mut pod, sink);
    }
    if let Some(status) = here.child("status") {
        self::status(&status, &mut pod, sink);
    }
    pod
}

fn containers(spec: &At<'_>, pod: &mut Pod, sink: &mut Sink) {
    if let Some(host) = spec.child("hostNetwork") {
        pod.host_network = host.truth(sink);
    }
    if let Some(node) = spec.child("nodeName") {
        pod.node = node.text(sink).map(str::to_owned);
    }
    if let Some(containers) = spec.child("containers") {
        containers.items(sink, |sink, item| ports(&item, "containerPort", pod, sink));
    }
    if let Some(containers) = spec.child("initContainers") {
        containers.items(sink, |sink, item| {
            // Only those that go on running beside the others have ports that last.
            let policy = item.value().get("restartPolicy").and_then(|it| it.as_str());
            if policy == Some("Always") {
                ports(&item, "containerPort", pod, sink);
            }
        });
    }
}

/// What KubeVirt makes of a machine: the ports of its interfaces are those of the pod.
fn machine(spec: &At<'_>, pod: &mut Pod, sink: &mut Sink) {
    pod.labels
        .insert(LAUNCHER.0.to_owned(), LAUNCHER.1.to_owned());
    pod.labels.remove(MACHINE);
    if let Some(name) = spec.child("hostname")
        && let Some(name) = name.text(sink)
    {
        pod.labels.insert(MACHINE.to_owned(), name.to_owned());
    }
    let domain = spec.child("domain");
    let devices = under(domain.as_ref(), "devices");
    if let Some(interfaces) = under(devices.as_ref(), "interfaces") {
        interfaces.items(sink, |sink, item| ports(&item, "port", pod, sink));
    }
    let mut attached = false;
    if let Some(networks) = spec.child("networks") {
        networks.items(sink, |sink, item| {
            let Some(multus) = item.child("multus") else {
                attached |= item.child("pod").is_some();
                return;
            };
            // Its default network is the pod network, whatever it is made of.
            if multus.child("default").is_some_and(|it| it.truth(sink)) {
                attached = true;
            } else if let Some(name) = multus.child("networkName") {
                let name = name.text(sink).map(str::to_owned);
                pod.networks.extend(name.map(|name| (name, Vec::new())));
            }
        });
    }
    // Without networks it gets the pod network, unless that is declined.
    let asked = spec.child("networks").is_some_and(|it| {
        it.value()
            .items()
            .is_none_or(|mut all| all.next().is_some())
    });
    let declined = under(devices.as_ref(), "autoattachPodInterface");
    let declined = declined.is_some_and(|it| !it.truth(sink));
    pod.detached = if asked { !attached } else { declined };
}

fn ports(container: &At<'_>, number: &str, pod: &mut Pod, sink: &mut Sink) {
    let Some(ports) = container.child("ports") else {
        return;
    };
    ports.items(sink, |sink, item| {
        let protocol = match item.child("protocol") {
            // Left empty it is as good as left out.
            Some(said) if said.value().as_str() != Some("") => protocol(&said, sink),
            _ => Some(Protocol::Tcp),
        };
        let name = item.child("name").and_then(|name| name.text(sink));
        let number = item.field(number).port(sink);
        if let (Some(protocol), Some(number)) = (protocol, number) {
            let name = name.filter(|name| !name.is_empty()).map(str::to_owned);
            pod.ports.push(ContainerPort {
                name,
                protocol,
                number,
            });
        }
    });
}

fn status(status: &At<'_>, pod: &mut Pod, sink: &mut Sink) {
    let phase = status.value().get("phase").and_then(|it| it.as_str());
    if !matches!(phase, Some("Succeeded" | "Failed")) {
        // Of one that has ended the addresses are somebody else's by now.
        pod.addresses = addresses(status, "podIP", "podIPs", sink);
    }
    pod.host_addresses = addresses(status, "hostIP", "hostIPs", sink);
}

fn addresses(status: &At<'_>, one: &str, all: &str, sink: &mut Sink) -> Vec<IpAddr> {
    let mut found = Vec::new();
    if let Some(one) = status.child(one) {
        found.extend(address(&one, sink));
    }
    if let Some(all) = status.child(all) {
        all.items(sink, |sink, item| {
            if let Some(ip) = item.child("ip") {
                found.extend(address(&ip, sink));
            }
        });
    }
    found
}

fn address(here: &At<'_>, sink: &mut Sink) -> Option<IpAddr> {
    let text = here.text(sink).filter(|text| !text.is_empty())?;
    let found = text.parse().ok();
    if found.is_none() {
        sink.say(here, format!("{text:?} is no address"));
    }
    found
}
