//! The language from outside: text in, model or findings out.

#![expect(clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Compiled, GROUND, compile_with, compile_within};
use tenantry_core::{
    diag::Level,
    limits::Limits,
    model::{Body, Replicas},
};

/// The ground, and `text` as another file, in production.
fn on_ground(text: &str) -> Compiled {
    compile_with(
        Some("prod"),
        &[],
        &[("tenantry.kdl", GROUND), ("spec.kdl", text)],
    )
}

fn container(inside: &str) -> String {
    format!(
        "tenant t {{ workload w {{ container image=\"r.example/t/w:1.0\"; on general; {inside} }} }}"
    )
}

mod one_mistake_is_told_once {
    use super::*;

    fn alone(text: &str) -> Vec<String> {
        compile_with(None, &[], &[("tenantry.kdl", text)]).told()
    }

    #[test]
    fn a_misspelt_pool_leaves_no_workload_without_one() {
        let told = alone(
            "estate shop
            cluster c { kubernetes \"1.34\" }
            pol general { nodes 3; cpu epyc-9354; memory \"64GiB\" }
            tenant t { workload w { container image=\"r.example/t/w:1.0\" } }",
        );
        assert_eq!(told, [r#"unknown-kind at "pol""#]);
    }

    #[test]
    fn who_may_come_is_never_everybody_by_mistake() {
        let told = |from: &str| {
            let outside = "external office { cidr \"203.0.113.0/24\"; }
                external shop-site { host \"shop.example\"; }\n";
            let inside = format!("port sql 5432; expose sql via=load-balancer {{ {from}; }}");
            on_ground(&(outside.to_owned() + &container(&inside))).told()
        };
        assert_eq!(told("from office"), Vec::<String>::new());
        assert_eq!(told("from ofice"), [r#"unknown-name at "ofice""#]);
        assert_eq!(
            told("from office ofice \"198.51.100.0/24\""),
            [r#"unknown-name at "ofice""#]
        );
        assert_eq!(
            told("from shop-site"),
            [r#"client-without-address at "shop-site""#]
        );
        assert_eq!(told("from internet"), [r#"unknown-name at "internet""#]);
        assert_eq!(told("from 10"), [r#"wrong-value at "10""#]);
        assert_eq!(told("from"), [r#"client-without-address at "from""#]);
        assert_eq!(
            told("from \"203.0.113.7\""),
            [r#"wrong-value at "\"203.0.113.7\"""#]
        );
    }

    #[test]
    fn a_connection_is_narrowed_to_a_part_of_whom_it_names() {
        let told = |connect: &str| {
            let outside = "external bank { cidr \"203.0.113.0/24\"; host \"*.bank.example\"; port https 443; }\n";
            on_ground(&(outside.to_owned() + &container(connect))).told()
        };
        for part in [
            "connect bank port=https cidr=\"203.0.113.8/32\"",
            "connect bank port=https host=api.bank.example",
            "connect internet port=443 cidr=\"198.51.100.0/24\"",
        ] {
            assert_eq!(told(part), Vec::<String>::new(), "{part}");
        }
        for (beyond, at) in [
            (
                "connect bank port=https cidr=\"203.0.0.0/16\"",
                r#""203.0.0.0/16""#,
            ),
            ("connect bank port=https host=bank.example", "bank.example"),
            (
                "connect internet port=443 cidr=\"10.0.0.0/8\"",
                r#""10.0.0.0/8""#,
            ),
            (
                "connect platform.dns cidr=\"10.0.0.0/8\"",
                r#""10.0.0.0/8""#,
            ),
        ] {
            assert_eq!(
                told(beyond),
                [format!("not-narrower at {at:?}")],
                "{beyond}"
            );
        }
    }

    #[test]
    fn whom_a_connection_calls_has_a_name() {
        let told = |connect: &str| {
            let other = "tenant u { workload api { container image=\"r.example/u/api:1.0\"; on general; port http 8080; port voice 9000 protocol=udp; }; }\n";
            on_ground(&(other.to_owned() + &container(connect))).told()
        };
        assert_eq!(told("connect u port=http"), [r#"unknown-name at "u""#]);
        assert_eq!(
            told("connect \"github.com\" port=443"),
            [r#"unknown-name at "\"github.com\"""#]
        );
        assert_eq!(told("connect dns"), [r#"unknown-name at "dns""#]);
        assert_eq!(
            told("connect u.apii port=http"),
            [r#"unknown-name at "u.apii""#]
        );
        assert_eq!(
            told("connect \"8.8.8.8\" port=53"),
            [r#"unknown-name at "\"8.8.8.8\"""#]
        );
        assert_eq!(
            told("connect internt port=443"),
            [r#"unknown-name at "internt""#]
        );
        assert_eq!(
            told("connect u.api http"),
            [r#"surplus-argument at "http""#]
        );
        assert_eq!(
            told("connect u.api port=http protocol=udp"),
            [r#"other-protocol at "udp""#]
        );
        assert_eq!(told("connect u.api port=voice"), Vec::<String>::new());
    }

    #[test]
    fn a_number_may_be_called_over_several_protocols() {
        let both = "connect internet port=443; connect internet port=443 protocol=udp";
        assert_eq!(on_ground(&container(both)).told(), Vec::<String>::new());
    }

    #[test]
    fn what_a_broken_workload_lacks_is_not_told_to_who_calls_it() {
        let other = "tenant u { workload api { container image=\"r.example/u/api:1.0\"; on general; prot http 8080; offer http to=t; }; }\n";
        let told = on_ground(&(other.to_owned() + &container("connect u.api port=http"))).told();
        assert_eq!(told, [r#"unknown-kind at "prot""#]);
    }

    #[test]
    fn of_two_with_one_name_either_may_be_meant() {
        let both = "external bank { cidr \"203.0.113.0/24\"; port sql 5432; }
            external bank { cidr \"203.0.113.0/24\"; port https 443; }\n";
        let connects = "connect bank port=sql; connect bank port=https; connect bank port=http";
        let told = on_ground(&(both.to_owned() + &container(connects))).told();
        assert_eq!(told, [r#"duplicate-node at "external bank""#]);
        let ports = "port http 80; port http 8080; connect w port=web";
        assert_eq!(
            on_ground(&container(ports)).told(),
            [r#"duplicate-node at "port http 8080""#]
        );
    }

    #[test]
    fn what_a_key_lacks_makes_no_duplicate() {
        let told = |inside: &str| on_ground(&container(&format!("port http 80; {inside}"))).told();
        assert_eq!(
            told("offer http tox=t; offer http tox=u"),
            [
                r#"unknown-property at "tox""#,
                r#"unknown-property at "tox""#
            ]
        );
    }

    #[test]
    fn what_a_broken_outside_system_lacks_is_not_told_to_who_calls_it() {
        for port in ["sql abc", "sql 70000", "7 5432", "sql"] {
            let bank = format!("external bank {{ cidr \"203.0.113.0/24\"; port {port}; }}\n");
            let told = on_ground(&(bank + &container("connect bank port=sql"))).told();
            assert_eq!(told.len(), 1, "{port}: {told:?}");
        }
        let nameless = "external { cidr \"203.0.113.0/24\"; port sql 5432; }\n";
        let told = on_ground(&(nameless.to_owned() + &container("connect bank port=sql"))).told();
        assert_eq!(told, [r#"missing-value at "external""#]);
    }

    #[test]
    fn both_mistakes_of_one_line_are_told() {
        let told = |inside: &str| on_ground(&container(inside)).told();
        assert_eq!(
            told("port http 80; offer htp to=tt"),
            [r#"unknown-port at "htp""#, r#"unknown-name at "tt""#]
        );
        assert_eq!(
            told("connect internet port=https cidr=\"10.0.0.0/8\""),
            [
                r#"unknown-port at "https""#,
                r#"not-narrower at "\"10.0.0.0/8\"""#
            ]
        );
    }

    #[test]
    fn a_bare_name_is_one_of_the_own_tenant_s() {
        let other = "tenant u { workload api { container image=\"r.example/u/api:1.0\"; on general; port http 8080; }; }\n";
        let compiled = |inside: &str| on_ground(&(other.to_owned() + &container(inside)));
        assert_eq!(
            compiled("connect u.api port=http").told(),
            Vec::<String>::new()
        );
        for bare in ["connect api port=http", "needs api"] {
            let compiled = compiled(bare);
            assert_eq!(compiled.told(), [r#"unknown-name at "api""#], "{bare}");
            let help = compiled.findings[0].help.as_deref();
            assert_eq!(help, Some("did you mean `u.api`?"), "{bare}");
        }
        let misspelt = compiled("connect aip port=http");
        let help = misspelt.findings[0].help.as_deref();
        assert_eq!(help, Some("did you mean `u.api`?"));
    }

    #[test]
    fn what_was_not_read_for_its_syntax_is_not_missing() {
        let outside = "external bank { 7 \"203.0.113.0/24\"; 7 sql 5432; }\n";
        let told = on_ground(&(outside.to_owned() + &container("connect bank port=sql"))).told();
        assert_eq!(told, [r#"syntax at "7""#, r#"syntax at "7""#]);
        let told = on_ground(&container("port http 80; connect w 7=http")).told();
        assert_eq!(told, [r#"syntax at "7""#]);
    }

    #[test]
    fn a_cluster_that_was_misspelt_is_not_to_be_chosen_as_well() {
        let ground = "estate shop
            cluster c { kubernetes \"1.34\"; }
            cluster d { kubernetes \"1.34\"; }\n";
        let told = |network: &str| alone(&(ground.to_owned() + network));
        assert_eq!(
            told("network lan clsuter=d vlan=7"),
            [r#"unknown-property at "clsuter""#]
        );
        assert_eq!(
            told("network lan vlan=7"),
            [r#"cluster-not-chosen at "network lan vlan=7""#]
        );
    }

    #[test]
    fn a_port_of_one_s_own_is_declared() {
        let told = |inside: &str| on_ground(&container(inside)).told();
        let port = "port http 8080";
        assert_eq!(
            told(&format!("{port}; probe ready port=htp")),
            [r#"unknown-port at "htp""#]
        );
        assert_eq!(told("port 8080"), [r#"wrong-value at "8080""#]);
    }

    #[test]
    fn what_is_said_of_a_node_stands_in_one() {
        let told = |top: &str| on_ground(&format!("{top}\n{}", container(""))).told();
        for (top, head) in [
            ("in prod { tenant u; }", "in prod"),
            ("label team a", "label team a"),
            ("annotation team a", "annotation team a"),
            ("omit tenant", "omit tenant"),
            (
                "allow lone-replica because=\"x\"",
                "allow lone-replica because=\"x\"",
            ),
        ] {
            assert_eq!(told(top), [format!("misplaced-kind at {head:?}")], "{top}");
        }
        assert_eq!(
            told("each t in=\"['u']\" { tenant $t; }"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_quote_that_is_not_closed_is_all_that_is_told_of_its_line() {
        let disk = "disk data \"500GiB storage=fast mount=\"/srv\" fs=ext4";
        let text = container(&format!("port http 8080\n{disk}\n"));
        assert_eq!(on_ground(&text).told(), [r#"syntax at "\"""#]);
    }

    #[test]
    fn what_has_a_wrong_name_is_not_unknown_as_well() {
        let other = "tenant u { workload Api { container image=\"r.example/u/api:1.0\"; on general; port http 8080; }; }\n";
        let told = on_ground(&(other.to_owned() + &container("connect u.Api port=http"))).told();
        assert_eq!(told, [r#"wrong-value at "Api""#]);
    }

    #[test]
    fn a_secret_and_its_key_are_the_tenants_own() {
        let told = |inside: &str| {
            on_ground(&format!(
                "tenant t {{
                    secret s3 from=\"vault:secret/s3\" {{ key id; }}
                    workload w {{
                        container image=\"r.example/t/w:1.0\"
                        on general
                        var ID {inside}
                    }}
                }}"
            ))
            .told()
        };
        assert!(told("secret=s3 key=id").is_empty());
        assert_eq!(told("secret=s4 key=id"), [r#"unknown-name at "s4""#]);
        assert_eq!(told("secret=s3 key=di"), [r#"unknown-name at "di""#]);
    }

    #[test]
    fn a_misspelt_estate_is_not_missing_as_well() {
        assert_eq!(alone("estat shop"), [r#"unknown-kind at "estat""#]);
    }

    #[test]
    fn clusters_of_one_name_leave_nothing_to_choose_between() {
        let told = alone(
            "estate shop
            cluster c { kubernetes \"1.34\" }
            cluster c { kubernetes \"1.35\" }
            pool general { nodes 3; cpu epyc-9354; memory \"64GiB\" }",
        );
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("duplicate-node"), "{told:?}");
    }
}

mod parameters {
    use super::*;

    const SPEC: &str = r#"
        param count type=int default=2 min=1 max=9 { in prod 5 }
        tenant t { workload w { container image="r.example/t/w:1.0"; on general; replicas $count } }
    "#;

    fn replicas(env: &str, sets: &[(&str, &str)]) -> u32 {
        let compiled = compile_with(
            Some(env),
            sets,
            &[("tenantry.kdl", GROUND), ("spec.kdl", SPEC)],
        );
        match &compiled.workload("t.w").replicas {
            Replicas::Fixed(count) => count.value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_environment_has_its_own_value() {
        assert_eq!((replicas("staging", &[]), replicas("prod", &[])), (2, 5));
    }

    #[test]
    fn the_command_line_wins() {
        assert_eq!(replicas("prod", &[("count", "7")]), 7);
    }

    #[test]
    fn a_value_out_of_bounds_is_told_once() {
        let compiled = compile_with(
            Some("prod"),
            &[("count", "12")],
            &[("tenantry.kdl", GROUND), ("spec.kdl", SPEC)],
        );
        assert_eq!(compiled.findings.len(), 1);
        assert_eq!(
            compiled.findings[0].message,
            "the parameter `count` is 12, more than its max=9"
        );
    }

    #[test]
    fn a_value_of_another_type_is_told_where_it_is_used_and_where_it_comes_from() {
        let compiled = on_ground(&format!(
            "param size type=string default=lots\n{}",
            container("memory $size")
        ));
        assert_eq!(compiled.told(), [r#"wrong-value at "$size""#]);
        let from = &compiled.findings[0].related[0];
        assert_eq!(compiled.sources.text(from.span), "lots");
    }

    #[test]
    fn an_unknown_one_has_a_suggestion() {
        let compiled = on_ground(&format!(
            "param replicas type=int default=1\n{}",
            container("replicas $replica")
        ));
        assert_eq!(compiled.told(), [r#"wrong-expression at "replica""#]);
        assert_eq!(
            compiled.findings[0].help.as_deref(),
            Some("did you mean `replicas`?")
        );
    }

    #[test]
    fn strings_interpolate_and_two_dollars_are_one() {
        let compiled = on_ground(&format!(
            "param host type=string default=web\n{}",
            container(r#"var A "${host}.example costs $$5""#)
        ));
        let var = &compiled.workload("t.w").spec.var[0];
        assert_eq!(
            var.value.as_ref().map(|v| v.value.to_string()).as_deref(),
            Some("web.example costs $5")
        );
    }
}

mod profiles {
    use super::*;

    #[test]
    fn fields_of_a_single_kind_merge_and_the_nearer_wins() {
        let compiled = on_ground(&format!(
            "profile p {{ cpu 2 limit=4; memory \"1GiB\" }}\n{}",
            container("like p; cpu 3")
        ));
        let spec = &compiled.workload("t.w").spec;
        let cpu = spec.cpu.as_ref().expect("cpu");
        assert_eq!(
            cpu.request.as_ref().map(|c| c.value.as_millis()),
            Some(3000)
        );
        assert_eq!(cpu.limit.as_ref().map(|c| c.value.as_millis()), Some(4000));
        assert!(spec.memory.is_some());
    }

    #[test]
    fn repeatable_kinds_merge_by_key() {
        let compiled = on_ground(&format!(
            "profile p {{ port http 8080; port admin 9090 }}\n{}",
            container("like p; port http 80")
        ));
        let ports: Vec<String> = compiled
            .workload("t.w")
            .spec
            .port
            .iter()
            .map(|p| format!("{} {}", p.name.value, p.number.value))
            .collect();
        assert_eq!(ports, ["admin 9090", "http 80"]);
    }

    #[test]
    fn omit_takes_an_inherited_one_away() {
        let compiled = on_ground(&format!(
            "profile p {{ port http 8080; port admin 9090 }}\n{}",
            container("like p; omit port admin")
        ));
        assert_eq!(compiled.workload("t.w").spec.port.len(), 1);
    }

    #[test]
    fn two_that_disagree_are_both_labelled() {
        let compiled = on_ground(&format!(
            "profile p {{ cpu 2 }}\nprofile q {{ cpu 3 }}\n{}",
            container("like p q")
        ));
        assert_eq!(compiled.told(), [r#"profiles-disagree at "2""#]);
        assert_eq!(
            compiled.sources.text(compiled.findings[0].related[0].span),
            "3"
        );
    }

    #[test]
    fn something_nearer_decides_between_two() {
        let compiled = on_ground(&format!(
            "profile p {{ cpu 2 }}\nprofile q {{ cpu 3 }}\n{}",
            container("like p q; cpu 4")
        ));
        assert_eq!(compiled.findings, []);
    }

    #[test]
    fn a_circle_ends() {
        let compiled = on_ground(&format!(
            "profile p {{ like q }}\nprofile q {{ like p }}\n{}",
            container("like p")
        ));
        assert_eq!(compiled.told(), [r#"profile-circle at "p""#]);
    }

    #[test]
    fn the_nearer_alternative_replaces_the_inherited_one() {
        let compiled = on_ground(&format!(
            "profile p {{ vm migrate=restart }}\n{}",
            container("like p")
        ));
        assert!(matches!(compiled.workload("t.w").body, Body::Container(_)));
    }

    #[test]
    fn an_inherited_value_knows_the_line_of_the_profile() {
        let compiled = on_ground(&format!(
            "profile p {{ memory \"3GiB\" }}\n{}",
            container("like p")
        ));
        let workload = compiled.workload("t.w");
        let size = &workload.spec.memory.as_ref().expect("memory").size;
        assert_eq!(
            compiled.sources.text(compiled.estate().span(size.origin)),
            "\"3GiB\""
        );
    }

    #[test]
    fn two_of_one_name_are_an_error() {
        let compiled = on_ground("profile p { cpu 1 }\nprofile p { cpu 2 }");
        assert_eq!(compiled.told(), [r#"duplicate-node at "p""#]);
    }

    #[test]
    fn one_of_the_estate_takes_the_place_of_the_library_s() {
        let compiled = on_ground(&format!(
            "profile web-service {{ cpu 3 }}\n{}",
            container("like web-service")
        ));
        assert!(compiled.workload("t.w").spec.scale.is_none());
    }

    #[test]
    fn one_of_the_library_is_found_without_being_loaded_by_hand() {
        let compiled = on_ground(&container("like web-service"));
        assert!(compiled.workload("t.w").spec.scale.is_some());
    }
}

mod environments {
    use super::*;

    #[test]
    fn what_differs_is_nearest_of_all() {
        let text = container("like p; cpu 2; in prod { cpu 4 }")
            .replace("tenant", "profile p { cpu 1 }\ntenant");
        let cpu = |env| {
            let compiled = compile_with(
                Some(env),
                &[],
                &[("tenantry.kdl", GROUND), ("spec.kdl", &text)],
            );
            let cpu = compiled.workload("t.w").spec.cpu.clone().expect("cpu");
            cpu.request.map(|request| request.value.as_millis())
        };
        assert_eq!((cpu("staging"), cpu("prod")), (Some(2000), Some(4000)));
    }

    #[test]
    fn one_that_is_not_declared_is_an_error() {
        let compiled = on_ground(&container("in prd { cpu 4 }"));
        assert_eq!(compiled.told(), [r#"unknown-environment at "prd""#]);
    }
}

mod references {
    use super::*;

    #[test]
    fn who_is_called_is_listed_once_and_as_it_is_written() {
        let help = |target: &str| {
            let own = container(&format!("port http 80; connect {target}"));
            let ground = "external bank { cidr \"203.0.113.0/24\"; port https 443 }
                external w { cidr \"198.51.100.0/24\" }
                tenant other { workload x { container image=\"r.example/t/x:1.0\"; on general } }";
            let compiled = on_ground(&format!("{ground}\n{own}"));
            assert_eq!(compiled.findings.len(), 1, "{target}");
            compiled.findings[0].help.clone().unwrap_or_default()
        };
        let all = "there are bank, internet, other.x, platform.dns, platform.ingress, \
            platform.kube-api, platform.metadata, platform.metrics, platform.storage, w";
        assert_eq!(help("zzzzqqqq port=1"), all);
        assert_eq!(help("other.zzzzqqqq port=1"), all);
        assert_eq!(help("bank.https"), "write `connect bank port=https`");
        assert_eq!(help("w.http"), "write `connect w port=http`");
    }

    #[test]
    fn an_unknown_one_lists_what_there_is() {
        let compiled =
            on_ground("tenant t { workload w { container image=\"r.example/w:1\"; on genral } }");
        assert_eq!(compiled.told(), [r#"unknown-name at "genral""#]);
        assert_eq!(
            compiled.findings[0].help.as_deref(),
            Some("did you mean `general`?")
        );
    }

    #[test]
    fn a_bare_name_in_two_clusters_is_ambiguous_and_a_dotted_one_is_not() {
        let two = r#"
            cluster d { kubernetes "1.34" }
            pool general cluster=d { nodes 1; cpu small; memory "8GiB" }
        "#;
        let ground = GROUND
            .replace("pool general", "pool general cluster=c")
            .replace("storage fast", "storage fast cluster=c");
        let at = |on: &str| {
            let spec = format!(
                "{two} tenant t {{ workload w {{ container image=\"r.example/w:1\"; on {on} }} }}"
            );
            compile_with(
                Some("prod"),
                &[],
                &[("tenantry.kdl", &ground), ("spec.kdl", &spec)],
            )
        };
        assert_eq!(at("general").told(), [r#"ambiguous-name at "general""#]);
        assert_eq!(at("d.general").findings, []);
    }

    #[test]
    fn a_storage_class_is_looked_up_in_the_cluster_that_was_chosen() {
        let two = r#"
            cluster d { kubernetes "1.34" }
            pool other cluster=d { nodes 1; cpu small; memory "8GiB" }
            storage fast cluster=d { longhorn }
            tenant t { workload w { vm image="r.example/w:1"; on other; disk root "1GiB" storage=fast } }
        "#;
        let ground = GROUND
            .replace("pool general", "pool general cluster=c")
            .replace("storage fast", "storage fast cluster=c");
        let compiled = compile_with(
            Some("prod"),
            &[],
            &[("tenantry.kdl", &ground), ("spec.kdl", two)],
        );
        let storage = compiled.workload("t.w").disks[0].storage.expect("storage");
        let cluster = compiled.estate().storages[storage.to].cluster;
        assert_eq!(compiled.estate().clusters[cluster].name.value.as_str(), "d");
    }

    #[test]
    fn what_is_broken_itself_can_be_referred_to() {
        let compiled = on_ground(
            "gpu-model g memory=lots vendor=x\ntenant t { workload w { vm image=\"r.example/w:1\"; on general; gpu g 1 } }",
        );
        assert_eq!(compiled.told(), [r#"wrong-value at "lots""#]);
    }

    #[test]
    fn a_port_is_one_that_the_other_side_declares() {
        let compiled = on_ground(
            "tenant t { workload a { container image=\"r.example/a:1\"; on general; port http 80 }
                        workload b { container image=\"r.example/b:1\"; on general; connect a port=htp } }",
        );
        assert_eq!(compiled.told(), [r#"unknown-port at "htp""#]);
    }
}

mod nodes {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        on_ground(text).told()
    }

    #[test]
    fn a_misspelt_kind_is_one_mistake() {
        assert_eq!(
            told(&container("memry \"1GiB\"")),
            [r#"unknown-kind at "memry""#]
        );
    }

    #[test]
    fn an_unknown_profile_is_told_with_those_that_there_are() {
        let help = |text: &str| {
            let compiled = on_ground(text);
            let finding = compiled
                .findings
                .iter()
                .find(|it| it.rule.name() == "unknown-profile");
            finding.and_then(|it| it.help.clone()).unwrap_or_default()
        };
        let own = "profile small { cpu 1 }\nprofile large { cpu 4 }\nprofile wide for=tenant { label a b }\n";
        assert!(
            help(&(own.to_owned() + &container("like qqqqqq")))
                .starts_with("there are large, small, or declare one (`profile qqqqqq { … }`)"),
        );
        assert_eq!(
            help("tenant t { like qqqqqq }"),
            "declare one (`profile qqqqqq for=tenant { … }`)"
        );
    }

    #[test]
    fn a_misspelt_required_kind_is_not_missing_too() {
        assert_eq!(
            told("pool p { nodes 1; cpu small; memmory \"1GiB\" }"),
            [r#"unknown-kind at "memmory""#]
        );
    }

    #[test]
    fn a_wrong_required_value_is_not_missing_too() {
        assert_eq!(
            told("pool p { nodes 1; cpu small; memory 64 }"),
            [r#"wrong-value at "64""#]
        );
    }

    #[test]
    fn a_kind_in_the_wrong_block_is_told_where_it_belongs() {
        let compiled = on_ground("workload w { }");
        assert_eq!(compiled.told(), [r#"misplaced-kind at "workload""#]);
        assert_eq!(
            compiled.findings[0].help.as_deref(),
            Some("it belongs in `tenant`")
        );
    }

    #[test]
    fn a_job_waits_in_a_queue_of_its_cluster() {
        let job =
            "tenant t { workload w { job image=\"r.example/t/w:1.0\" queue=night; on general } }";
        let queue = "queue night { on general }";
        let compiled = on_ground(&format!("{queue}\n{job}"));
        assert!(compiled.workload("t.w").queue.is_some());
        let compiled = on_ground(&format!("{queue}\n{}", job.replace("night", "nite")));
        assert_eq!(compiled.told(), [r#"unknown-name at "nite""#]);
    }

    #[test]
    fn a_misspelt_property_has_a_mend() {
        let compiled = on_ground(&container("cpu 1 limt=2"));
        assert_eq!(compiled.told(), [r#"unknown-property at "limt""#]);
        assert_eq!(compiled.findings[0].fixes[0].edits[0].1, "limit");
    }

    #[test]
    fn twice_the_same_property_or_node_is_an_error() {
        assert_eq!(
            told(&container("cpu 1 limit=2 limit=3")),
            [r#"duplicate-property at "limit=3""#]
        );
        assert_eq!(
            told(&container("cpu 1; cpu 2")),
            [r#"duplicate-node at "cpu""#]
        );
        assert_eq!(
            told(&container("port a 1; port a 2")),
            [r#"duplicate-node at "port a 2""#]
        );
    }

    #[test]
    fn an_annotation_is_refused() {
        assert_eq!(
            told(&container("cpu (u8)1")),
            [r#"type-annotation at "(u8)""#]
        );
    }

    #[test]
    fn alternatives_stand_once() {
        assert_eq!(
            told(&container("vm image=\"r.example/w:1\"")),
            [r#"not-exactly-one at "vm image=\"r.example/w:1\"""#]
        );
        assert_eq!(
            told("tenant t { workload w { on general } }"),
            [r#"not-exactly-one at "workload w""#]
        );
    }

    #[test]
    fn a_bare_number_where_a_unit_is_due_says_what_to_write() {
        let compiled = on_ground(&container("memory 64"));
        assert!(
            compiled.findings[0]
                .help
                .as_deref()
                .is_some_and(|help| help.contains("64GiB")),
            "{:?}",
            compiled.findings[0]
        );
    }

    #[test]
    fn everything_is_at_error_level() {
        let compiled = on_ground(&container("memry 1; cpu 1 limt=2"));
        assert_eq!(compiled.findings.len(), 2);
        assert!(
            compiled
                .findings
                .iter()
                .all(|finding| finding.level == Level::Error)
        );
    }
}

mod library {
    use super::*;

    #[test]
    fn a_misspelt_name_of_it_is_known_though_its_file_is_not_loaded() {
        let compiled = on_ground("tenant t tier=gould { }");
        assert_eq!(
            compiled.findings[0].help.as_deref(),
            Some("did you mean `gold`?")
        );
        let compiled = on_ground(&container("like web-servce"));
        assert_eq!(
            compiled.findings[0].help.as_deref(),
            Some("did you mean `web-service`?")
        );
    }

    #[test]
    fn what_it_brought_is_pointed_at_where_it_was_asked_for() {
        let compiled = on_ground(&container("like web-service"));
        let workload = compiled.workload("t.w");
        let memory = workload.spec.memory.as_ref().expect("memory");
        let estate = compiled.estate();
        assert_eq!(
            compiled.sources.text(estate.span(memory.size.origin)),
            "web-service"
        );
        let written = estate.origins.written(memory.size.origin).expect("a place");
        assert_eq!(
            compiled.sources.path(written.file),
            "std:/profiles/web-service.kdl"
        );
    }
}

mod bounds {
    use super::*;

    #[test]
    fn a_count_with_a_digit_too_many_ends_in_an_error() {
        assert_eq!(
            on_ground("pool p { nodes 4000000000; cpu small; memory \"1GiB\" }").told(),
            [r#"limit-passed at "4000000000""#]
        );
        assert_eq!(
            on_ground(&container("replicas 4000000000")).told(),
            [r#"limit-passed at "4000000000""#]
        );
    }

    #[test]
    fn a_profile_that_is_used_too_often_ends_in_an_error() {
        let ports: String = (1..=100)
            .map(|port| format!("port p{port} {port};"))
            .collect();
        let workloads: String = (0..100)
            .map(|at| {
                format!(
                    "workload w{at} {{ like big; container image=\"r.example/w:1\"; on general }}\n"
                )
            })
            .collect();
        let text = format!("profile big {{ {ports} }}\ntenant t {{ {workloads} }}");
        let limits = Limits {
            nodes: 5_000,
            ..Limits::default()
        };
        let files = [("tenantry.kdl", GROUND), ("spec.kdl", text.as_str())];
        let compiled = compile_within(&limits, Some("prod"), &[], &files);
        let told: Vec<&str> = compiled
            .findings
            .iter()
            .map(|finding| finding.rule.name())
            .collect();
        assert_eq!(told, ["limit-passed"]);
    }

    #[test]
    fn a_name_in_another_scope_is_not_taken_for_a_broken_one() {
        let compiled = on_ground(
            "tenant t { workload w { container image=\"r.example/w:1\"; on d.general } }",
        );
        assert_eq!(compiled.told(), [r#"unknown-name at "d.general""#]);
    }
}
