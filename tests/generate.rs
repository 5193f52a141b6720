//! Estates of any size, made of nothing but a number: for benchmarks, and for tests that must
//! hold whatever the spec.

use std::fmt::Write as _;

/// The shape of an estate to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Tenants.
    pub tenants: usize,
    /// Workloads of each tenant: containers, every fourth a virtual machine.
    pub workloads: usize,
}

/// The files of an estate: path and text. It has no errors, and its machines have room.
pub fn estate(shape: Shape) -> Vec<(String, String)> {
    let mut files = vec![("tenantry.kdl".to_owned(), ground(shape))];
    for number in 0..shape.tenants {
        files.push((format!("tenants/t{number:03}.kdl"), tenant(number, shape)));
    }
    files
}

/// The same with a parameter and a profile that the first workload of each tenant has, in a file
/// of their own, and with environments: what an editor has open.
pub fn edited(shape: Shape, environments: &[&str]) -> Vec<(String, String)> {
    let mut files = estate(shape);
    for (path, text) in &mut files {
        if path == "tenantry.kdl" && !environments.is_empty() {
            let declared = format!("    env {}\n    tenantry ", environments.join(" "));
            *text = text.replacen("    tenantry ", &declared, 1);
        }
        *text = text.replacen(
            "workload w000 {",
            "workload w000 {\n        like service",
            1,
        );
    }
    files.push(("shared.kdl".to_owned(), SHARED.to_owned()));
    files
}

const SHARED: &str = r#"// How many requests a service answers at once.
param workers type=int default=4 min=1 max=64

profile service {
    replicas 3
    var WORKERS $workers
}
"#;

fn ground(shape: Shape) -> String {
    // Each workload asks for at most 3 replicas of 2 cores and 4 GiB, overheads apart.
    let nodes = (shape.tenants * shape.workloads * 3 * 2 / 96 + 3) * 2;
    format!(
        r#"estate generated domain=example.com {{
    tenantry ">=0.1"
}}
cluster main {{
    kubernetes "1.34"
    zone a b c
    network-plan pods="10.0.0.0/12" services="10.96.0.0/12" nodes="10.128.0.0/16" node-mask=24
    cni cilium "1.19.5" proxy=nftables
    platform auto
    facts {{
        dns {{
            ip "10.96.0.10"
            select k8s-app kube-dns
        }}
        ingress class=edge namespace=gateway {{
            select app gateway
        }}
        monitoring namespace=monitoring {{
            select "app.kubernetes.io/name" prometheus
        }}
    }}
}}
pool general {{
    nodes {nodes} prefix=node-
    cpu epyc-9654
    memory "1536GiB"
}}
storage fast access=rwx {{
    rook-ceph replicas=3
    capacity "4PiB"
}}
"#
    )
}

fn tenant(number: usize, shape: Shape) -> String {
    let mut text = format!(
        "tenant t{number:03} {{\n    members {{\n        edit \"group:t{number:03}\"\n    }}\n"
    );
    for at in 0..shape.workloads {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "{}",
            if at % 4 == 3 {
                machine(at)
            } else {
                container(at)
            }
        );
    }
    text.push_str("}\n");
    text
}

fn container(at: usize) -> String {
    let before = if at.is_multiple_of(4) {
        String::new()
    } else {
        format!("\n        connect w{:03} port=http", at - 1)
    };
    format!(
        r#"    workload w{at:03} {{
        container image="registry.example.com/team/app:1.{at}.0"
        on general
        replicas 3
        cpu "500m"
        memory "512MiB"
        var LOG_LEVEL info
        port http 8080
        probe ready port=http path="/ready" every="10s"{before}
    }}
"#
    )
}

fn machine(at: usize) -> String {
    format!(
        r#"    workload w{at:03} {{
        vm image="registry.example.com/vm/debian:12.{at}"
        on general
        cpu cores=2
        memory "4GiB"
        disk root "20GiB" storage=fast
        user ops {{
            ssh-key "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKztIqnRQ/Efgt0fH4eoFvn44bzWPg+buoRtSLvfGO2K ops"
        }}
        port ssh 22
        connect w{:03} port=http
    }}
"#,
        at - 1
    )
}
