use serde_yaml::Value;

use crate::testing::{KUBERNETES, Made, compile, compile_tenant};

/// A tenant whose workload `web` has these further lines.
fn web(lines: &str) -> Made {
    compile_tenant(&format!(
        r#"
        external partner {{ cidr "198.51.100.0/24"; port https 443; }}
        tenant shop {{
            workload web {{
                container image="registry.example.com/web:1"
                on general
                cpu 1
                memory "1GiB"
                port http 8080
                {lines}
            }}
            workload db {{
                container image="registry.example.com/db:1"
                on general
                cpu 1
                memory "1GiB"
                port sql 5432
                port peers "7000-7010"
            }}
        }}
        "#
    ))
}

fn spec(made: &Made, name: &str) -> Value {
    made.object("NetworkPolicy", name)["spec"].clone()
}

#[test]
fn a_namespace_is_closed_but_for_the_resolver() {
    let made = web("");
    let policy = spec(&made, "default-deny");
    let expected: Value = serde_yaml::from_str(
        r"
        egress:
          - ports:
              - port: 53
                protocol: TCP
              - port: 53
                protocol: UDP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: kube-system
                podSelector:
                  matchLabels:
                    k8s-app: kube-dns
        podSelector: {}
        policyTypes: [Ingress, Egress]
        ",
    )
    .unwrap();
    assert_eq!(policy, expected);
}

#[test]
fn a_workload_that_talks_to_nobody_has_no_policy_of_its_own() {
    assert!(!web("").has("NetworkPolicy", "web"));
}

#[test]
fn both_halves_of_a_connection_are_emitted() {
    let made = web("connect db port=sql");
    let (out, back) = (spec(&made, "web"), spec(&made, "db"));
    let peer = |name: &str| -> Value {
        serde_yaml::from_str(&format!(
            "namespaceSelector: {{ matchLabels: {{ kubernetes.io/metadata.name: shop }} }}
podSelector: {{ matchLabels: {{ tenantry.dev/workload: {name} }} }}"
        ))
        .unwrap()
    };
    assert_eq!(
        out["podSelector"]["matchLabels"]["tenantry.dev/workload"],
        "web"
    );
    assert_eq!(out["egress"][0]["to"], Value::Sequence(vec![peer("db")]));
    assert_eq!(
        back["ingress"][0]["from"],
        Value::Sequence(vec![peer("web")])
    );
    assert_eq!(out["egress"][0]["ports"], back["ingress"][0]["ports"]);
    assert_eq!(out["policyTypes"], back["policyTypes"]);
    assert!(out["ingress"].is_null() && back["egress"].is_null());
}

#[test]
fn peers_with_other_ports_are_other_rules() {
    let made = web("connect db port=sql\nconnect partner port=https\nconnect web port=http");
    let egress = spec(&made, "web")["egress"].clone();
    assert_eq!(egress.as_sequence().unwrap().len(), 3);
    for rule in egress.as_sequence().unwrap() {
        assert_eq!(rule["to"].as_sequence().unwrap().len(), 1);
        assert_eq!(rule["ports"].as_sequence().unwrap().len(), 1);
    }
}

#[test]
fn a_range_of_ports_has_its_end_and_a_single_port_has_none() {
    let made = web("connect db port=peers\nconnect partner port=https");
    let text = made.spec("NetworkPolicy", "web");
    assert!(text.contains("endPort: 7010"), "{text}");
    assert_eq!(text.matches("endPort").count(), 1, "{text}");
}

#[test]
fn the_internet_is_both_families_without_what_is_not_public() {
    let made = web("connect internet port=443");
    let to = spec(&made, "web")["egress"][0]["to"].clone();
    let blocks: Vec<&str> = to
        .as_sequence()
        .unwrap()
        .iter()
        .map(|peer| peer["ipBlock"]["cidr"].as_str().unwrap())
        .collect();
    assert_eq!(blocks, ["0.0.0.0/0", "::/0"]);
    let except = serde_yaml::to_string(&to[0]["ipBlock"]["except"]).unwrap();
    for hidden in ["10.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16"] {
        assert!(except.contains(hidden), "{hidden} in {except}");
    }
    let except = serde_yaml::to_string(&to[1]["ipBlock"]["except"]).unwrap();
    assert!(except.contains("fc00::/7"), "{except}");
}

