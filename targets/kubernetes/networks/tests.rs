use serde_yaml::Value;

use crate::testing::{KUBERNETES, Made, compile};

const NETWORKS: &str = r#"
network bench bridge=br-bench vlan=30 mtu=9000 cidr="10.30.0.0/24" gateway="10.30.0.1" {
    dns "10.30.0.53"
    route "10.50.0.0/16" via="10.30.0.1"
    reserved "10.30.0.1" "10.30.0.49"
}
network wire bridge=br-wire vlan=31 cidr="10.31.0.0/24"
external filer { cidr "10.30.0.20/32"; port nfs 2049; }
external plant { cidr "10.0.0.0/8"; port modbus 502; }
external bank { cidr "203.0.113.0/24"; port https 443; }
"#;

/// A machine with these further lines.
fn machine(name: &str, lines: &str) -> String {
    format!(
        r#"
        workload {name} {{
            vm image="registry.example.com/vm/debian:13"
            on general
            cpu cores=2
            memory "2GiB"
            disk root "20GiB"
            {lines}
        }}
        "#
    )
}

fn made(tenants: &str) -> Made {
    let cni = "cni ovn { feature multi-network #true; }";
    let ground = KUBERNETES.replace("cni cilium \"1.19.5\"", cni);
    compile(&format!("{ground}{NETWORKS}{tenants}"), &crate::all())
}

/// Two tenants: `shop.web` calls `shop.db` and `plant.rig`, all of them on `bench`, and what is
/// outside.
fn bench() -> Made {
    let nic = |ip: &str| format!("nic default\nnic lab network=bench {{ ip {ip}; }}");
    let web = machine(
        "web",
        &format!(
            "replicas 2\n{}\nconnect db port=sql\nconnect plant.rig port=http\nconnect filer port=nfs\nconnect plant port=modbus\nconnect bank port=https",
            nic("\"10.30.0.60/24\" \"10.30.0.61/24\"")
        ),
    );
    let db = machine(
        "db",
        &format!("port sql 5432\n{}", nic("\"10.30.0.62/24\"")),
    );
    let rig = machine(
        "rig",
        &format!(
            "port http 8080\noffer http to=shop\n{}",
            nic("\"10.30.0.63/24\"")
        ),
    );
    made(&format!(
        "tenant shop {{\n{web}\n{db}\n}}\ntenant plant {{\n{rig}\n}}\n"
    ))
}

fn policy(made: &Made, name: &str) -> Value {
    assert_eq!(made.findings(), Vec::<String>::new());
    made.object("MultiNetworkPolicy", name)
}

/// The blocks of a rule's peers: each with what it leaves out.
fn blocks(rule: &Value, side: &str) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let peers = rule[side].as_sequence().unwrap().iter();
    peers
        .map(|peer| {
            let except = peer["ipBlock"]["except"].as_sequence();
            let except = except.into_iter().flatten().map(text).collect();
            (text(&peer["ipBlock"]["cidr"]), except)
        })
        .collect()
}

/// The blocks of the rule with this port.
fn on_port(policy: &Value, section: &str, side: &str, port: u64) -> Vec<(String, Vec<String>)> {
    let rules = policy["spec"][section].as_sequence().unwrap();
    let found = rules.iter().find(|rule| rule["ports"][0]["port"] == port);
    blocks(
        found.unwrap_or_else(|| panic!("no {port} in {rules:#?}")),
        side,
    )
}

fn plain(all: &[&str]) -> Vec<(String, Vec<String>)> {
    all.iter()
        .map(|it| ((*it).to_owned(), Vec::new()))
        .collect()
}

#[test]
fn a_network_is_closed_in_each_namespace_that_is_on_it() {
    let made = bench();
    let closed = policy(&made, "bench");
    assert_eq!(closed["apiVersion"], "k8s.cni.cncf.io/v1beta1");
    let expected: Value =
        serde_yaml::from_str("{podSelector: {}, policyTypes: [Ingress, Egress]}").unwrap();
    assert_eq!(closed["spec"], expected);
    let all = made.objects();
    let mut places: Vec<(&str, &str)> = all
        .iter()
        .filter(|it| it["kind"] == "MultiNetworkPolicy" && it["metadata"]["name"] == "bench")
        .map(|it| {
            let metadata = &it["metadata"];
            let place = metadata["annotations"]["k8s.v1.cni.cncf.io/policy-for"].as_str();
            (metadata["namespace"].as_str().unwrap(), place.unwrap())
        })
        .collect();
    places.sort_unstable();
    assert_eq!(places, [("plant", "plant/bench"), ("shop", "shop/bench")]);
    assert!(
        made.wave("MultiNetworkPolicy shop/bench") < made.wave("VirtualMachine shop/web-0"),
        "closed before anybody is on it"
    );
}

