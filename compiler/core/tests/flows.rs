//! Which traffic a spec declares.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use tenantry_core::{
    check, close,
    diag::Findings,
    flows::{self, Flow, Peer, Service},
    limits::Limits,
    load::{self, Library},
    model::{self, Estate},
    resolve, schema,
    world::Memory,
};

const GROUND: &str = r#"
estate shop
cluster c { kubernetes "1.34"; network-plan pods="10.244.0.0/16" { gateway-pool "10.12.0.0/24" } }
cluster d { kubernetes "1.34" }
cpu-model small cores=8
pool here cluster=c { nodes 3; cpu small; memory "64GiB" }
pool there cluster=d { nodes 3; cpu small; memory "64GiB" }
external bank { cidr "203.0.113.0/24"; host "api.bank.example"; port https 443 }
"#;

/// The flows of an estate, one line each, and its findings.
fn flows(tenants: &str) -> (Vec<String>, Vec<String>) {
    let world = Memory::new([(
        "tenantry.kdl",
        Arc::<str>::from(format!("{GROUND}{tenants}")),
    )]);
    let sources = load::load(&world, Library::default(), &Limits::default())
        .value
        .expect("files");
    let typed = schema::decode(&sources).value.expect("nodes");
    let built = resolve::resolve(&typed, None, &[])
        .then(|resolved| model::build(resolved, &typed.words.vocabulary));
    let (estate, mut findings): (Estate, Findings) =
        (built.value.expect("an estate"), built.findings);
    let platform = close::close(&estate, &[]);
    let checked = check::run(&estate, &platform, &[]).value.expect("checked");
    let outcome = flows::collect(&checked, &[]);
    findings.extend(outcome.findings);
    let set = outcome.value.expect("flows");
    let lines = set
        .clusters
        .iter()
        .flat_map(|(_, flows)| flows)
        .map(|flow| line(&estate, flow))
        .collect();
    (
        lines,
        findings
            .iter()
            .map(|finding| finding.rule.name().to_owned())
            .collect(),
    )
}

fn line(estate: &Estate, flow: &Flow) -> String {
    let ports: Vec<String> = flow
        .ports
        .iter()
        .map(|port| port.from.to_string())
        .collect();
    format!(
        "{} -> {} : {}",
        peer(estate, &flow.from),
        peer(estate, &flow.to),
        ports.join(",")
    )
}

fn peer(estate: &Estate, peer: &Peer) -> String {
    match peer {
        Peer::Workload(id) => estate.workloads[*id].path.to_string(),
        Peer::Namespace(tenant) => format!("all of {}", estate.tenants[*tenant].name.value),
        Peer::Importer(tenant) => format!("importer of {}", estate.tenants[*tenant].name.value),
        Peer::Platform(Service::Ingress) => "gateway".to_owned(),
        Peer::Platform(service) => format!("{service:?}"),
        Peer::External { cidrs, hosts, .. } => {
            let all: Vec<String> = cidrs
                .iter()
                .map(ToString::to_string)
                .chain(hosts.iter().map(ToString::to_string))
                .collect();
            if all.is_empty() {
                "internet".to_owned()
            } else {
                all.join(" ")
            }
        }
        Peer::Clients(cidrs) => format!("clients {cidrs:?}"),
    }
}

fn container(name: &str, pool: &str, inside: &str) -> String {
    format!(
        "workload {name} {{ container image=\"r.example/{name}:1.0\"; on {pool}; port http 8080; {inside} }}\n"
    )
}

fn tenant(name: &str, workloads: &[String]) -> String {
    format!("tenant {name} {{ {} }}\n", workloads.concat())
}

#[test]
fn inside_a_tenant_a_connect_is_enough() {
    let spec = tenant(
        "t",
        &[
            container("a", "here", ""),
            container("b", "here", "connect a port=http"),
        ],
    );
    assert_eq!(flows(&spec), (vec!["t.b -> t.a : 8080".to_owned()], vec![]));
}

#[test]
fn a_port_opens_nothing_by_itself() {
    assert_eq!(
        flows(&tenant("t", &[container("a", "here", "")])),
        (vec![], vec![])
    );
}

#[test]
fn between_tenants_both_halves_are_needed() {
    let caller = tenant("u", &[container("b", "here", "connect t.a port=http")]);
    let (lines, told) = flows(&(tenant("t", &[container("a", "here", "")]) + &caller));
    assert_eq!(
        (lines.len(), told),
        (0, vec!["connection-not-offered".to_owned()])
    );
    let (lines, told) =
        flows(&(tenant("t", &[container("a", "here", "offer http to=u")]) + &caller));
    assert_eq!(
        (lines, told),
        (vec!["u.b -> t.a : 8080".to_owned()], vec![])
    );
}

