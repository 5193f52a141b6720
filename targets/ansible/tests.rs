//! Small clusters, and their inventories.

use std::collections::BTreeMap;

use serde_yaml::Value;

use crate::testing::compile;

const CLUSTER: &str = r#"
estate test
cluster sz-1 {
    kubernetes "1.34"
    zone a b c
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="10.1.0.0/24"
    cni cilium "1.19.5" kube-proxy-replacement=#true
    facts { api port=6443 { ip "10.1.0.2"; }; }
}
pool control role=control-plane {
    nodes 1 per=zone prefix=cp- first-ip="10.1.0.2"
    cpu epyc-7313
    memory "64GiB"
}
pool gpu-train {
    label gpu-class high-end
    nodes 1 per=zone prefix=gpu- first-ip="10.1.0.20"
    cpu epyc-7313 sockets=2 manager=static
    memory "256GiB" { hugepages "1GiB" "64GiB"; }
    gpu nvidia-a100-80gb 4 mode=passthrough
    reserve cpu=2 memory="8GiB"
    taint dedicated gpu
}
"#;

fn inventory(text: &str) -> BTreeMap<String, Value> {
    let files = compile(text, &crate::all()).files();
    files
        .into_iter()
        .filter_map(|(path, text)| {
            let path = path.strip_prefix("ansible/inventory/")?.to_owned();
            Some((path, serde_yaml::from_str(&text).unwrap()))
        })
        .collect()
}

