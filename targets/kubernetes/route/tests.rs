use crate::{
    all,
    testing::{KUBERNETES, Made, compile, compile_tenant},
};

fn tenant(lines: &str) -> String {
    format!(
        r#"
        external office {{ cidr "203.0.113.0/24"; }}
        tenant shop {{
            workload web {{
                container image="registry.example.com/web:1"
                on general
                cpu 1
                memory "1GiB"
                port http 8080
                port rpc 9090 app=grpc
                port sealed 8443 app=tls
                {lines}
            }}
        }}
        "#
    )
}

/// On a cluster whose edge is Envoy Gateway.
fn envoy(lines: &str) -> Made {
    let ground = KUBERNETES.replace(
        "ingress namespace",
        "installed envoy-gateway \"1.8.0\"\n        ingress namespace",
    );
    compile(&format!("{ground}{}", tenant(lines)), &all())
}

/// On a cluster whose edge is an ingress controller.
fn ingress(lines: &str) -> Made {
    let ground = KUBERNETES.replace("class=public", "class=public kind=ingress");
    compile(&format!("{ground}{}", tenant(lines)), &all())
}

#[test]
fn a_route_hangs_on_the_gateways_listener_and_leads_to_the_service() {
    let made = compile_tenant(&tenant(
        r#"expose http host="shop.example.com" path="/api" tls=#true"#,
    ));
    let spec = made.object("HTTPRoute", "web-http")["spec"].clone();
    let parent = &spec["parentRefs"][0];
    assert_eq!(parent["name"], "public");
    assert_eq!(parent["namespace"], "gateway");
    assert_eq!(parent["sectionName"], "https");
    assert_eq!(spec["hostnames"][0], "shop.example.com");
    let rule = &spec["rules"][0];
    assert_eq!(rule["matches"][0]["path"]["value"], "/api");
    assert_eq!(rule["backendRefs"][0]["name"], "web");
    assert_eq!(rule["backendRefs"][0]["port"], 8080);
}

#[test]
fn what_is_spoken_decides_the_route() {
    let made = compile_tenant(&tenant(
        r#"
        expose http host="a.example.com"
        expose rpc host="b.example.com" tls=#true
        expose sealed host="c.example.com"
        "#,
    ));
    let listener =
        |kind, name| made.object(kind, name)["spec"]["parentRefs"][0]["sectionName"].clone();
    assert_eq!(listener("HTTPRoute", "web-http"), "http");
    assert_eq!(listener("GRPCRoute", "web-rpc"), "https");
    assert_eq!(listener("TLSRoute", "web-sealed"), "tls");
    assert!(made.object("TLSRoute", "web-sealed")["spec"]["rules"][0]["matches"].is_null());
}

