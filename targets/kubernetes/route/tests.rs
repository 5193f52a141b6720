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
