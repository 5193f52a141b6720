//! Small estates on Proxmox, and the plans that they make.

use serde_json::{Value, json};

use crate::testing::compile;

const GROUND: &str = r#"
estate home domain="home.arpa"
cluster lab { proxmox "9.1"; }
pool metal {
    node pve ip="192.168.10.10"
    cpu ryzen-5-5600g
    memory "64GiB"
}
storage tank { zfs; }
network lan bridge=vmbr0 vlan=30 cidr="192.168.10.0/24" gateway="192.168.10.1" {
    dns "192.168.10.1"
}
image debian os=linux user=debian agent=#true { source proxmox-template=9000; }
"#;

/// The plan of a tenant with these workloads.
fn plan(workloads: &str) -> Value {
    let text = format!("{GROUND}\ntenant family {{\n{workloads}\n}}");
    let made = compile(&text, &crate::all());
    let files = made.files();
    serde_json::from_str(&files["proxmox/lab/plan.json"]).unwrap()
}

fn findings(workloads: &str) -> Vec<String> {
    let text = format!("{GROUND}\ntenant family {{\n{workloads}\n}}");
    compile(&text, &crate::all()).findings()
}

/// The call of that id.
fn call(plan: &Value, id: &str) -> Value {
    let calls = plan["calls"].as_array().unwrap();
    let found = calls.iter().find(|call| call["id"] == id);
    found.unwrap_or_else(|| panic!("no {id}")).clone()
}

fn machine(name: &str, more: &str) -> String {
    format!(
        "workload {name} {{
            vm image=debian
            on metal
            cpu cores=2
            memory \"4GiB\"
            disk root \"32GiB\" storage=tank
            nic default network=lan
            {more}
        }}"
    )
}

/// What is said of a machine whose cluster has a second host.
fn findings_on_two_hosts(storage: &str, machine: &str) -> Vec<String> {
    let ground = GROUND
        .replace("cpu ryzen", "node pve2 ip=\"192.168.10.11\"\n    cpu ryzen")
        .replace("{ zfs; }", storage);
    let text = format!("{ground}\ntenant family {{\n{machine}\n}}");
    compile(&text, &crate::all()).findings()
}

#[test]
fn a_template_is_cloned_to_another_machine_only_on_shared_storage() {
    let files = machine("files", "");
    let found = findings_on_two_hosts("{ zfs; }", &files);
    let refused = |line: &&String| line.starts_with("not-on-proxmox");
    assert_eq!(found.iter().filter(refused).count(), 1, "{found:#?}");
    let shared = "{ nfs server=\"192.168.10.5\" export=\"/vms\"; }";
    let found = findings_on_two_hosts(shared, &files);
    assert_eq!(found.iter().find(refused), None);
}

#[test]
fn a_machine_tied_to_its_template_s_host_may_be_cloned_there() {
    let refused = |line: &&String| line.starts_with("not-on-proxmox");
    let at = |node: &str| {
        let tied = machine("files", "").replace("on metal", &format!("on metal node={node}"));
        findings_on_two_hosts("{ zfs; }", &tied)
    };
    assert_eq!(at("pve").iter().find(refused), None);
    assert!(at("pve2").iter().any(|line| refused(&line)));
}

#[test]
fn a_machine_is_cloned_and_then_set() {
    let plan = plan(&machine("files", "target proxmox vmid=200"));
    let clone = call(&plan, "vm.200");
    assert_eq!(clone["path"], "/nodes/pve/qemu/9000/clone");
    assert_eq!(
        clone["identity"],
        json!({ "pool": "family" }),
        "or it is a stranger's"
    );
    let config = call(&plan, "vm.200.config");
    assert_eq!(config["depends_on"], json!(["vm.200"]));
    let params = &config["params"];
    assert_eq!(params["memory"], 4096);
    assert_eq!(params["cpu"], "host");
    assert_eq!(params["tags"], "family;tenantry");
    // The same address on every run: the number in hexadecimal, then the interface.
    assert_eq!(
        params["net0"],
        "virtio=02:00:00:00:C8:00,bridge=vmbr0,firewall=1,tag=30"
    );
    assert_eq!(call(&plan, "vm.200.scsi0.size")["params"]["size"], "32G");
}

#[test]
fn a_size_is_looked_for_as_the_server_shows_it() {
    let plan = plan(&machine(
        "files",
        "disk data \"2TiB\" storage=tank\ntarget proxmox vmid=200",
    ));
    let grow = call(&plan, "vm.200.scsi1.size");
    assert_eq!(grow["params"]["size"], "2048G");
    assert_eq!(grow["probe"]["match"]["scsi1.size"], "2T");
}