#[test]
fn ovn_attaches_the_network_itself() {
    let made = bench();
    let definition = made.object("NetworkAttachmentDefinition", "bench");
    let namespace = definition["metadata"]["namespace"].as_str().unwrap();
    assert_eq!(
        definition["spec"]["config"],
        format!(
            r#"{{"cniVersion":"0.3.1","name":"bench","type":"ovn-k8s-cni-overlay","topology":"localnet","netAttachDefName":"{namespace}/bench","vlanID":30,"mtu":9000}}"#
        )
    );
}

#[test]
fn workloads_are_their_addresses_at_both_ends() {
    let made = bench();
    let web = policy(&made, "bench.web");
    assert_eq!(
        web["spec"]["podSelector"]["matchLabels"]["tenantry.dev/workload"],
        "web"
    );
    assert_eq!(
        on_port(&web, "egress", "to", 5432),
        plain(&["10.30.0.62/32"])
    );
    assert_eq!(
        on_port(&web, "egress", "to", 8080),
        plain(&["10.30.0.63/32"])
    );
    assert!(web["spec"]["ingress"].is_null());
    let both = plain(&["10.30.0.60/32", "10.30.0.61/32"]);
    let db = policy(&made, "bench.db");
    assert_eq!(on_port(&db, "ingress", "from", 5432), both);
    let rig = policy(&made, "bench.rig");
    assert_eq!(on_port(&rig, "ingress", "from", 8080), both);
    assert!(
        rig["spec"]["egress"].is_null(),
        "nothing of the resolver either"
    );
}

#[test]
fn the_outside_is_let_through_where_the_network_leads_to_it() {
    let web = policy(&bench(), "bench.web");
    assert_eq!(
        on_port(&web, "egress", "to", 2049),
        plain(&["10.30.0.20/32"])
    );
    // The network's own range is not meant by one that reaches beyond it; its route is.
    assert_eq!(on_port(&web, "egress", "to", 502), plain(&["10.50.0.0/16"]));
    let text = serde_yaml::to_string(&web).unwrap();
    assert!(
        !text.contains("203.0.113.0"),
        "goes by the pod network: {text}"
    );
}

#[test]
fn who_is_not_on_the_pod_network_goes_everywhere_by_its_first_one() {
    let rig = "nic lab network=bench { ip \"10.30.0.60/24\"; }\nnic side network=wire\nconnect internet port=443\nconnect lan port=http";
    let made = made(&format!(
        "external lan {{ cidr \"10.30.0.0/24\"; port http 80; }}\ntenant plant {{\n{}\n}}\n",
        machine("rig", rig)
    ));
    let bench = policy(&made, "bench.rig");
    let internet = on_port(&bench, "egress", "to", 443);
    let four = &internet[0];
    assert_eq!(four.0, "0.0.0.0/0");
    assert!(four.1.contains(&"10.0.0.0/8".to_owned()), "{internet:?}");
    assert_eq!(
        on_port(&bench, "egress", "to", 53),
        plain(&["10.30.0.53/32"])
    );
    // Whoever is on the wire, but no workload: that takes a `connect` to it.
    let own = vec![("10.30.0.0/24".to_owned(), vec!["10.30.0.60/32".to_owned()])];
    assert_eq!(on_port(&bench, "egress", "to", 80), own);
    assert!(!made.has("MultiNetworkPolicy", "wire.rig"));
    assert!(
        made.has("MultiNetworkPolicy", "wire"),
        "closed all the same"
    );
}

#[test]
fn nothing_of_it_on_a_cluster_whose_further_networks_nothing_holds() {
    let lines = "nic default\nnic lab network=bench unpoliced-because=\"of ours\"";
    let tenants = format!("tenant plant {{\n{}\n}}\n", machine("rig", lines));
    for cni in ["cni ovn", "cni cilium"] {
        let ground = KUBERNETES.replace("cni cilium \"1.19.5\"", cni);
        let made = compile(&format!("{ground}{NETWORKS}{tenants}"), &crate::all());
        let definition = made.object("NetworkAttachmentDefinition", "bench");
        let config = definition["spec"]["config"].as_str().unwrap();
        assert!(config.contains(r#""type":"bridge""#), "{config}");
        assert!(!made.has("MultiNetworkPolicy", "bench"));
    }
}
