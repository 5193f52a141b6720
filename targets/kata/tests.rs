//! Classes of sandboxes, from the text to what the cluster reads.

use crate::testing::compile_tenant;

/// A tenant with a container in each of these sandboxes.
fn containers(sandboxes: &[&str]) -> String {
    let workloads: Vec<String> = sandboxes
        .iter()
        .enumerate()
        .map(|(index, sandbox)| {
            format!(
                r#"workload w{index} {{
                    container image="registry.example.com/shop/web:1.8.0" sandbox={sandbox}
                    on general
                    cpu 1 limit=1
                    memory "1GiB"
                }}"#
            )
        })
        .collect();
    format!("tenant shop {{\n{}\n}}", workloads.join("\n"))
}

#[test]
fn a_class_for_each_sandbox_in_use_and_no_other() {
    let made = compile_tenant(&containers(&["kata", "kata", "kata-clh", "none"]));
    let class = made.object("RuntimeClass", "kata-qemu");
    assert_eq!(class["handler"], "kata-qemu");
    assert_eq!(class["overhead"]["podFixed"]["memory"], "320Mi");
    assert_eq!(class["overhead"]["podFixed"]["cpu"], "250m");
    let nodes = &class["scheduling"]["nodeSelector"];
    assert_eq!(nodes["katacontainers.io/kata-runtime"], "true");
    assert_eq!(
        made.object("RuntimeClass", "kata-clh")["overhead"]["podFixed"]["memory"],
        "130Mi"
    );
    assert!(!made.has("RuntimeClass", "kata-fc"));
}

#[test]
fn a_pod_names_the_class_of_its_sandbox() {
    let made = compile_tenant(&containers(&["kata-clh"]));
    let pod = &made.object("Deployment", "w0")["spec"]["template"]["spec"];
    assert_eq!(pod["runtimeClassName"], "kata-clh");
}

#[test]
fn whole_gpus_for_sandboxes_are_given_out_and_counted_under_one_name() {
    let made = compile_tenant(
        r#"pool gpu {
            nodes 2 prefix=gpu first-ip="10.1.0.81"
            cpu epyc-9354
            memory "256GiB"
            gpu nvidia-l4 1 mode=passthrough
        }
        tenant games {
            quota cpu=16 memory="64GiB" { gpu nvidia-l4 2; }
            workload play {
                container image="registry.example.com/games/play:1.8.0" sandbox=kata-gpu
                on gpu
                replicas 2
                cpu 4 limit=4
                memory "16GiB"
                gpu nvidia-l4 1
            }
        }"#,
    );
    let play = made.object("Deployment", "play");
    let asked = &play["spec"]["template"]["spec"]["containers"][0]["resources"];
    assert_eq!(
        asked["limits"]["nvidia.com/pgpu"],
        "1",
        "{:?}",
        made.findings()
    );
    assert!(asked["limits"]["nvidia.com/gpu"].is_null());
    let hard = &made.object("ResourceQuota", "tenant")["spec"]["hard"];
    assert_eq!(hard["requests.nvidia.com/pgpu"], "2");
    let operator = &made.files()["helm/one/gpu-operator.values.yaml"];
    assert!(operator.contains("mode: kata"), "{operator}");
}