#[test]
fn a_volume_is_made_only_while_its_key_is_not_there() {
    let plan = plan(&machine(
        "files",
        "disk data \"100GB\" storage=tank\ntarget proxmox vmid=200",
    ));
    let data = call(&plan, "vm.200.scsi1");
    assert_eq!(data["probe"]["has"], "scsi1");
    assert_eq!(
        data["params"]["scsi1"], "tank:94,discard=on,iothread=1",
        "whole GiB, upwards"
    );
}

#[test]
fn a_flow_is_a_rule_at_both_ends_and_all_else_is_dropped() {
    let web = machine("web", "port http 80");
    let proxy = machine("proxy", "connect web port=http\ntarget proxmox vmid=200");
    let plan = plan(&format!("{web}\n{proxy}"));
    let rules: Vec<(&str, &str)> = plan["calls"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|call| {
            let path = call["path"]
                .as_str()?
                .strip_prefix("/cluster/firewall/groups/")?;
            Some((path, call["params"]["comment"].as_str()?))
        })
        .filter(|(_, comment)| !comment.contains("dns"))
        .collect();
    assert_eq!(
        rules,
        [
            ("family_proxy", "out family.web tcp 80"),
            ("family_web", "in family.proxy tcp 80"),
        ]
    );
    let options = call(&plan, "vm.200.fw.options");
    assert_eq!(options["params"]["policy_in"], "DROP");
    assert_eq!(options["params"]["policy_out"], "DROP");
    assert_eq!(options["params"]["ipfilter"], 1);
    let start = call(&plan, "start.vm.200");
    let waits = start["depends_on"].as_array().unwrap();
    assert!(
        waits.contains(&json!("vm.200.fw.options")),
        "behind its firewall from the first second"
    );
}

#[test]
fn a_rule_that_no_flow_asks_for_is_removed() {
    let plan = plan(&machine("files", ""));
    let prune = call(&plan, "fw.group.family_files.prune");
    assert_eq!(prune["method"], "DELETE");
    let kept = prune["each"]["except"].as_array().unwrap();
    assert_eq!(kept.len(), 2, "the resolver by both protocols: {kept:?}");
}

#[test]
fn what_needs_another_starts_after_it() {
    let db = machine("zz-db", "target proxmox vmid=201");
    let app = machine("app", "needs zz-db\ntarget proxmox vmid=200");
    let plan = plan(&format!("{db}\n{app}"));
    let waits = call(&plan, "start.vm.200")["depends_on"].clone();
    assert!(waits.as_array().unwrap().contains(&json!("start.vm.201")));
}

#[test]
fn a_halted_machine_is_made_and_not_started() {
    let halted =
        machine("files", "target proxmox vmid=200").replacen("files {", "files run=halted {", 1);
    let plan = plan(&halted);
    assert_eq!(call(&plan, "vm.200.config")["params"]["onboot"], 0);
    let ids = plan["calls"].as_array().unwrap().iter();
    assert!(!ids.map(|call| &call["phase"]).any(|phase| phase == "start"));
}

#[test]
fn keys_that_only_root_may_set_stand_in_a_call_of_their_own() {
    let text =
        machine("db", "target proxmox vmid=200").replace("\"4GiB\"", "\"4GiB\" hugepages=\"2MiB\"");
    let ground = GROUND.replace(
        "memory \"64GiB\"",
        "memory \"64GiB\" { hugepages \"2MiB\" \"16GiB\"; }",
    );
    let made = compile(
        &format!("{ground}\ntenant family {{ {text} }}"),
        &crate::all(),
    );
    let plan: Value = serde_json::from_str(&made.files()["proxmox/lab/plan.json"]).unwrap();
    let root = call(&plan, "vm.200.rootkeys");
    assert_eq!(root["auth"], "root-ticket-or-pvesh");
    assert_eq!(root["params"], json!({ "hugepages": "2" }));
    assert_eq!(
        call(&plan, "vm.200.config")["params"]["numa"],
        1,
        "the guest must know of cells"
    );
}

#[test]
fn containers_and_services_of_kubernetes_are_refused() {
    let container = "workload web { container image=\"registry.example.com/web:1\"; on metal; cpu 1; memory \"1GiB\"; }";
    let found = findings(container);
    assert!(
        found
            .iter()
            .any(|finding| finding.starts_with("unsupported-feature")),
        "{found:?}"
    );
}

#[test]
fn a_secret_is_named_and_never_written() {
    let store = "backup-store vault { pbs server=\"10.0.9.2\" datastore=main; }";
    let guest = machine("files", "backup nightly schedule=daily to=vault\n");
    let text = format!("{GROUND}\n{store}\ntenant family {{ {guest} }}");
    let made = compile(&text, &crate::all());
    let plan: Value = serde_json::from_str(&made.files()["proxmox/lab/plan.json"]).unwrap();
    let store = call(&plan, "storage.vault");
    assert_eq!(
        store["secret_or_runtime_params"]["password"],
        "env:TENANTRY_VAULT_PASSWORD"
    );
    assert!(store["params"].get("password").is_none());
}
