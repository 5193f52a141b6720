//! What the target refuses, what it orders, and where it says a field comes from.

use crate::testing::{Made, compile_tenant};

/// A tenant of one container with a line more.
fn container(line: &str) -> Made {
    compile_tenant(&format!(
        r#"tenant shop {{
            workload web {{
                container image="registry.example.com/shop/web:1.2.0"
                on general
                replicas 2
                cpu "250m"
                memory "256MiB"
                port http 8080
                {line}
            }}
        }}"#
    ))
}

#[test]
fn a_chart_is_refused_once_whatever_it_leaves_open() {
    let made = compile_tenant(
        r#"tenant shop {
            workload grafana {
                chart "oci://registry.example.com/charts/grafana" "9.2.1" {
                    values { replicas 2; }
                    objects Deployment Service
                }
                on general
            }
        }"#,
    );
    let found = made.findings();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("a Helm chart of its own"), "{found:?}");
}

#[test]
fn nothing_that_is_asked_of_a_container_is_dropped_silently() {
    for (line, feature) in [
        (
            r#"cloud-init { run "true"; }"#,
            "what a machine does when it first starts",
        ),
        ("user ops", "users of a machine"),
        ("probe ready agent=#true", "a probe by the guest's agent"),
        (
            r#"disk data "1GiB" storage=fast fs=xfs"#,
            "a file system of its own choice",
        ),
        (
            "security mtls=#true",
            "proof of identity on its connections",
        ),
        (r#"security audit-keep="30d""#, "a log of who did what"),
        (
            r#"security { syscalls "profiles/web.json"; }"#,
            "a profile of its calls of the kernel",
        ),
        (
            "security { egress-audit; }",
            "a log of what it calls outside",
        ),
        ("standby general", "a second place to stand ready in"),
        ("device camera 1", "a device of the host"),
    ] {
        let findings = container(line).findings();
        let refused = findings.iter().any(|finding| {
            finding.starts_with("unsupported-feature:") && finding.contains(feature)
        });
        assert!(refused, "{line}: {findings:#?}");
    }
}

#[test]
fn a_container_that_its_level_refuses_is_an_error_that_names_the_level() {
    let findings = container(r#"mount "/var/log" host-path="/var/log" read-only=#true"#).findings();
    assert!(
        findings.contains(
            &"pod-level-too-strict: `shop.web` mounts a path of its node, which the level `restricted` refuses"
                .to_owned()
        ),
        "{findings:#?}"
    );
    let mended = container(
        r#"mount "/var/log" host-path="/var/log" read-only=#true
        security pod-level=privileged because="reads logs""#,
    );
    assert_eq!(mended.findings(), [""; 0]);
}

#[test]
fn a_probe_that_knows_no_port_is_an_error() {
    let made = compile_tenant(
        r#"tenant shop {
            workload web {
                container image="registry.example.com/shop/web:1.2.0"
                on general
                cpu "250m"
                memory "256MiB"
                probe live path="/health"
            }
        }"#,
    );
    let findings = made.findings();
    assert!(
        findings
            .iter()
            .any(|finding| finding.starts_with("probe-without-port:")),
        "{findings:#?}"
    );
}

#[test]
fn a_secret_in_a_file_cannot_reach_a_cluster() {
    let made = compile_tenant(
        r#"tenant shop {
            quota pods=5
            secret db from="env-file:.env"
        }"#,
    );
    let findings = made.findings();
    assert!(
        findings
            .iter()
            .any(|finding| finding.contains("a secret from a file")),
        "{findings:#?}"
    );
}

#[test]
fn what_a_pod_cannot_start_without_is_applied_before_it() {
    let made = compile_tenant(
        r#"tenant shop {
            config web { entry level debug; }
            workload web {
                container image="registry.example.com/shop/web:1.2.0"
                on general
                cpu "250m"
                memory "256MiB"
                mount "/etc/web" config=web
            }
        }"#,
    );
    let pods = made.wave("Deployment shop/web");
    for first in [
        "ConfigMap shop/web",
        "NetworkPolicy shop/default-deny",
        "ServiceAccount shop/web",
    ] {
        assert!(made.wave("Namespace shop") < made.wave(first), "{first}");
        assert!(made.wave(first) < pods, "{first}");
    }
}

