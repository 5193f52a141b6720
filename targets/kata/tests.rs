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
