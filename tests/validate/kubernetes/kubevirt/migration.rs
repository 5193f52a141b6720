//! A machine that says it moves, and cannot: every eviction of it is refused for ever, and the
//! drain of its node hangs.

use crate::validate::{Findings, Node};

/// The obstacles a machine's own spec shows, where it must migrate to leave its node.
pub(super) fn check(spec: &Node<'_>, findings: &mut Findings) {
    if !must_migrate(spec) {
        return;
    }
    let refuse = |node: &Node<'_>, what: &str, findings: &mut Findings| {
        findings.refuse(
            node,
            format!("{what} stops live migration, and evictionStrategy is LiveMigrate"),
        );
    };
    let domain = spec.key("domain");
    for (path, what) in [
        ("devices/gpus", "a GPU"),
        ("devices/hostDevices", "a host device"),
    ] {
        if domain.at(path).len() > 0 {
            refuse(&domain.at(path), what, findings);
        }
    }
    if domain.key("launchSecurity").is_set() {
        refuse(&domain.key("launchSecurity"), "encrypted memory", findings);
    }
    let on_pod: Vec<_> = spec
        .key("networks")
        .items()
        .filter(|network| network.key("pod").is_set())
        .filter_map(|network| network.key("name").str())
        .collect();
    for interface in domain.at("devices/interfaces").items() {
        let is_on_pod = interface
            .key("name")
            .str()
            .is_some_and(|name| on_pod.contains(&name));
        if interface.key("bridge").is_set() && is_on_pod {
            refuse(
                &interface.key("bridge"),
                "a bridge on the pod network",
                findings,
            );
        }
    }
    for disk in spec
        .key("volumes")
        .items()
        .map(|volume| volume.key("hostDisk"))
    {
        if disk.is_set() && !disk.key("shared").is_true() {
            refuse(&disk, "a disk of one host", findings);
        }
    }
}

/// A volume that only one node mounts.
pub(super) fn volume_template(spec: &Node<'_>, template: &Node<'_>, findings: &mut Findings) {
    for shape in ["pvc", "storage"] {
        let modes = template.key("spec").key(shape).key("accessModes");
        let is_shared = modes
            .items()
            .any(|mode| mode.str() == Some("ReadWriteMany"));
        if must_migrate(spec) && modes.len() > 0 && !is_shared {
            let message = "only ReadWriteMany migrates live, and evictionStrategy is LiveMigrate";
            findings.refuse(&modes, message);
        }
    }
}

fn must_migrate(spec: &Node<'_>) -> bool {
    spec.key("evictionStrategy").str() == Some("LiveMigrate")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn with(strategy: &str, devices: Value) -> Value {
        json!({ "evictionStrategy": strategy, "domain": { "devices": devices },
            "networks": [{ "name": "default", "pod": {} }] })
    }

    #[test]
    fn what_must_migrate_can() {
        let gpus = json!({ "gpus": [{ "name": "g", "deviceName": "nvidia.com/H200" }] });
        accepts(check, with("None", gpus.clone()));
        accepts(check, with("LiveMigrateIfPossible", gpus.clone()));
        refuses(
            check,
            with("LiveMigrate", gpus),
            "/domain/devices/gpus",
            "GPU",
        );
        let nic = |binding: &str| json!({ "interfaces": [{ "name": "default", binding: {} }] });
        accepts(check, with("LiveMigrate", nic("masquerade")));
        refuses(
            check,
            with("LiveMigrate", nic("bridge")),
            "/domain/devices/interfaces/0/bridge",
            "bridge",
        );
    }

    #[test]
    fn what_must_migrate_has_shared_volumes() {
        let judge = |mode: &str| {
            let spec = json!({ "evictionStrategy": "LiveMigrate" });
            let template = json!({ "spec": { "storage": { "accessModes": [mode] } } });
            let mut findings = Findings::default();
            volume_template(&Node::root(&spec), &Node::root(&template), &mut findings);
            findings.into_sorted().len()
        };
        assert_eq!((judge("ReadWriteMany"), judge("ReadWriteOnce")), (0, 1));
    }
}