fn hosts(inventory: &BTreeMap<String, Value>, group: &str) -> Vec<String> {
    let group = &inventory["hosts.yaml"]["all"]["children"][group]["hosts"];
    let group = group.as_mapping().unwrap_or_else(|| panic!("{group:?}"));
    group
        .keys()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn groups_are_names_that_ansible_takes() {
    let inventory = inventory(CLUSTER);
    let groups = inventory["hosts.yaml"]["all"]["children"]
        .as_mapping()
        .unwrap();
    for name in groups.keys().map(|name| name.as_str().unwrap()) {
        assert!(
            name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'),
            "{name}"
        );
    }
    assert_eq!(
        hosts(&inventory, "pool_sz_1__gpu_train"),
        ["gpu-a-1", "gpu-b-1", "gpu-c-1"]
    );
    assert_eq!(hosts(&inventory, "zone_sz_1__b"), ["cp-b-1", "gpu-b-1"]);
}

#[test]
fn kubespray_finds_its_groups_and_truth_values() {
    let inventory = inventory(CLUSTER);
    assert_eq!(
        hosts(&inventory, "etcd"),
        hosts(&inventory, "kube_control_plane")
    );
    assert_eq!(hosts(&inventory, "kube_node").len(), 3);
    let cluster = &inventory["group_vars/k8s_cluster.yaml"];
    assert_eq!(cluster["kube_version"], "1.34.0");
    assert_eq!(cluster["kube_proxy_remove"], true, "text is refused");
    assert_eq!(
        cluster["kube_network_plugin"], "cni",
        "Cilium comes as a chart"
    );
    assert_eq!(
        inventory["host_vars/cp-b-1.yaml"]["etcd_member_name"],
        "etcd2"
    );
}

#[test]
fn labels_and_taints_stand_whole_with_each_host() {
    let host = &inventory(CLUSTER)["host_vars/gpu-b-1.yaml"];
    let labels = &host["node_labels"];
    assert_eq!(labels["tenantry.dev/pool"], "gpu-train");
    assert_eq!(labels["topology.kubernetes.io/zone"], "b");
    assert_eq!(labels["nvidia.com/gpu.workload.config"], "vm-passthrough");
    assert_eq!(labels["gpu-class"], "high-end");
    assert_eq!(host["node_taints"][0], "dedicated=gpu:NoSchedule");
}

#[test]
fn a_machine_whose_gpus_are_cut_says_which_layout_it_wants() {
    let cut = CLUSTER.replace(
        "gpu nvidia-a100-80gb 4 mode=passthrough",
        r#"gpu nvidia-a100-80gb 4 mode=mig { slice "1g.10gb" 7; }"#,
    );
    let labels = &inventory(&cut)["host_vars/gpu-b-1.yaml"]["node_labels"];
    assert_eq!(labels["nvidia.com/mig.config"], "pool-gpu-train");
    let whole = &inventory(CLUSTER)["host_vars/gpu-b-1.yaml"]["node_labels"];
    assert!(whole.get("nvidia.com/mig.config").is_none());
}

#[test]
fn hosts_are_prepared_for_what_they_give_away() {
    let pool = &inventory(CLUSTER)["group_vars/pool_sz_1__gpu_train.yaml"];
    assert_eq!(pool["kubelet_cpu_manager_policy"], "static");
    assert_eq!(pool["kube_memory_reserved"], "8Gi");
    let args: Vec<&str> = pool["host_kernel_args"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|arg| arg.as_str().unwrap())
        .collect();
    assert_eq!(
        args,
        [
            "default_hugepagesz=1G",
            "hugepagesz=1G",
            "hugepages=64",
            "intel_iommu=on",
            "iommu=pt"
        ]
    );
    assert_eq!(pool["host_vfio_ids"][0], "10de:20b2");
}

#[test]
fn the_kubelet_lays_together_what_the_pool_says() {
    let plain = inventory(CLUSTER);
    assert!(
        plain["host_vars/gpu-a-1.yaml"]
            .get("kubelet_config_extra_args")
            .is_none()
    );
    let text = CLUSTER.replace(
        "taint dedicated gpu",
        "topology-manager single-numa-node scope=pod
    taint dedicated gpu",
    );
    let text = text.replace("memory \"256GiB\"", "memory \"256GiB\" manager=static");
    let inventory = inventory(&text);
    let pool = &inventory["group_vars/pool_sz_1__gpu_train.yaml"];
    assert_eq!(pool["kubelet_topology_manager_policy"], "single-numa-node");
    assert_eq!(pool["kubelet_topology_manager_scope"], "pod");
    let config = &inventory["host_vars/gpu-a-1.yaml"]["kubelet_config_extra_args"];
    assert_eq!(config["memoryManagerPolicy"], "Static");
    let cells = config["reservedMemory"].as_sequence().unwrap();
    for (at, cell) in cells.iter().enumerate() {
        assert_eq!(cell["numaNode"], at);
        // Half of 8 GiB and of the eviction threshold of 100 MiB.
        assert_eq!(cell["limits"]["memory"], "4146Mi");
    }
    assert_eq!(cells.len(), 2);
}

#[test]
fn a_managed_cluster_has_no_hosts_of_ours() {
    let managed = CLUSTER.replace("cluster sz-1 {", "cluster sz-1 managed=#true {");
    assert!(inventory(&managed).is_empty());
}

#[test]
fn plain_hosts_are_in_the_inventory_and_nowhere_else() {
    let text = r#"
estate test
cluster old { hosts; }
pool metal { nodes 2 prefix=old- first-ip="10.30.0.11"; cpu epyc-7313; memory "64GiB"; }
"#;
    let files = compile(text, &crate::all()).files();
    assert!(files.keys().all(|path| path.starts_with("ansible/")));
    let inventory = inventory(text);
    assert_eq!(hosts(&inventory, "cluster_old"), ["old-1", "old-2"]);
    assert!(!inventory.contains_key("group_vars/k8s_cluster.yaml"));
}

#[test]
fn counted_machines_stand_in_the_racks_of_their_zone_by_turns() {
    let racks = "rack a1 a2 zone=a; rack other; nodes 2 per=zone prefix=gpu-";
    let text = CLUSTER.replace("nodes 1 per=zone prefix=gpu-", racks);
    let inventory = inventory(&text);
    let rack = |host: &str| {
        let variables = &inventory[&format!("host_vars/{host}.yaml")];
        variables["node_labels"]["tenantry.dev/rack"].clone()
    };
    assert_eq!(rack("gpu-a-1"), "a1");
    assert_eq!(rack("gpu-a-2"), "a2");
    assert_eq!(rack("gpu-b-1"), "other", "zone b has no racks of its own");
    assert_eq!(hosts(&inventory, "rack_sz_1__a2"), ["gpu-a-2"]);
}

#[test]
fn an_interface_is_set_up_for_the_networks_that_it_carries() {
    let nic = r#"nic data "25Gbit" mtu=9000 { carries backbone; }
    taint dedicated gpu"#;
    let network = r#"network backbone vlan=120 mtu=9000 cidr="10.20.0.0/16""#;
    let text = CLUSTER.replace("taint dedicated gpu", nic) + network;
    let pool = &inventory(&text)["group_vars/pool_sz_1__gpu_train.yaml"];
    let carried = &pool["host_interfaces"][0]["networks"][0];
    assert_eq!(carried["name"], "backbone");
    assert_eq!(carried["vlan"], 120);
    assert_eq!(carried["cidr"], "10.20.0.0/16");
}

#[test]
fn two_proxmox_nodes_hear_of_their_tie_breaker() {
    let text = r#"
estate test
cluster lab { proxmox "9.1" api="https://pve1.lab.example:8006"; quorum-device "10.30.0.5"; }
pool pve { nodes 2 prefix=pve first-ip="10.30.0.11"; cpu epyc-7313; memory "64GiB"; }
"#;
    let all = &inventory(text)["group_vars/cluster_lab.yaml"];
    assert_eq!(all["host_quorum_device"], "10.30.0.5");
}
