//! A Proxmox VE cluster on paper: every call of a plan against the described API of its release,
//! and the rules of the server that no description states.
//!
//! A plan is the ordered list of calls that `schemas/proxmox/example-plan-pve9.json` shows: each
//! with a method, a path, parameters, what it depends on, and how the runner finds out whether it
//! is done already. Rules carry the id under which `schemas/proxmox/rules.json` gives their
//! source.

use serde_json::Value;

use super::{Findings, Node, Skip, Violation};

mod api;
mod call;
mod format;
mod order;
mod property_string;
mod rules;

pub use api::Release;

/// Judges a plan for the release it requires, with all violations sorted by their place.
///
/// # Errors
/// A [`Skip`] where the API descriptions are not on this machine.
pub fn validate(plan: &Value) -> Result<Vec<Violation>, Skip> {
    let root = Node::root(plan);
    let mut findings = Findings::default();
    let wanted = root.at("requires/pve");
    let Some(release) = wanted.str().and_then(Release::of_requirement) else {
        findings.refuse(
            &wanted,
            "which release the plan is for is not said: `>=8.4 <9`, `>=9.0 <10`",
        );
        return Ok(findings.into_sorted());
    };
    let api = api::Api::of(release)?;
    let calls: Vec<_> = root
        .key("calls")
        .items()
        .map(|node| call::Call::read(api, node, &mut findings))
        .collect();
    order::check(&calls, &mut findings);
    rules::check(release, &calls, &mut findings);
    Ok(findings.into_sorted())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::shared;
    use serde_json::json;

    fn example() -> Result<Value, Skip> {
        shared::json("schemas/proxmox/example-plan-pve9.json")
    }

    /// Runs `judge` on what is found after `edit`, where the reference data is present.
    fn edited(edit: impl FnOnce(&mut Value), judge: impl FnOnce(Vec<Violation>)) {
        let found = example().and_then(|mut plan| {
            edit(&mut plan);
            validate(&plan)
        });
        match found {
            Ok(found) => judge(found),
            Err(skip) => println!("{skip}"),
        }
    }

    /// The parameters of the call with this id.
    fn params<'a>(plan: &'a mut Value, id: &str) -> &'a mut Value {
        &mut call(plan, id)["params"]
    }

    fn call<'a>(plan: &'a mut Value, id: &str) -> &'a mut Value {
        let calls = plan["calls"].as_array_mut().unwrap();
        calls.iter_mut().find(|call| call["id"] == id).unwrap()
    }

    /// After `edit`, exactly one violation, whose message holds `word`.
    #[track_caller]
    fn refused(word: &str, edit: impl FnOnce(&mut Value)) {
        edited(edit, |found| {
            assert_eq!(found.len(), 1, "{word}: {found:#?}");
            assert!(found[0].message.contains(word), "no `{word}` in {found:?}");
        });
    }

    #[test]
    fn the_worked_example_passes() {
        edited(|_| (), |found| assert_eq!(found, []));
    }

    #[test]
    fn every_call_of_the_example_depends_on_its_description() {
        let Ok(plan) = example() else {
            return println!("skipped: no reference data");
        };
        for index in 0..plan["calls"].as_array().unwrap().len() {
            let mut broken = plan.clone();
            broken["calls"][index]["params"]["no-such-parameter"] = json!(1);
            let found = validate(&broken).unwrap();
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(
                found[0].pointer,
                format!("/calls/{index}/params/no-such-parameter")
            );
        }
    }

    #[test]
    fn the_descriptions_refuse_what_the_server_would() {
        refused("no endpoint", |plan| {
            call(plan, "pool.acme")["path"] = json!("/pool")
        });
        refused("required", |plan| {
            params(plan, "pool.acme")
                .as_object_mut()
                .unwrap()
                .remove("poolid");
        });
        refused("not an integer", |plan| {
            params(plan, "vm.20021")["cores"] = json!("many")
        });
        refused("below", |plan| {
            params(plan, "sdn.vnet.acmeapp")["tag"] = json!(0)
        });
        refused("one of", |plan| {
            params(plan, "vm.20021")["ostype"] = json!("linux")
        });
        refused("0 to 30", |plan| {
            params(plan, "vm.20021")["scsi31"] = json!("ceph-vm:1")
        });
        refused("1 or 0", |plan| {
            params(plan, "vm.20021")["onboot"] = json!(true)
        });
        refused("characters", |plan| {
            params(plan, "sdn.vnet.acmeapp")["vnet"] = json!("muchtoolong")
        });
        refused("resource-affinity", |plan| {
            params(plan, "ha.rule.gpu")["affinity"] = json!("positive");
        });
    }

    #[test]
    fn property_strings_are_read_key_by_key() {
        refused("no key `bridgee`", |plan| {
            params(plan, "ct.20031")["net0"] =
                json!("name=eth0,bridgee=acmeapp,hwaddr=BC:24:11:2A:00:1F,firewall=1");
        });
        refused("mac-addr", |plan| {
            params(plan, "ct.20031")["net0"] =
                json!("name=eth0,hwaddr=BD:24:11:2A:00:1F,firewall=1");
        });
        refused("`name` is required", |plan| {
            params(plan, "ct.20031")["net0"] =
                json!("bridge=acmeapp,hwaddr=BC:24:11:2A:00:1F,firewall=1");
        });
        refused("twice", |plan| {
            params(plan, "vm.20021")["ipconfig0"] = json!("ip=10.42.1.21/24,ip=10.42.1.22/24");
        });
        refused("needs `ip`", |plan| {
            params(plan, "vm.20021")["ipconfig0"] = json!("gw=10.42.1.1")
        });
    }

    #[test]
    fn a_plan_is_in_order() {
        refused("comes later", |plan| {
            call(plan, "group.acme")["depends_on"] = json!(["pool.acme"])
        });
        refused("no call", |plan| {
            call(plan, "pool.acme")["depends_on"] = json!(["pool.acmee"])
        });
        refused("twice", |plan| {
            let copy = call(plan, "backup.acme").clone();
            plan["calls"].as_array_mut().unwrap().push(copy);
        });
        refused("unknown field", |plan| {
            call(plan, "pool.acme")["dependson"] = json!([])
        });
    }

    #[test]
    fn guests_follow_the_servers_rules() {
        let vm = "vm.20021";
        refused("pcie-q35", |plan| params(plan, vm)["machine"] = json!("pc"));
        refused("hostpci-xor", |plan| {
            params(plan, vm)["hostpci0"] = json!("pcie=1")
        });
        refused("cpu-flags", |plan| {
            params(plan, vm)["cpu"] = json!("cputype=host,flags=+avx512f")
        });
        refused("cpu-default", |plan| {
            params(plan, vm).as_object_mut().unwrap().remove("ostype");
        });
        refused("boot-order", |plan| {
            params(plan, vm)["boot"] = json!("order=scsi0;scsi7")
        });
        refused("net-mac", |plan| {
            params(plan, vm)["net0"] = json!("model=virtio,bridge=acmeapp,firewall=1")
        });
        refused("iothread", |plan| {
            params(plan, vm)["scsihw"] = json!("virtio-scsi-pci");
            params(plan, vm)["scsi1"] = json!("ceph-vm:200,discard=on");
        });
        refused("balloon", |plan| params(plan, vm)["balloon"] = json!(65536));
        refused("vmid-caller", |plan| {
            params(plan, "ct.20031")["vmid"] = json!(20021)
        });
        refused("tags", |plan| {
            params(plan, vm)["tags"] = json!("managed;acme;db")
        });
        refused("auth-root-only", |plan| {
            params(plan, vm)["affinity"] = json!("0-7")
        });
        refused("resize", |plan| {
            params(plan, "vm.20021.scsi0.size")["size"] = json!("+8G")
        });
        refused("storage-lock", |plan| {
            call(plan, vm)["serialise"] = json!([])
        });
        refused("import-from", |plan| {
            params(plan, vm)["scsi0"] = json!("ceph-vm:20,import-from=imports:import/a.qcow2");
        });
        refused("disk-alloc", |plan| {
            params(plan, "vm.20021.rootkeys")["scsi5"] = json!("ceph-vm:10");
            call(plan, "vm.20021.rootkeys")["serialise"] = json!(["storage:ceph-vm"]);
        });
        refused("cloudinit-drive", |plan| {
            params(plan, vm).as_object_mut().unwrap().remove("ide2");
        });
        refused("lxc-create", |plan| {
            params(plan, "ct.20031")
                .as_object_mut()
                .unwrap()
                .remove("unprivileged");
        });
        refused("secret", |plan| {
            params(plan, vm)["cipassword"] = json!("hunter2")
        });
    }

    #[test]
    fn numa_and_hugepages_add_up() {
        let vm = "vm.20021";
        refused("numa-required", |plan| params(plan, vm)["numa"] = json!(0));
        refused("hugepages", |plan| {
            params(plan, vm)["memory"] = json!("33000")
        });
        refused("numa-sum", |plan| {
            params(plan, vm)["numa0"] = json!("cpus=0-7,hostnodes=0,memory=16384,policy=bind");
        });
    }

    #[test]
    fn networks_firewall_and_availability_follow_the_servers_rules() {
        refused("sdn-type-req", |plan| {
            params(plan, "sdn.zone.acme")
                .as_object_mut()
                .unwrap()
                .remove("peers");
        });
        refused("sdn-type-req", |plan| {
            params(plan, "sdn.vnet.acmeapp")
                .as_object_mut()
                .unwrap()
                .remove("tag");
        });
        refused("sdn-lock", |plan| {
            call(plan, "sdn.zone.acme")
                .as_object_mut()
                .unwrap()
                .remove("secret_or_runtime_params");
        });
        refused("fw-insert-top", |plan| {
            params(plan, "fw.rule.acme-db.e1")["enable"] = json!(0)
        });
        refused("fw-addr", |plan| {
            params(plan, "fw.rule.acme-db.e1")["source"] = json!("+dc/nobody")
        });
        refused("15", |plan| {
            let ports: Vec<_> = (1..=16).map(|port| port.to_string()).collect();
            params(plan, "fw.rule.acme-db.e1")["dport"] = json!(ports.join(","));
        });
        refused("fw-levels", |plan| {
            params(plan, "vm.20021.fw.options")["enable"] = json!(0)
        });
        refused("fw-levels", |plan| {
            params(plan, "fw.cluster")["enable"] = json!(0)
        });
        refused("ha-resource-first", |plan| {
            params(plan, "ha.rule.gpu")["resources"] = json!("vm:20021,vm:20099");
            call(plan, "ha.rule.gpu")["update"] = Value::Null;
        });
        refused("backup-select", |plan| {
            params(plan, "backup.acme")["all"] = json!(1);
        });
        refused("ids", |plan| {
            params(plan, "role.tenant-operator")["roleid"] = json!("PVEMine")
        });
        refused("privilege", |plan| {
            params(plan, "role.tenant-operator")["privs"] = json!("VM.Monitor");
        });
    }

    #[test]
    fn another_release_has_another_api() {
        let edit = |plan: &mut Value| plan["requires"]["pve"] = json!(">=8.4 <9");
        edited(edit, |found| {
            let said = |word: &str| {
                found
                    .iter()
                    .any(|violation| violation.message.contains(word))
            };
            // The lock of the network, rules of availability, and a key of 9.
            assert!(said("POST /cluster/sdn/lock"), "{found:#?}");
            assert!(said("POST /cluster/ha/rules"), "{found:#?}");
            assert!(said("`allow-ksm`"), "{found:#?}");
            assert!(
                said("`VM.GuestAgent.Audit` is not a privilege"),
                "{found:#?}"
            );
        });
    }

    #[test]
    fn a_plan_says_its_release() {
        refused("release", |plan| plan["requires"]["pve"] = json!("any"));
    }
}
