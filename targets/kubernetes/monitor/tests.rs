use crate::testing::{Made, compile_tenant};

fn web(lines: &str) -> Made {
    compile_tenant(&format!(
        r#"
        tenant shop {{
            workload web {{
                container image="registry.example.com/web:1"
                on general
                cpu 1 limit=2
                memory "1GiB"
                port http 8080
                {lines}
            }}
        }}
        "#
    ))
}

fn expression(made: &Made, name: &str) -> String {
    let rule = &made.object("PrometheusRule", name)["spec"]["groups"][0]["rules"][0];
    rule["expr"].as_str().unwrap().to_owned()
}

#[test]
fn metrics_are_read_by_the_ports_name_and_once() {
    let made = web(r#"monitor port=http path="/prom" every="30s""#);
    let monitor = made.object("ServiceMonitor", "web");
    assert_eq!(
        monitor["metadata"]["labels"]["release"],
        "kube-prometheus-stack"
    );
    let endpoint = &monitor["spec"]["endpoints"][0];
    assert_eq!(endpoint["port"], "http");
    assert_eq!(endpoint["path"], "/prom");
    assert_eq!(endpoint["interval"], "30s");
    assert_eq!(endpoint["relabelings"][0]["regex"], "web");
}

#[test]
fn an_alert_waits_and_says_whom_it_is_about() {
    let made = web(
        r#"monitor { alert busy-cpu when="cpu-utilisation > 80%" for="5m" severity=critical; }"#,
    );
    assert!(!made.has("ServiceMonitor", "web"), "nothing is served");
    let rule = made.object("PrometheusRule", "web")["spec"]["groups"][0]["rules"][0].clone();
    assert_eq!(rule["alert"], "BusyCpu");
    assert_eq!(rule["for"], "5m");
    assert_eq!(rule["labels"]["severity"], "critical");
    assert_eq!(rule["labels"]["tenant"], "shop");
    let expr = rule["expr"].as_str().unwrap();
    assert!(
        expr.contains("kube_pod_container_resource_limits"),
        "{expr}"
    );
    assert!(
        expr.contains(r#"pod=~"web-[a-z0-9]+-[a-z0-9]{5}""#),
        "{expr}"
    );
    assert!(expr.ends_with("> 0.8"), "{expr}");
}

#[test]
fn a_frequency_is_an_increase_over_its_time() {
    let made = web(r#"monitor { alert restarts when="pod-restarts > 3/h"; }"#);
    let expr = expression(&made, "web");
    assert!(expr.contains("[1h]") && expr.ends_with("> 3"), "{expr}");
}

#[test]
fn a_machine_is_measured_by_kubevirt() {
    let made = compile_tenant(
        r#"
        tenant shop {
            workload db {
                vm image="registry.example.com/vm/db:1"
                on general
                cpu cores=4
                memory "4GiB"
                disk root "20GiB" storage=fast
                monitor { alert cpu when="cpu-utilisation > 80%"; }
            }
        }
        "#,
    );
    let expr = expression(&made, "db");
    assert!(
        expr.contains("kubevirt_vmi_cpu_usage_seconds_total"),
        "{expr}"
    );
    assert!(expr.ends_with("/ 4 > 0.8"), "{expr}");
}
