//! KubeVirt's admission, on paper (KubeVirt 1.9).
//!
//! A VM is accepted by rules over its defaulted spec, and its instance refused later by further
//! ones: a VM that is accepted and never starts. Both sets are rules here.

use std::collections::BTreeSet;

use super::{budget, cdi, placement, selector};
use crate::validate::{Findings, Node};

mod compute;
mod device;
mod disk;
mod firmware;
mod guest;
mod memory;
mod migration;
mod network;
mod volume;

/// A VirtualMachine.
pub(super) fn virtual_machine(root: &Node<'_>, findings: &mut Findings) {
    vm_spec(
        &root.key("spec"),
        root.at("metadata/namespace").str(),
        findings,
    );
}

/// A VirtualMachineInstance.
pub(super) fn instance(root: &Node<'_>, findings: &mut Findings) {
    instance_spec(&root.key("spec"), false, findings);
}

/// A VirtualMachineInstanceReplicaSet.
pub(super) fn replica_set(root: &Node<'_>, findings: &mut Findings) {
    let spec = root.key("spec");
    selects_template(&spec, &spec.key("template"), findings);
    instance_spec(&spec.at("template/spec"), false, findings);
}

/// A VirtualMachinePool. Its template is admitted without the defaults a VM gets.
pub(super) fn pool(root: &Node<'_>, findings: &mut Findings) {
    let spec = root.key("spec");
    let template = spec.key("virtualMachineTemplate");
    selects_template(&spec, &template, findings);
    vm_spec(&template.key("spec"), None, findings);
    let instance = template.at("spec/template/spec");
    let needs_architecture = instance.at("domain/memory/maxGuest").is_set()
        || instance.at("domain/launchSecurity").is_set();
    if needs_architecture && !instance.key("architecture").is_set() {
        let message =
            "a pool's template gets no default architecture, and its memory or security needs one";
        findings.refuse(&instance, message);
    }
    budget::count_or_percent(&spec.key("maxUnavailable"), findings);
    if matches!(
        spec.key("maxUnavailable").text().as_deref(),
        Some("0" | "0%")
    ) {
        findings.refuse(&spec.key("maxUnavailable"), "above 0");
    }
    for strategy in ["updateStrategy", "scaleInStrategy"] {
        if spec.key(strategy).set_keys().len() > 1 {
            findings.refuse(&spec.key(strategy), "one strategy");
        }
    }
}

fn selects_template(spec: &Node<'_>, template: &Node<'_>, findings: &mut Findings) {
    let wanted = spec.at("selector/matchLabels");
    let labels = template.at("metadata/labels");
    if wanted.set_keys().is_empty() || !selector::selects(&wanted, &labels) {
        findings.refuse(
            &spec.key("selector"),
            "does not select the labels of its own template",
        );
    }
}

/// An instancetype: it decides what a VM then may not.
pub(super) fn instancetype(root: &Node<'_>, findings: &mut Findings) {
    let memory = root.at("spec/memory");
    let percent = memory.key("overcommitPercent");
    if percent
        .int()
        .is_some_and(|percent| !(0..=100).contains(&percent))
    {
        findings.refuse(&percent, "0 to 100");
    }
    if percent.int().is_some_and(|percent| percent > 0) && memory.key("hugepages").is_set() {
        findings.refuse(&percent, "hugepages are never overcommitted");
    }
    let cpu = root.at("spec/cpu");
    let dedicated = cpu.key("dedicatedCPUPlacement").is_true();
    for needs in ["isolateEmulatorThread", "numa", "realtime"] {
        if cpu.key(needs).is_set() && !dedicated && cpu.key(needs).bool() != Some(false) {
            findings.refuse(&cpu.key(needs), "only with dedicatedCPUPlacement");
        }
    }
}

fn vm_spec(spec: &Node<'_>, namespace: Option<&str>, findings: &mut Findings) {
    run_strategy(spec, findings);
    let instance = spec.at("template/spec");
    if !instance.is_set() {
        return findings.refuse(spec, "no template");
    }
    let typed = spec.key("instancetype").is_set();
    if typed {
        instancetype_decides(&instance, findings);
    }
    reserved_labels(&spec.at("template/metadata/labels"), findings);
    data_volume_templates(spec, namespace, findings);
    instance_spec(&instance, typed, findings);
}