#[test]
fn a_declared_outside_system_is_its_addresses() {
    let made = web("connect partner port=https");
    let to = spec(&made, "web")["egress"][0]["to"].clone();
    assert_eq!(to[0]["ipBlock"]["cidr"], "198.51.100.0/24");
    assert!(to[0]["ipBlock"]["except"].is_null());
}

#[test]
fn the_api_server_is_reached_at_its_own_addresses_and_port() {
    let made = web("connect platform.kube-api");
    let rule = spec(&made, "web")["egress"][0].clone();
    assert_eq!(rule["to"][0]["ipBlock"]["cidr"], "10.1.0.2/32");
    assert_eq!(rule["ports"][0]["port"], 6443);
}

#[test]
fn what_is_exposed_is_called_by_the_gateways_pods_alone() {
    let made = web(r#"expose http host="shop.example.com""#);
    let from = spec(&made, "web")["ingress"][0]["from"].clone();
    let peer = &from[0];
    assert_eq!(
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"],
        "gateway"
    );
    assert_eq!(peer["podSelector"]["matchLabels"]["app"], "gateway");
    assert_eq!(from.as_sequence().unwrap().len(), 1);
}

#[test]
fn clients_of_an_address_of_its_own_are_their_ranges() {
    let made = web("expose http via=load-balancer { from partner; }");
    let from = spec(&made, "web")["ingress"][0]["from"].clone();
    assert_eq!(from[0]["ipBlock"]["cidr"], "198.51.100.0/24");
    assert_eq!(from.as_sequence().unwrap().len(), 1);
}

#[test]
fn everybody_outside_is_not_everybody_inside() {
    let made = web("expose http via=load-balancer");
    let from = spec(&made, "web")["ingress"][0]["from"].clone();
    let except = serde_yaml::to_string(&from[0]["ipBlock"]["except"]).unwrap();
    for own in ["10.42.0.0/16", "10.43.0.0/16", "10.1.0.0/24"] {
        assert!(except.contains(own), "{own} in {except}");
    }
}

#[test]
fn stored_objects_are_asked_of_their_pods_on_their_own_port() {
    let fact = "facts { storage namespace=rook-ceph port=8080 { select app rook-ceph-rgw; };";
    let ground = KUBERNETES.replace("facts {", fact);
    let tenant = r#"
        tenant shop {
            workload web {
                container image="registry.example.com/web:1"
                on general
                cpu 1
                memory "1GiB"
                connect platform.storage
            }
        }
    "#;
    let made = compile(&format!("{ground}{tenant}"), &crate::all());
    let rule = spec(&made, "web")["egress"][0].clone();
    assert_eq!(rule["ports"][0]["port"], 8080);
    let peer = &rule["to"][0];
    assert_eq!(
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"],
        "rook-ceph"
    );
    assert_eq!(peer["podSelector"]["matchLabels"]["app"], "rook-ceph-rgw");
}

#[test]
fn a_port_of_the_resolver_that_not_everybody_may_ask_is_the_workloads_own() {
    let made = web("connect platform.dns port=853");
    let egress = spec(&made, "web")["egress"].clone();
    assert_eq!(egress.as_sequence().unwrap().len(), 1);
    assert_eq!(egress[0]["ports"][0]["port"], 853);
    assert!(!web("connect platform.dns").has("NetworkPolicy", "web"));
}

/// The ports on which the workload may call the edge.
fn ports_of_the_edge(ground: &str) -> Vec<u64> {
    let tenant = r#"
        tenant shop {
            workload web {
                container image="registry.example.com/web:1"
                on general
                cpu 1
                memory "1GiB"
                connect platform.ingress
            }
        }
    "#;
    let made = compile(&format!("{ground}{tenant}"), &crate::all());
    let ports = spec(&made, "web")["egress"][0]["ports"].clone();
    let ports = ports.as_sequence().unwrap().iter();
    ports.map(|it| it["port"].as_u64().unwrap()).collect()
}

#[test]
fn the_edge_is_called_where_its_pods_listen() {
    assert_eq!(ports_of_the_edge(KUBERNETES), [80, 443]);
    let envoy = "platform auto { component envoy-gateway \"1.9.1\"; }\n";
    let envoy = KUBERNETES.replace("platform auto\n", envoy);
    assert_ne!(envoy, KUBERNETES);
    assert_eq!(ports_of_the_edge(&envoy), [10_080, 10_443]);
    let said = KUBERNETES.replace(" ingress ", " ingress port=8080 tls-port=8443 ");
    assert_ne!(said, KUBERNETES);
    assert_eq!(ports_of_the_edge(&said), [8080, 8443]);
}
