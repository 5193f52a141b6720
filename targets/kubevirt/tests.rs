//! Machines, from the text to what the cluster reads.

use serde_yaml::Value;

use crate::testing::compile_tenant;

/// A tenant with one machine that says this beside its size.
fn machine(more: &str) -> String {
    format!(
        r#"
        tenant shop {{
            workload db {{
                vm image="registry.example.com/vm/debian:13"
                on general
                cpu cores=4
                memory "8GiB"
                {more}
            }}
        }}
        "#
    )
}

/// The instance of the machine `db`.
fn instance(more: &str) -> Value {
    compile_tenant(&machine(more)).object("VirtualMachine", "db")["spec"]["template"]["spec"]
        .clone()
}

const ROOT: &str = r#"disk root "20GiB""#;

#[test]
fn a_plain_machine_says_what_the_webhooks_would_write_into_it() {
    let vm = instance(ROOT);
    assert_eq!(vm["architecture"], "amd64");
    assert_eq!(vm["domain"]["machine"]["type"], "q35");
    assert_eq!(vm["domain"]["cpu"]["model"], "host-model");
    assert_eq!(
        vm["domain"]["cpu"]["maxSockets"], 1,
        "no CPUs that never come"
    );
    assert_eq!(vm["domain"]["memory"]["guest"], "8Gi");
    assert!(
        vm["domain"]["resources"]["requests"]
            .get("memory")
            .is_none()
    );
    assert_eq!(vm["domain"]["resources"]["requests"]["cpu"], "4");
    assert!(vm["domain"]["devices"]["interfaces"][0]["masquerade"].is_mapping());
}

#[test]
fn policies_and_services_find_the_pod_by_the_template_s_labels() {
    let made = compile_tenant(&machine(&format!("{ROOT}\nport sql 5432")));
    let labels = &made.object("VirtualMachine", "db")["spec"]["template"]["metadata"]["labels"];
    let selector = &made.object("Service", "db")["spec"]["selector"];
    for (key, value) in selector.as_mapping().unwrap() {
        assert_eq!(&labels[key], value);
    }
}