fn run_strategy(spec: &Node<'_>, findings: &mut Findings) {
    let strategy = spec.key("runStrategy");
    if spec.key("running").is_set() {
        findings.refuse(&spec.key("running"), "deprecated: say runStrategy");
    } else if !strategy.is_set() {
        findings.refuse(spec, "no runStrategy");
    }
    let known = ["Always", "Halted", "Manual", "RerunOnFailure", "Once"];
    if strategy
        .str()
        .is_some_and(|strategy| !known.contains(&strategy))
    {
        findings.refuse(&strategy, format!("one of {}", known.join(", ")));
    }
}

/// What an instancetype states, the VM must not.
fn instancetype_decides(instance: &Node<'_>, findings: &mut Findings) {
    let domain = instance.key("domain");
    let taken = ["cpu/sockets", "cpu/cores", "cpu/threads", "memory/guest"];
    let resources = [
        "requests/cpu",
        "requests/memory",
        "limits/cpu",
        "limits/memory",
    ];
    let taken = taken.iter().map(|path| domain.at(path));
    let resources = resources
        .iter()
        .map(|path| domain.key("resources").at(path));
    for field in taken.chain(resources).filter(|field| field.is_set()) {
        findings.refuse(&field, "the instancetype decides this");
    }
}

fn reserved_labels(labels: &Node<'_>, findings: &mut Findings) {
    const RESERVED: &[&str] = &[
        "created-by",
        "install-strategy",
        "migrationJobUID",
        "migrationTargetNodeName",
        "nodeName",
        "schedulable",
    ];
    for (key, value) in labels.entries() {
        if key
            .strip_prefix("kubevirt.io/")
            .is_some_and(|name| RESERVED.contains(&name))
        {
            findings.refuse(&value, format!("`{key}` is KubeVirt's own"));
        }
    }
}

/// Each template of a volume is a DataVolume and is used.
fn data_volume_templates(spec: &Node<'_>, namespace: Option<&str>, findings: &mut Findings) {
    let used: BTreeSet<_> = spec
        .at("template/spec/volumes")
        .items()
        .flat_map(|v| {
            [
                v.at("dataVolume/name"),
                v.at("persistentVolumeClaim/claimName"),
            ]
        })
        .filter_map(|name| name.str())
        .collect();
    for template in spec.key("dataVolumeTemplates").items() {
        let name = template.at("metadata/name");
        if name.str().is_none_or(|name| !used.contains(name)) {
            findings.refuse(&name, "no volume of the VM uses this template");
        }
        let own = template.at("metadata/namespace");
        if own.is_set() && own.str() != namespace {
            findings.refuse(&own, "a template's volume is in its VM's namespace");
        }
        cdi::data_volume(&template, findings);
        migration::volume_template(&spec.at("template/spec"), &template, findings);
    }
}

/// The rules over one machine. `typed`: an instancetype brings CPU and memory.
fn instance_spec(spec: &Node<'_>, typed: bool, findings: &mut Findings) {
    compute::check(spec, typed, findings);
    memory::check(spec, typed, findings);
    firmware::check(spec, findings);
    device::check(spec, findings);
    disk::check(spec, findings);
    volume::check(spec, findings);
    network::check(spec, findings);
    placement::check(spec, findings);
    guest::check(spec, findings);
    migration::check(spec, findings);
    lifecycle(spec, findings);
}

