//! What a spec builds for itself, from outside: text in, model or findings out.

mod common;

use common::{Compiled, GROUND, compile, compile_with};

fn shop(text: &str) -> Compiled {
    compile(&[("tenantry.kdl", GROUND), ("shop.kdl", text)])
}

fn told(text: &str) -> Vec<String> {
    shop(text).told()
}

/// A definition that most tests call.
const SERVICE: &str = r#"
define service doc="A plain web service." {
    arg name type=name
    param image type=string
    param size type=bytes default="1GiB"
    param copies type=int default=2 min=1 max=5
    slot
    body {
        workload $name {
            container image="registry.example.com/${image}:1.0.0"
            on general
            cpu 1
            memory $size
            replicas $copies
            slot
        }
    }
}
"#;

mod definitions {
    use super::*;

    #[test]
    fn what_a_broken_body_would_have_made_is_not_missed() {
        let text = r#"
            define customer {
                arg name type=name
                body { tenant $name { quota cpu="${nonsense}"; } }
            }
            customer acme
            tenant office {
                workload web {
                    container image="registry.example.com/office/web:1.0.0"
                    on general
                    cpu 1
                    memory "1GiB"
                    port http 8080
                    offer http to=acme
                }
            }
        "#;
        let told = told(text);
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told[0].contains("nonsense"), "{told:#?}");
    }

    #[test]
    fn a_call_is_what_its_body_says() {
        let text = format!("{SERVICE} tenant t {{ service web image=\"shop/web\" size=\"2GiB\" }}");
        let compiled = shop(&text);
        let web = compiled.workload("t.web");
        assert_eq!(
            web.spec.memory.as_ref().unwrap().size.value.to_string(),
            "2GiB"
        );
        assert!(matches!(
            web.replicas,
            tenantry_core::model::Replicas::Fixed { .. }
        ));
    }

    #[test]
    fn the_caller_s_children_go_where_the_slot_is_and_are_nearer() {
        let text = format!(
            "{SERVICE} tenant t {{ service web image=x {{ port http 8080; memory \"4GiB\"; label team red }} }}"
        );
        let compiled = shop(&text);
        let web = compiled.workload("t.web");
        assert_eq!(
            web.spec.memory.as_ref().unwrap().size.value.to_string(),
            "4GiB"
        );
        assert_eq!(web.spec.port.len(), 1);
        assert_eq!(&*web.spec.meta.labels["team"].value, "red");
    }

    #[test]
    fn a_slot_with_a_name_takes_the_child_of_that_name() {
        let compiled = shop(
            r#"
            define pair {
                arg name type=name
                slot front
                slot back
                body {
                    workload "${name}-front" { container image="r.example/a/b:1"; on general; cpu 1; memory "1GiB"; slot front }
                    workload "${name}-back" { container image="r.example/a/b:1"; on general; cpu 1; memory "1GiB"; slot back }
                }
            }
            tenant t { pair shop { front { port http 80 }; back { port sql 5432; port admin 9000 } } }
            "#,
        );
        assert_eq!(compiled.workload("t.shop-front").spec.port.len(), 1);
        assert_eq!(compiled.workload("t.shop-back").spec.port.len(), 2);
    }

    /// A definition whose callers write into a block further in.
    const CUSTOMER: &str = r#"
    define customer {
        arg name type=name
        slot
        slot extra
        body {
            tenant $name { slot }
            tenant "${name}-extra" { slot extra }
        }
    }
    "#;

    #[test]
    fn what_a_caller_writes_for_a_slot_may_be_calls_too() {
        let compiled = shop(&format!(
            "{SERVICE} {CUSTOMER} customer t {{
                service web image=a
                each n in=\"range(0, 2)\" {{ service \"s-${{n}}\" image=b }}
                extra {{ service more image=c }}
            }}"
        ));
        assert_eq!(compiled.estate().workloads.len(), 4);
        compiled.workload("t.web");
        compiled.workload("t.s-1");
        compiled.workload("t-extra.more");
    }

    #[test]
    fn a_slot_within_a_slot_leads_to_the_innermost_block() {
        let compiled = shop(&format!(
            "{SERVICE} {CUSTOMER}
            define branch {{ arg name type=name; slot; body {{ customer $name {{ slot }} }} }}
            branch t {{ service web image=a }}"
        ));
        compiled.workload("t.web");
    }

    #[test]
    fn a_call_that_fits_the_caller_s_surroundings_need_not_fit_the_slot() {
        let text = format!("{CUSTOMER} customer t {{ customer u }}");
        assert_eq!(told(&text), [r#"misplaced-kind at "customer""#]);
    }

    #[test]
    fn a_definition_may_call_another_in_any_order_and_file() {
        let compiled = compile(&[
            ("tenantry.kdl", GROUND),
            ("a.kdl", "tenant t { two shop }"),
            (
                "b.kdl",
                "define two { arg name type=name; body { service \"${name}-a\" image=a; service \"${name}-b\" image=b } }",
            ),
            ("c.kdl", SERVICE),
        ]);
        assert_eq!(compiled.estate().workloads.len(), 2);
    }

    #[test]
    fn what_is_wrong_with_a_call_is_said_at_the_call() {
        let calls = [
            ("service web image=a size=12", r#"wrong-value at "12""#),
            ("service web image=a copies=9", r#"wrong-value at "9""#),
            ("service web", r#"missing-value at "service web""#),
            (
                "service web image=a colour=red",
                r#"unknown-property at "colour""#,
            ),
            ("service web b image=a", r#"surplus-argument at "b""#),
            (
                "service web image=a { prot http 80 }",
                r#"unknown-kind at "prot""#,
            ),
            ("servise web image=a", r#"unknown-kind at "servise""#),
        ];
        for (call, expected) in calls {
            assert_eq!(
                told(&format!("{SERVICE} tenant t {{ {call} }}")),
                [expected],
                "{call}"
            );
        }
    }

    #[test]
    fn a_call_where_it_does_not_fit_says_where_it_does() {
        let told = told(&format!("{SERVICE} service web image=a"));
        assert_eq!(told, [r#"misplaced-kind at "service""#]);
    }

    #[test]
    fn a_later_finding_points_at_the_call_and_labels_the_body() {
        let text = format!(
            "{SERVICE} tenant t {{ service web image=a {{ on nowhere }} ; service db image=b }}"
        );
        let compiled = shop(&text.replace("on general", "on generl"));
        let finding = compiled.findings.iter().find(|f| {
            f.span
                .is_some_and(|s| compiled.sources.text(s) == "service db image=b")
        });
        let finding = finding.unwrap_or_else(|| panic!("{:?}", compiled.told()));
        assert!(
            finding
                .related
                .iter()
                .any(|label| label.text.contains("`service`")),
            "{finding:?}"
        );
    }

    #[test]
    fn a_circle_is_refused_and_its_calls_are_no_further_mistake() {
        let told = told(
            r#"
            define a { body { b } }
            define b { body { tenant x; a } }
            a
            "#,
        );
        assert_eq!(told, [r#"define-circle at "a""#]);
    }

    #[test]
    fn a_mistake_in_a_body_is_said_once_and_where_it_is() {
        let broken = SERVICE.replace("memory $size", "memoy $size");
        let text = format!("{broken} tenant t {{ service web image=a; service db image=b }}");
        assert_eq!(told(&text), [r#"unknown-kind at "memoy""#]);
    }
}

mod loops {
    use super::*;

    /// The table of most tests.
    const TABLE: &str = r#"
        table shops {
            column city name
            column tills int default=2
            row s1 city=paris
            row s2 city=rome tills=4
        }
    "#;

    const EACH: &str = r#"
        tenant t {
            each s in=shops {
                workload "till-${s.key}" {
                    container image="r.example/a/b:1"
                    on general
                    cpu 1
                    memory "1GiB"
                    replicas "${s.tills * 2}"
                    label city $s.city
                }
            }
        }
    "#;

    #[test]
    fn each_row_is_a_node_of_its_own() {
        let compiled = shop(&format!("{TABLE}{EACH}"));
        assert_eq!(compiled.estate().workloads.len(), 2);
        let rome = compiled.workload("t.till-s2");
        assert_eq!(&*rome.spec.meta.labels["city"].value, "rome");
        assert_eq!(rome.spec.replicas.as_ref().unwrap().count.value, 8);
    }

    #[test]
    fn lists_ranges_and_conditions() {
        let compiled = shop(
            r#"
            let zones a b c
            let most "${size(zones) - 1}"
            tenant t {
                each z in=zones if="z != 'b'" {
                    workload "w-${z}" { container image="r.example/a/b:1"; on general { zone $z }; cpu 1; memory "1GiB" }
                }
                each n in="range(0, most)" {
                    workload "n${n}" if="n > 0" { container image="r.example/a/b:1"; on general; cpu 1; memory "1GiB" }
                }
            }
            "#,
        );
        let names: Vec<String> = compiled
            .estate()
            .workloads
            .values()
            .map(|w| w.path.to_string())
            .collect();
        assert_eq!(names, ["t.n1", "t.w-a", "t.w-c"]);
    }

    #[test]
    fn a_row_may_say_its_former_name() {
        let compiled = shop(&format!(
            "{SERVICE}
            table services {{
                column before string default=\"\"
                row web before=site
                row api
            }}
            tenant t {{ each s in=services {{ service $s.key image=a was=$s.before }} }}"
        ));
        let was = |path: &str| compiled.workload(path).spec.meta.was.clone();
        assert_eq!(was("t.web").as_deref(), Some("site"));
        assert_eq!(was("t.api"), None);
    }

    #[test]
    fn rows_that_yield_the_same_are_told_at_the_row() {
        let each = EACH.replace("till-${s.key}", "till");
        assert_eq!(
            told(&format!("{TABLE}{each}")),
            [r#"duplicate-node at "row s2 city=rome tills=4""#]
        );
    }

    #[test]
    fn one_mistake_is_one_finding_however_many_rows_have_it() {
        let each = EACH.replace("on general", "on generl");
        let compiled = shop(&format!("{TABLE}{each}"));
        assert_eq!(compiled.told(), [r#"unknown-name at "generl""#]);
        let why = compiled.findings[0].why.clone().unwrap_or_default();
        assert!(why.contains("`s2`"), "{why}");
    }

    #[test]
    fn a_table_is_checked_where_it_stands() {
        for (row, expected) in [
            ("row s3 tills=4", r#"missing-value at "row s3 tills=4""#),
            ("row s3 city=rome tills=many", r#"wrong-value at "many""#),
            ("row s3 city=rome floor=2", r#"unknown-property at "floor""#),
            (
                "row s1 city=rome",
                r#"duplicate-node at "row s1 city=rome""#,
            ),
        ] {
            let table = TABLE.replace("row s1 city=paris", &format!("row s1 city=paris; {row}"));
            assert_eq!(told(&format!("{table}{EACH}")), [expected], "{row}");
        }
    }

    #[test]
    fn a_column_cannot_be_what_every_node_has() {
        let table = "table t { column was name; row a was=b }";
        assert_eq!(told(table), [r#"duplicate-node at "was""#]);
        let define = "define d { param doc type=name; body { tenant x } }";
        assert_eq!(told(define), [r#"duplicate-node at "doc""#]);
    }

    #[test]
    fn an_unknown_field_is_told_at_its_characters() {
        let each = EACH.replace("s.tills * 2", "s.till * 2");
        let compiled = shop(&format!("{TABLE}{each}"));
        assert_eq!(compiled.told(), [r#"wrong-expression at "till""#]);
        assert!(
            compiled.findings[0]
                .help
                .as_ref()
                .is_some_and(|help| help.contains("tills"))
        );
    }
}

mod values {
    use super::*;

    const SIZED: &str = r#"
        param scale type=int default=1 { in prod 3 }
        param size type=bytes default="1GiB"
        let twice "${size * 2}"
        let name "web-${env}"
        tenant t {
            workload $name {
                container image="r.example/a/b:1"
                on general
                cpu 1
                memory $twice
                replicas "${env == 'prod' ? scale * 2 : 1}"
            }
        }
    "#;

    #[test]
    fn an_expression_has_the_type_of_its_place() {
        let files = [("tenantry.kdl", GROUND), ("shop.kdl", SIZED)];
        let prod = compile_with(Some("prod"), &[("size", "3GiB")], &files);
        let web = prod.workload("t.web-prod");
        assert_eq!(
            web.spec.memory.as_ref().unwrap().size.value.to_string(),
            "6GiB"
        );
        assert_eq!(web.spec.replicas.as_ref().unwrap().count.value, 6);
    }

    #[test]
    fn a_let_may_stand_before_what_it_needs_but_not_in_a_circle() {
        assert_eq!(told("let b \"${a + 1}\"\nlet a 1"), Vec::<String>::new());
        assert_eq!(
            told("let b \"${a + 1}\"\nlet a \"${b}\""),
            [r#"define-circle at "b""#]
        );
    }

    #[test]
    fn parameters_tables_and_lets_share_their_names() {
        assert_eq!(
            told("let x 1\nparam x default=a"),
            [r#"duplicate-node at "x""#]
        );
    }

    #[test]
    fn a_wrong_type_is_told_before_any_environment_is_looked_at() {
        let text = SIZED.replace("scale * 2", "size * 2");
        assert_eq!(told(&text).len(), 1);
        assert!(
            told(&text)[0].starts_with("wrong-expression"),
            "{:?}",
            told(&text)
        );
    }

    #[test]
    fn free_data_and_texts_that_say_so_are_worked_out() {
        let text = r#"
            param size type=bytes default="1GiB"
            param region default=eu
            tenant t {
                config c {
                    file plain "echo ${region}"
                    file made expand=#true "region ${region}, $$HOME"
                }
                workload web {
                    container image="r.example/a/b:1"
                    on general
                    cpu 1
                    memory $size
                    patch Deployment because="for the test" {
                        merge { metadata { labels { region "${region}-1"; cash "$$5" } } }
                    }
                }
            }
        "#;
        let compiled = shop(text);
        let tenant = compiled.estate().tenants.values().next().unwrap();
        let texts: Vec<&str> = tenant.spec.config[0]
            .file
            .iter()
            .map(|file| &*file.text.value.0)
            .collect();
        assert_eq!(texts, ["region eu, $HOME", "echo ${region}"]);
        let told = told(&text.replace("${region}-1", "${regoin}-1"));
        assert_eq!(told, [r#"wrong-expression at "regoin""#]);
    }

    #[test]
    fn a_value_from_outside_needs_its_parameter() {
        let files = [("tenantry.kdl", GROUND), ("shop.kdl", SIZED)];
        let compiled = compile_with(Some("prod"), &[("sise", "3GiB")], &files);
        assert_eq!(compiled.findings[0].rule.name(), "unknown-parameter");
    }
}

mod bounds {
    use tenantry_core::limits::Limits;

    use super::*;

    /// The real bound is reached as surely, and later.
    fn small(text: &str) -> Compiled {
        let limits = Limits {
            nodes: 5_000,
            ..Limits::default()
        };
        let files = [("tenantry.kdl", GROUND), ("shop.kdl", text)];
        common::compile_within(&limits, Some("prod"), &[], &files)
    }

    #[test]
    fn definitions_that_double_end_in_an_error_that_names_the_call() {
        let mut text = String::from(
            "define d0 { arg n type=name; body { each i in=\"range(0, 2)\" { tenant \"${n}-${i}\" } } }\n",
        );
        for at in 1..30 {
            let below = at - 1;
            text += &format!(
                "define d{at} {{ arg n type=name; body {{ d{below} \"${{n}}a\"; d{below} \"${{n}}b\" }} }}\n"
            );
        }
        let compiled = small(&format!("{text} d29 x"));
        assert_eq!(compiled.told(), [r#"limit-passed at "d29 x""#]);
    }

    #[test]
    fn a_chain_of_calls_has_an_end() {
        let mut text = String::from("define d0 { body { tenant x } }\n");
        for at in 1..200 {
            text += &format!("define d{at} {{ body {{ d{} }} }}\n", at - 1);
        }
        let compiled = shop(&format!("{text} d199"));
        assert_eq!(compiled.rules(), ["limit-passed"]);
    }

    #[test]
    fn loops_in_loops_end() {
        let each =
            "each a in=\"range(0, 9999)\" { ".repeat(5) + "tenant \"t${a}\"" + &" }".repeat(5);
        let compiled = small(&each);
        assert_eq!(compiled.rules(), ["limit-passed"]);
    }
}