#[test]
fn a_machine_of_shared_disks_moves_and_one_with_its_node_s_does_not() {
    assert_eq!(instance(ROOT)["evictionStrategy"], "LiveMigrate");
    let local = r#"
        storage near { local; capacity "1TiB"; }
    "#;
    let text = format!("{local}{}", machine(r#"disk root "20GiB" storage=near"#));
    let made = compile_tenant(&text);
    let vm = &made.object("VirtualMachine", "db")["spec"]["template"]["spec"];
    assert_eq!(
        vm["evictionStrategy"], "None",
        "a drain would wait for ever"
    );
}

#[test]
fn a_disk_outlives_its_machine_unless_it_is_told_not_to() {
    let made = compile_tenant(&machine(&format!(
        "{ROOT}\ndisk scratch \"5GiB\" keep=#false\ndisk tmp \"1GiB\" ephemeral=#true"
    )));
    let root = made.object("DataVolume", "db-root");
    assert_eq!(root["spec"]["storage"]["accessModes"][0], "ReadWriteMany");
    assert_eq!(root["spec"]["storage"]["volumeMode"], "Block");
    assert_eq!(root["spec"]["source"]["registry"]["pullMethod"], "node");
    assert!(!made.has("DataVolume", "db-scratch"));
    let spec = &made.object("VirtualMachine", "db")["spec"];
    assert_eq!(
        spec["dataVolumeTemplates"][0]["metadata"]["name"],
        "db-scratch"
    );
    let volumes = spec["template"]["spec"]["volumes"].as_sequence().unwrap();
    assert!(
        volumes
            .iter()
            .any(|volume| volume["emptyDisk"]["capacity"] == "1Gi")
    );
}

#[test]
fn every_disk_has_its_volume_and_every_interface_its_network() {
    let vm = instance(&format!(
        "{ROOT}\ndisk data \"5GiB\" mount=\"/data\" fs=xfs"
    ));
    let names = |list: &Value| -> Vec<String> {
        let items = list.as_sequence().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let devices = &vm["domain"]["devices"];
    assert_eq!(names(&devices["disks"]), names(&vm["volumes"]));
    assert_eq!(names(&devices["interfaces"]), names(&vm["networks"]));
}

#[test]
fn cloud_init_finds_disks_by_their_names_and_never_overwrites_one() {
    let vm = instance(&format!(
        "{ROOT}\ndisk data \"5GiB\" mount=\"/data\" fs=xfs"
    ));
    let volumes = vm["volumes"].as_sequence().unwrap();
    let init = &volumes.last().unwrap()["cloudInitNoCloud"]["userData"];
    let text = init.as_str().unwrap();
    assert!(text.starts_with("#cloud-config\n"));
    let config: Value = serde_yaml::from_str(text).unwrap();
    assert_eq!(
        config["fs_setup"][0]["device"],
        "/dev/disk/by-id/virtio-data"
    );
    assert_eq!(config["fs_setup"][0]["overwrite"], false);
    assert_eq!(config["mounts"][0][1], "/data");
}

#[test]
fn a_text_of_more_than_2048_bytes_goes_into_a_secret() {
    let long = format!(
        "{ROOT}\ncloud-init {{ write \"/etc/motd\" \"{}\"; }}",
        "x".repeat(2048)
    );
    let made = compile_tenant(&machine(&long));
    let secret = made.object("Secret", "db-cloud-init");
    assert!(secret["stringData"]["userdata"].as_str().unwrap().len() > 2048);
    let vm = &made.object("VirtualMachine", "db")["spec"]["template"]["spec"];
    let init = &vm["volumes"][1]["cloudInitNoCloud"];
    assert_eq!(init["secretRef"]["name"], "db-cloud-init");
    assert!(init.get("userData").is_none());
}

#[test]
fn network_data_of_more_than_2048_bytes_goes_into_a_secret() {
    let networks: String = (0..12)
        .map(|n| {
            format!(
                "network net-{n} vlan={} bridge=br-{n} cidr=\"10.{}.0.0/24\" {{ route \"10.99.{n}.0/24\" via=\"10.{}.0.1\"; }}\n",
                100 + n,
                60 + n,
                60 + n
            )
        })
        .collect();
    let nics: String = (0..12)
        .map(|n| {
            format!("nic lan-{n} network=net-{n} unpoliced-because=\"a firewall stands there\"\n")
        })
        .collect();
    let made = compile_tenant(&format!(
        "{networks}{}",
        machine(&format!("{ROOT}\n{nics}"))
    ));
    let spec = &made.object("VirtualMachine", "db")["spec"]["template"]["spec"];
    let volumes = spec["volumes"].as_sequence().unwrap();
    let told = volumes
        .iter()
        .find_map(|volume| volume.get("cloudInitNoCloud"))
        .unwrap();
    assert!(told.get("networkData").is_none());
    assert_eq!(told["networkDataSecretRef"]["name"], "db-network");
    let secret = made.object("Secret", "db-network");
    assert!(secret["stringData"]["networkdata"].as_str().unwrap().len() > 2048);
    assert!(made.wave("Secret shop/db-network") < made.wave("VirtualMachine shop/db"));
}

#[test]
fn a_machine_on_arm64_sees_the_host_s_own_processor() {
    let arm = r#"
        pool arm {
            nodes 3 prefix=arm first-ip="10.1.0.91"
            cpu ampere-altra-q80-30
            memory "256GiB"
        }
    "#;
    let made = compile_tenant(&format!(
        "{arm}{}",
        machine(ROOT).replace("on general", "on arm")
    ));
    let spec = &made.object("VirtualMachine", "db")["spec"]["template"]["spec"];
    assert_eq!(spec["architecture"], "arm64");
    assert_eq!(spec["domain"]["cpu"]["model"], "host-passthrough");
}

#[test]
fn secure_boot_brings_the_mode_that_guards_its_keys() {
    let made = compile_tenant(
        r#"
        tenant shop {
            workload db {
                vm image="registry.example.com/vm/debian:13" secure-boot=#true tpm=#true
                on general
                cpu cores=2
                memory "2GiB"
                disk root "20GiB"
            }
        }
        "#,
    );
    let domain = &made.object("VirtualMachine", "db")["spec"]["template"]["spec"]["domain"];
    assert_eq!(domain["firmware"]["bootloader"]["efi"]["secureBoot"], true);
    assert_eq!(domain["features"]["smm"]["enabled"], true);
    assert!(domain["devices"]["tpm"].is_mapping());
}

#[test]
fn a_database_on_its_own_cores_is_pinned_and_asks_for_no_cpu_beside() {
    let made = compile_tenant(
        r#"
        tenant shop {
            workload db {
                vm image="registry.example.com/vm/debian:13"
                on general
                cpu cores=4 dedicated=#true numa=#true
                memory "8GiB" hugepages="2MiB"
                disk root "20GiB"
            }
        }
        "#,
    );
    let domain = &made.object("VirtualMachine", "db")["spec"]["template"]["spec"]["domain"];
    assert_eq!(domain["cpu"]["dedicatedCpuPlacement"], true);
    assert!(domain["cpu"]["numa"]["guestMappingPassthrough"].is_mapping());
    assert_eq!(domain["memory"]["hugepages"]["pageSize"], "2Mi");
    assert!(domain.get("resources").is_none());
}

#[test]
fn machines_with_numbers_have_names_of_their_own() {
    let made = compile_tenant(&machine(&format!("{ROOT}\nreplicas 2\nport sql 5432")));
    let peers = made.object("Service", "db-peers");
    assert_eq!(peers["spec"]["clusterIP"], "None");
    for name in ["db-0", "db-1"] {
        let vm = made.object("VirtualMachine", name);
        assert_eq!(vm["spec"]["template"]["spec"]["subdomain"], "db-peers");
        assert!(made.has("DataVolume", &format!("{name}-root")));
    }
}

#[test]
fn machines_that_are_alike_are_a_pool() {
    let made = compile_tenant(&machine(&format!("{ROOT}\nreplicas 3 identity=none")));
    let pool = made.object("VirtualMachinePool", "db");
    assert_eq!(pool["apiVersion"], "pool.kubevirt.io/v1beta1");
    assert_eq!(pool["spec"]["replicas"], 3);
    let template = &pool["spec"]["virtualMachineTemplate"];
    let wanted = pool["spec"]["selector"]["matchLabels"]
        .as_mapping()
        .unwrap();
    for (key, value) in wanted {
        assert_eq!(&template["metadata"]["labels"][key], value);
    }
    assert_eq!(
        template["spec"]["dataVolumeTemplates"][0]["metadata"]["name"],
        "db-root"
    );
}

#[test]
fn machines_that_follow_load_are_a_pool_whose_number_is_the_autoscaler_s() {
    let made = compile_tenant(&machine(&format!(
        "{ROOT}\nscale min=2 max=6 {{ cpu \"70%\"; }}"
    )));
    let pool = made.object("VirtualMachinePool", "db");
    assert!(pool["spec"].get("replicas").is_none());
    let scaler = &made.object("HorizontalPodAutoscaler", "db")["spec"];
    assert_eq!(scaler["scaleTargetRef"]["kind"], "VirtualMachinePool");
    assert_eq!(scaler["scaleTargetRef"]["name"], "db");
    assert_eq!(scaler["maxReplicas"], 6);
}

#[test]
fn a_further_network_is_joined_by_its_bridge_and_told_to_the_guest() {
    let network = r#"
        network bench bridge=br-bench vlan=30 mtu=9000 cidr="10.30.0.0/24" {
            reserved "10.30.0.1" "10.30.0.49"
        }
    "#;
    let nics = "nic default\nnic lab network=bench unpoliced-because=\"a bench of ours\"";
    let made = compile_tenant(&format!("{network}{}", machine(&format!("{ROOT}\n{nics}"))));
    let definition = made.object("NetworkAttachmentDefinition", "bench");
    let config = definition["spec"]["config"].as_str().unwrap();
    assert!(
        config.contains(r#""bridge":"br-bench","vlan":30,"mtu":9000"#),
        "{config}"
    );
    let vm = &made.object("VirtualMachine", "db")["spec"]["template"]["spec"];
    let lab = &vm["domain"]["devices"]["interfaces"][1];
    let mac = lab["macAddress"].as_str().unwrap();
    assert!(mac.starts_with("02:"), "locally administered: {mac}");
    let init = &vm["volumes"][1]["cloudInitNoCloud"]["networkData"];
    let data: Value = serde_yaml::from_str(init.as_str().unwrap()).unwrap();
    assert_eq!(data["ethernets"]["lab"]["match"]["macaddress"], mac);
    assert_eq!(data["ethernets"]["default"]["dhcp4"], true);
}

#[test]
fn a_config_is_a_small_disk_and_needs_its_config_map() {
    let text = r#"
        tenant shop {
            config app { file "app.conf" "port=5432"; }
            workload db {
                vm image="registry.example.com/vm/debian:13"
                on general
                cpu cores=2
                memory "2GiB"
                disk root "20GiB"
                mount "/etc/app" config=app
            }
        }
    "#;
    let made = compile_tenant(text);
    let vm = &made.object("VirtualMachine", "db")["spec"]["template"]["spec"];
    assert_eq!(vm["volumes"][1]["configMap"]["name"], "app");
    let init = vm["volumes"][2]["cloudInitNoCloud"]["userData"]
        .as_str()
        .unwrap();
    assert!(init.contains("iso9660"), "{init}");
}

#[test]
fn what_a_machine_needs_comes_first() {
    let text = r#"
        tenant shop {
            workload db {
                vm image="registry.example.com/vm/debian:13"
                on general
                cpu cores=2
                memory "2GiB"
                disk root "20GiB"
            }
            workload app {
                vm image="registry.example.com/vm/debian:13"
                on general
                cpu cores=2
                memory "2GiB"
                disk root "20GiB"
                needs db
            }
        }
    "#;
    let made = compile_tenant(text);
    let (first, then) = ("VirtualMachine shop/db", "VirtualMachine shop/app");
    assert!(made.wave(first) < made.wave(then));
    assert!(made.wave("NetworkPolicy shop/default-deny") < made.wave(first));
    assert!(made.wave("DataVolume shop/db-root") < made.wave(first));
}

#[test]
fn a_machine_follows_what_its_image_says_of_itself() {
    let text = r#"
        image legacy-os firmware=bios virtio-drivers=#false {
            source "registry.example.com/vm/legacy:1.0.0"
        }
        tenant shop {
            workload legacy {
                vm image=legacy-os
                on general
                cpu 2
                memory "2GiB"
                disk root "20GiB" bus=sata
            }
        }
    "#;
    let made = compile_tenant(text);
    let domain = &made.object("VirtualMachine", "legacy")["spec"]["template"]["spec"]["domain"];
    assert!(domain["firmware"]["bootloader"]["bios"].is_mapping());
    assert_eq!(domain["devices"]["interfaces"][0]["model"], "e1000e");
    assert_eq!(domain["devices"]["disks"][0]["disk"]["bus"], "sata");
}

#[test]
fn members_may_forward_the_ports_that_a_machine_listens_on() {
    let text = r#"
        tenant shop {
            members { vm-user "group:shop-dev"; }
            workload db {
                vm image="registry.example.com/vm/debian:13"
                on general
                cpu cores=2
                memory "2GiB"
                disk root "20GiB"
                port sql 5432
            }
        }
    "#;
    let policy = compile_tenant(text).spec("NetworkPolicy", "db");
    assert!(policy.contains("kubevirt.io: virt-api"), "{policy}");
    assert!(policy.contains("port: 5432"), "{policy}");
}

#[test]
fn what_kubevirt_cannot_do_is_refused_and_not_dropped() {
    for (more, word) in [
        ("var MODE fast", "variables"),
        ("probe startup port=22", "startup"),
        ("nic default rate-limit=\"1Gbit\"", "bound"),
        ("scale min=1 max=3 { memory \"80%\"; }", "use of memory"),
    ] {
        let findings = compile_tenant(&machine(&format!("{ROOT}\n{more}"))).findings();
        let refused = findings
            .iter()
            .any(|finding| finding.starts_with("unsupported-feature") && finding.contains(word));
        assert!(refused, "{more}: {findings:#?}");
    }
}