fn lifecycle(spec: &Node<'_>, findings: &mut Findings) {
    let eviction = spec.key("evictionStrategy");
    let known = ["None", "LiveMigrate", "LiveMigrateIfPossible", "External"];
    if eviction
        .str()
        .is_some_and(|strategy| !known.contains(&strategy))
    {
        findings.refuse(&eviction, format!("one of {}", known.join(", ")));
    }
    let start = spec.key("startStrategy");
    if start.is_set() && start.str() != Some("Paused") {
        findings.refuse(&start, "only Paused");
    }
    if start.is_set() && spec.key("livenessProbe").is_set() {
        findings.refuse(&start, "a paused machine fails its livenessProbe");
    }
    let has_pod_network = spec
        .key("networks")
        .items()
        .any(|network| network.key("pod").is_set())
        || spec.key("networks").len() == 0;
    for probe in ["readinessProbe", "livenessProbe"] {
        let probe = spec.key(probe);
        let handlers = probe.set_among(&["httpGet", "tcpSocket", "exec", "guestAgentPing"]);
        if probe.is_set() && handlers.len() != 1 {
            findings.refuse(&probe, "a probe has exactly one handler");
        }
        if !has_pod_network && !probe.set_among(&["httpGet", "tcpSocket"]).is_empty() {
            findings.refuse(&probe, "a probe over the network needs the pod network");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    /// The smallest machine that is admitted.
    fn machine() -> Value {
        json!({ "domain": { "cpu": { "cores": 2 }, "memory": { "guest": "2Gi" }, "devices": {} } })
    }

    fn vm(edit: impl FnOnce(&mut Value)) -> Value {
        let mut vm = json!({ "metadata": { "name": "a", "namespace": "acme" },
            "spec": { "runStrategy": "Always", "template": { "spec": machine() } } });
        edit(&mut vm["spec"]);
        vm
    }

    #[test]
    fn a_run_strategy_is_said_in_the_one_way() {
        let rule = virtual_machine;
        accepts(rule, vm(|_| ()));
        refuses(
            rule,
            vm(|spec| spec["runStrategy"] = json!("Sometimes")),
            "/spec/runStrategy",
            "Once",
        );
        refuses(
            rule,
            vm(|spec| spec["runStrategy"] = Value::Null),
            "/spec",
            "no runStrategy",
        );
        refuses(
            rule,
            vm(|spec| spec["running"] = json!(true)),
            "/spec/running",
            "deprecated",
        );
    }

    #[test]
    fn a_template_of_a_volume_is_used() {
        let with = |used: &str| {
            vm(|spec| {
                spec["dataVolumeTemplates"] = json!([{ "metadata": { "name": "root" }, "spec": {
                "source": { "blank": {} },
                "storage": { "resources": { "requests": { "storage": "1Gi" } } } } }]);
                spec["template"]["spec"]["volumes"] =
                    json!([{ "name": "root", "dataVolume": { "name": used } }]);
                spec["template"]["spec"]["domain"]["devices"]["disks"] =
                    json!([{ "name": "root", "disk": {} }]);
            })
        };
        accepts(virtual_machine, with("root"));
        let pointer = "/spec/dataVolumeTemplates/0/metadata/name";
        refuses(virtual_machine, with("other"), pointer, "no volume");
    }

    #[test]
    fn an_instancetype_decides_alone() {
        let typed = |guest: Value| {
            vm(|spec| {
                spec["instancetype"] = json!({ "name": "u1.medium" });
                spec["template"]["spec"]["domain"]["cpu"] = Value::Null;
                spec["template"]["spec"]["domain"]["memory"]["guest"] = guest;
            })
        };
        accepts(virtual_machine, typed(Value::Null));
        let pointer = "/spec/template/spec/domain/memory/guest";
        refuses(
            virtual_machine,
            typed(json!("1Gi")),
            pointer,
            "instancetype",
        );
        refuses(
            instancetype,
            json!({ "spec": { "memory": {
            "guest": "1Gi", "overcommitPercent": 10, "hugepages": { "pageSize": "2Mi" } } } }),
            "/spec/memory/overcommitPercent",
            "never",
        );
    }

    #[test]
    fn a_pool_selects_its_template_and_says_its_architecture() {
        let with = |wanted: &str, architecture: Value| {
            let mut spec = machine();
            spec["domain"]["memory"]["maxGuest"] = json!("4Gi");
            spec["architecture"] = architecture;
            json!({ "spec": {
                "selector": { "matchLabels": { "app": wanted } },
                "virtualMachineTemplate": { "metadata": { "labels": { "app": "web" } },
                    "spec": { "runStrategy": "Always", "template": { "spec": spec } } } } })
        };
        accepts(pool, with("web", json!("amd64")));
        refuses(
            pool,
            with("db", json!("amd64")),
            "/spec/selector",
            "own template",
        );
        let spec = "/spec/virtualMachineTemplate/spec/template/spec";
        refuses(pool, with("web", Value::Null), spec, "architecture");
    }

    #[test]
    fn a_probe_over_the_network_needs_the_pods_network() {
        let with = |network: Value, interface: Value| {
            vm(|spec| {
                let machine = &mut spec["template"]["spec"];
                machine["networks"] = json!([network]);
                machine["domain"]["devices"]["interfaces"] = json!([interface]);
                machine["readinessProbe"] = json!({ "tcpSocket": { "port": 22 } });
            })
        };
        let pod = json!({ "name": "default", "pod": {} });
        accepts(
            virtual_machine,
            with(pod, json!({ "name": "default", "masquerade": {} })),
        );
        let multus = json!({ "name": "default", "multus": { "networkName": "lan" } });
        let bridged = with(multus, json!({ "name": "default", "bridge": {} }));
        refuses(
            virtual_machine,
            bridged,
            "/spec/template/spec/readinessProbe",
            "pod network",
        );
    }
}