#[test]
fn an_offer_takes_somebody_who_connects() {
    let owner = |to: &str| {
        tenant(
            "t",
            &[container("a", "here", &format!("offer http to={to}"))],
        )
    };
    let caller = |name: &str, inside: &str| tenant("u", &[container(name, "here", inside)]);
    let told = |spec: String| flows(&spec).1;
    let unanswered = vec!["offer-unanswered".to_owned()];
    assert_eq!(told(owner("u") + &caller("b", "")), unanswered);
    assert_eq!(told(owner("u.b") + &caller("b", "")), unanswered);
    // Another port is no answer, and one mistake: that nobody listens there the rules tell.
    let other = told(owner("u") + &caller("b", "connect t.a port=9090"));
    assert_eq!(other, Vec::<String>::new());
    // So is an offer to one's own tenant instead of the other's.
    let own = told(owner("t") + &caller("b", "connect t.a port=http"));
    assert_eq!(own, ["connection-not-offered"]);
    let answer = "connect t.a port=http";
    assert_eq!(
        told(owner("u") + &caller("b", answer)),
        Vec::<String>::new()
    );
    assert_eq!(
        told(owner("u.b") + &caller("b", answer)),
        Vec::<String>::new()
    );
    // What a broken workload connects to is not known.
    let broken = told(owner("u") + &caller("b", "gpu nothing 1"));
    assert!(
        !broken.contains(&"offer-unanswered".to_owned()),
        "{broken:?}"
    );
    // Nor that of one of which it is not even known where it runs.
    let lost =
        r#"tenant u { workload b { container image="r/i:1"; wrong; connect t.a port=http; } }"#;
    assert_eq!(told(owner("u") + lost), Vec::<String>::new());
}

#[test]
fn no_flow_is_without_ports_and_none_goes_everywhere_by_accident() {
    let there = container("b", "there", "connect a port=http");
    let (lines, told) = flows(&tenant(
        "t",
        &[container("a", "here", "expose http via=node-port"), there],
    ));
    assert_eq!(told, ["edge-unknown"], "the nodes' port is not known");
    assert_eq!(lines, ["clients [] -> t.a : 8080"]);
}

#[test]
fn an_offer_to_one_workload_is_for_that_one_alone() {
    let owner = tenant("t", &[container("a", "here", "offer http to=u.b")]);
    let callers = tenant(
        "u",
        &[
            container("b", "here", "connect t.a port=http"),
            container("c", "here", "connect t.a port=http"),
        ],
    );
    let (lines, told) = flows(&(owner + &callers));
    assert_eq!(
        (lines, told),
        (
            vec!["u.b -> t.a : 8080".to_owned()],
            vec!["connection-not-offered".to_owned()]
        )
    );
}

#[test]
fn to_another_cluster_a_flow_goes_by_its_edge() {
    let there = |inside: &str| container("b", "there", inside);
    let spec = |expose: &str| {
        tenant(
            "t",
            &[container("a", "here", expose), there("connect a port=http")],
        )
    };
    let (lines, told) = flows(&spec(""));
    assert_eq!(
        (lines.len(), told),
        (0, vec!["connection-not-exposed".to_owned()])
    );
    let (lines, told) = flows(&spec(r#"expose http host="a.example.com" tls=#true"#));
    assert_eq!(told, Vec::<String>::new());
    assert_eq!(
        lines,
        ["gateway -> t.a : 8080", "t.b -> 10.12.0.0/24 : 443"]
    );
    // Of several ways in it takes one of which it is known where it is.
    let ways = "expose http via=node-port host=\"a.example.com\"
        expose http via=load-balancer host=\"b.example.com\"";
    let (lines, told) = flows(&spec(ways));
    assert_eq!(told, Vec::<String>::new());
    let out = lines.iter().filter(|line| line.starts_with("t.b"));
    assert_eq!(out.collect::<Vec<_>>(), ["t.b -> 10.12.0.0/24 : 8080"]);
}

#[test]
fn an_outside_system_is_its_addresses_and_names_unless_narrowed() {
    let to = |connect: &str| flows(&tenant("t", &[container("a", "here", connect)])).0;
    assert_eq!(
        to("connect bank port=https"),
        [
            "t.a -> api.bank.example : 443",
            "t.a -> 203.0.113.0/24 : 443"
        ]
    );
    assert_eq!(
        to(r#"connect bank port=https cidr="203.0.113.8/32""#),
        ["t.a -> 203.0.113.8/32 : 443"]
    );
    assert_eq!(to("connect internet port=443"), ["t.a -> internet : 443"]);
}

#[test]
fn what_a_broken_workload_offers_is_not_guessed() {
    let spec = tenant(
        "t",
        &[container("a", "here", "gpu nothing 1; ofer http to=u")],
    ) + &tenant("u", &[container("b", "here", "connect t.a port=http")]);
    let (_, told) = flows(&spec);
    assert!(
        !told.contains(&"connection-not-offered".to_owned()),
        "{told:?}"
    );
}