#[test]
fn init_containers_and_sidecars_have_the_rights_of_the_main_one() {
    let made = compile_tenant(
        r#"tenant shop {
            secret db from="vault:secret/data/shop/db" { key password; }
            workload web {
                container image="registry.example.com/shop/web:1.2.0" {
                    init migrate image="registry.example.com/shop/migrate:1.2.0" cpu="100m" memory="64MiB" {
                        var PASSWORD secret=db key=password
                    }
                    sidecar proxy image="registry.example.com/shop/proxy:2.0.0" cpu="50m" memory="32MiB"
                }
                on general
                cpu "250m"
                memory "256MiB"
            }
        }"#,
    );
    let pod = &made.object("Deployment", "web")["spec"]["template"]["spec"];
    let before = pod["initContainers"].as_sequence().unwrap();
    assert_eq!(before[0]["name"], "proxy");
    assert_eq!(before[0]["restartPolicy"], "Always");
    assert_eq!(before[1]["name"], "migrate");
    assert_eq!(
        before[1]["env"][0]["valueFrom"]["secretKeyRef"]["name"],
        "db"
    );
    for container in before {
        assert_eq!(
            container["securityContext"]["allowPrivilegeEscalation"],
            false
        );
        assert_eq!(
            container["securityContext"]["capabilities"]["drop"][0],
            "ALL"
        );
    }
}

#[test]
fn a_sandbox_is_a_class_of_runtime() {
    let made = compile_tenant(
        r#"tenant shop {
            workload web {
                container image="registry.example.com/shop/web:1.2.0" sandbox=gvisor
                on general
                cpu "250m"
                memory "256MiB"
            }
        }"#,
    );
    let pod = &made.object("Deployment", "web")["spec"]["template"]["spec"];
    assert_eq!(pod["runtimeClassName"], "gvisor");
    assert_eq!(made.object("RuntimeClass", "gvisor")["handler"], "runsc");
}

#[test]
fn a_name_must_leave_room_for_what_is_put_behind_it() {
    let name = "a-name-of-sixty-characters-which-is-a-label-only-by-itself-x";
    let made = compile_tenant(&format!(
        r#"tenant shop {{
            workload {name} {{
                container image="registry.example.com/shop/web:1.2.0"
                on general
                cpu "250m"
                memory "256MiB"
                port http 8080
                expose http via=load-balancer
            }}
        }}"#
    ));
    let finding =
        format!("name-too-long: the name `{name}` has 60 characters; here at most 58 fit");
    assert!(made.findings().contains(&finding), "{:#?}", made.findings());
}

/// A tenant of one container with a sidecar that has ports, and lines more.
fn beside(lines: &str) -> Made {
    compile_tenant(&format!(
        r#"tenant shop {{
            workload web {{
                container image="registry.example.com/shop/web:1.2.0" {{
                    sidecar stats image="registry.example.com/shop/stats:1.0.0" cpu="10m" memory="16MiB" {{
                        port metrics 9100
                        port rpc 9101 app=grpc
                    }}
                }}
                on general
                replicas 2
                cpu "250m"
                memory "256MiB"
                {lines}
            }}
            workload front {{
                container image="registry.example.com/shop/front:1.0.0"
                on general
                cpu "250m"
                memory "256MiB"
                connect web port=metrics
            }}
        }}"#
    ))
}

#[test]
fn a_sidecars_port_is_called_exposed_and_watched_like_one_of_the_workloads() {
    let made = beside(
        r#"
        expose metrics via=load-balancer
        expose rpc host="rpc.example.com" tls=#true
        monitor port=metrics
        "#,
    );
    assert_eq!(made.findings(), [""; 0]);
    let service = made.object("Service", "web");
    let ports = service["spec"]["ports"].as_sequence().unwrap().iter();
    let ports: Vec<(&str, u64)> = ports
        .map(|port| {
            (
                port["name"].as_str().unwrap(),
                port["port"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(ports, [("metrics", 9100), ("rpc", 9101)]);
    let outside = made.object("Service", "web-metrics");
    assert_eq!(outside["spec"]["ports"][0]["targetPort"], 9100);
    let watched = made.object("ServiceMonitor", "web");
    assert_eq!(watched["spec"]["endpoints"][0]["port"], "metrics");
    let route = made.object("GRPCRoute", "web-rpc");
    assert_eq!(route["spec"]["rules"][0]["backendRefs"][0]["port"], 9101);
    let policy = made.spec("NetworkPolicy", "web");
    assert!(
        policy.contains("port: 9100") && policy.contains("port: 9101"),
        "{policy}"
    );
}

#[test]
fn a_port_of_a_sidecar_that_is_called_like_another_is_told_once() {
    let made = beside("port metrics 9200");
    let told = "port-taken-twice: the port `metrics` of `shop.web` is called like one of the \
                sidecar `stats` of `shop.web`";
    assert_eq!(made.findings(), [told]);
    // One that has the number as well is one mistake.
    let made = beside("port metrics 9100");
    assert_eq!(made.findings().len(), 1, "{:?}", made.findings());
}