#[test]
fn clients_and_limits_are_policies_of_envoy_gateway() {
    let made = envoy(r#"expose http host="shop.example.com" { from office; limit rpm=600; }"#);
    let policy = made.object("SecurityPolicy", "web-http")["spec"].clone();
    assert_eq!(policy["authorization"]["defaultAction"], "Deny");
    assert_eq!(
        policy["authorization"]["rules"][0]["principal"]["clientCIDRs"][0],
        "203.0.113.0/24"
    );
    assert_eq!(policy["targetRefs"][0]["kind"], "HTTPRoute");
    let policy = made.object("BackendTrafficPolicy", "web-http")["spec"].clone();
    let rules = policy["rateLimit"]["local"]["rules"].as_sequence().unwrap();
    assert_eq!(rules.len(), 2, "one for each family of addresses");
    assert_eq!(rules[0]["limit"]["requests"], 600);
    assert_eq!(
        rules[0]["clientSelectors"][0]["sourceCIDR"]["type"],
        "Distinct"
    );
}

#[test]
fn without_envoy_gateway_they_are_refused() {
    let made = ingress(r#"expose http host="shop.example.com" { limit rpm=600; }"#);
    let findings = made.findings();
    assert!(
        findings
            .iter()
            .any(|finding| finding.starts_with("unroutable-expose")),
        "{findings:?}"
    );
}

#[test]
fn an_ingress_has_its_class_and_a_certificate_that_an_issuer_fills() {
    let made = ingress(r#"expose http host="shop.example.com" tls=#true issuer=letsencrypt"#);
    let object = made.object("Ingress", "web-http");
    assert_eq!(
        object["metadata"]["annotations"]["cert-manager.io/cluster-issuer"],
        "letsencrypt"
    );
    let spec = &object["spec"];
    assert_eq!(spec["ingressClassName"], "public");
    assert_eq!(spec["tls"][0]["secretName"], "web-http-tls");
    let path = &spec["rules"][0]["http"]["paths"][0];
    assert_eq!(path["pathType"], "Prefix");
    assert_eq!(path["backend"]["service"]["port"]["number"], 8080);
}

/// The names of the objects of some kinds, in order.
fn names(made: &Made, kinds: &[&str]) -> Vec<String> {
    let objects = made.objects().into_iter();
    let mut names: Vec<String> = objects
        .filter_map(|object| {
            let kind = object["kind"].as_str().unwrap().to_owned();
            let name = object["metadata"]["name"].as_str().unwrap().to_owned();
            kinds
                .contains(&kind.as_str())
                .then(|| format!("{kind} {name}"))
        })
        .collect();
    names.sort();
    names
}

#[test]
fn further_ways_in_of_a_port_are_called_after_their_host() {
    let made = envoy(
        r#"
        expose http host="a.example.com" tls=#true
        expose http host="b.example.com" tls=#true { from office; limit rpm=600; }
        expose http host="*.c.example.com" tls=#true { from office; }
        "#,
    );
    // A wildcard comes first in the order of the model.
    assert_eq!(
        names(
            &made,
            &["HTTPRoute", "SecurityPolicy", "BackendTrafficPolicy"]
        ),
        [
            "BackendTrafficPolicy web-http-b-example-com",
            "HTTPRoute web-http",
            "HTTPRoute web-http-a-example-com",
            "HTTPRoute web-http-b-example-com",
            "SecurityPolicy web-http",
            "SecurityPolicy web-http-b-example-com",
        ]
    );
    for name in ["web-http", "web-http-b-example-com"] {
        let policy = made.object("SecurityPolicy", name);
        assert_eq!(policy["spec"]["targetRefs"][0]["name"], name);
    }
    let route = made.object("HTTPRoute", "web-http-b-example-com");
    assert_eq!(route["spec"]["hostnames"][0], "b.example.com");
}

#[test]
fn each_ingress_has_a_secret_of_its_own() {
    let made = ingress(
        r#"
        expose http host="a.example.com" tls=#true issuer=letsencrypt
        expose http host="b.example.com" tls=#true issuer=letsencrypt
        "#,
    );
    for (name, host) in [
        ("web-http", "a.example.com"),
        ("web-http-b-example-com", "b.example.com"),
    ] {
        let spec = &made.object("Ingress", name)["spec"];
        assert_eq!(spec["rules"][0]["host"], host);
        assert_eq!(spec["tls"][0]["secretName"], format!("{name}-tls"));
    }
}

#[test]
fn a_port_is_exposed_in_several_ways_at_once() {
    let made = compile_tenant(&tenant(
        r#"
        expose http host="a.example.com" tls=#true
        expose http via=load-balancer host="b.example.com" { from office; }
        expose http via=load-balancer host="c.example.com"
        expose http via=node-port host="d.example.com"
        expose rpc host="rpc.example.com" tls=#true
        "#,
    ));
    assert_eq!(
        names(&made, &["HTTPRoute", "GRPCRoute", "Service"]),
        [
            "GRPCRoute web-rpc",
            "HTTPRoute web-http",
            "Service web",
            "Service web-http",
            "Service web-http-c-example-com",
            "Service web-http-d-example-com",
        ]
    );
    let balanced = made.object("Service", "web-http-c-example-com");
    assert_eq!(balanced["spec"]["type"], "LoadBalancer");
    assert_eq!(balanced["spec"]["ports"][0]["name"], "http");
    assert!(balanced["spec"]["loadBalancerSourceRanges"].is_null());
    let of_nodes = made.object("Service", "web-http-d-example-com");
    assert_eq!(of_nodes["spec"]["type"], "NodePort");
}

#[test]
fn a_long_host_is_cut_and_what_is_the_same_then_is_counted() {
    let host = "b.a-name-that-goes-on-and-on.until-nobody-can-read-it-any-more.example";
    let made = compile_tenant(&tenant(&format!(
        r#"
        expose http host="a.example.com" tls=#true
        expose http host="{host}.com" tls=#true
        expose http host="{host}.org" tls=#true
        "#
    )));
    let found = names(&made, &["HTTPRoute"]);
    assert_eq!(
        found,
        [
            "HTTPRoute web-http",
            "HTTPRoute web-http-b-a-name-that-goes-on-and-on-until-nobody-can-read-i-2",
            "HTTPRoute web-http-b-a-name-that-goes-on-and-on-until-nobody-can-read-it",
        ]
    );
}

#[test]
fn what_a_port_is_called_when_it_is_exposed_alone_is_nobody_elses() {
    let made = compile_tenant(&tenant(
        r#"
        port http-b 81
        expose http host="a" tls=#true
        expose http host="b" tls=#true
        expose http-b host="c" tls=#true
        "#,
    ));
    for (name, host) in [
        ("web-http", "a"),
        ("web-http-b", "c"),
        ("web-http-b-2", "b"),
    ] {
        let route = made.object("HTTPRoute", name);
        assert_eq!(route["spec"]["hostnames"][0], host, "{name}");
    }
}

#[test]
fn two_ways_in_that_are_one_are_told_once() {
    for (lines, told) in [
        (
            "expose http host=\"a.example.com\" tls=#true\n\
             expose 8080 host=\"a.example.com\" tls=#true",
            "exposed-twice: `shop.web` is exposed twice as a.example.com/",
        ),
        (
            "expose http host=\"a.example.com\" tls=#true path=\"/a\"\n\
             expose rpc host=\"a.example.com\" tls=#true",
            "exposed-twice: `shop.web` is exposed twice as a.example.com, by HTTP and by gRPC",
        ),
        (
            "expose http via=load-balancer\nexpose 8080 via=load-balancer",
            "exposed-twice: `shop.web` exposes port 8080 twice in one way",
        ),
        (
            "expose rpc host=\"a.example.com\" tls=#true path=\"/a\"",
            "unroutable-expose: `shop.web` is exposed with a path, which a route of the Gateway \
             API cannot do",
        ),
        (
            "expose http host=\"a.example.com\" tls=#true path=\"/a\"\n\
             expose http host=\"a.example.com\" tls=#true path=\"/b\"",
            "duplicate-node: expose `http a.example.com` stands twice in this scope",
        ),
    ] {
        assert_eq!(compile_tenant(&tenant(lines)).findings(), [told], "{lines}");
    }
}

#[test]
fn a_machine_serves_by_number_what_it_declares() {
    let machine = |lines: &str| {
        compile_tenant(&format!(
            r#"
            tenant shop {{
                workload vm {{
                    vm image="registry.example.com/vm:1.0.0"
                    on general
                    cpu cores=1
                    memory "2GiB"
                    disk root "20GiB" storage=fast
                    {lines}
                    expose 8080 host="a.example.com" tls=#true
                }}
            }}
            "#
        ))
    };
    let made = machine("port http 8080");
    let service = made.object("Service", "vm");
    let route = made.object("HTTPRoute", "vm-tcp-8080");
    let backend = &route["spec"]["rules"][0]["backendRefs"][0];
    assert_eq!(backend["port"], service["spec"]["ports"][0]["port"]);
    for (lines, rule) in [
        ("", "unroutable-expose"),
        ("port media \"8000-8100\"", "unroutable-expose"),
        ("port other 81", "nothing-listens"),
    ] {
        let found = machine(lines).findings();
        assert!(found.len() == 1 && found[0].starts_with(rule), "{found:#?}");
    }
}

#[test]
fn a_port_that_is_exposed_by_its_number_speaks_what_it_is_declared_with() {
    let made = compile_tenant(&tenant(r#"expose 9090 host="rpc.example.com" tls=#true"#));
    let route = made.object("GRPCRoute", "web-tcp-9090");
    assert_eq!(route["spec"]["rules"][0]["backendRefs"][0]["port"], 9090);
}
