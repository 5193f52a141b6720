//! Patches, from the text to the object.

use crate::testing::{Made, compile_tenant};

fn web(patch: &str) -> Made {
    compile_tenant(&format!(
        r#"tenant shop {{
            workload web {{
                container image="registry.example.com/shop/web:1.2.0" {{ args "-v"; }}
                on general
                cpu 1
                memory "1GiB"
                port http 8080
                {patch}
            }}
        }}"#
    ))
}

#[test]
fn a_patch_lies_over_the_object_and_leaves_the_rest() {
    let made = web(r#"
        patch Deployment because="a test" {
            merge {
                spec {
                    revisionHistoryLimit 3
                    template { spec { containers { web { tty #true; }; }; }; }
                }
            }
            remove "/spec/template/spec/containers/0/args"
        }"#);
    let spec = &made.object("Deployment", "web")["spec"];
    assert_eq!(spec["revisionHistoryLimit"], 3);
    let container = &spec["template"]["spec"]["containers"][0];
    assert_eq!(container["tty"], true);
    assert_eq!(container["name"], "web");
    assert_eq!(container["resources"]["requests"]["cpu"], "1");
    assert!(container["args"].is_null(), "taken away");
}

#[test]
fn a_tenant_s_patch_reaches_its_workloads_and_the_nearer_one_wins() {
    let made = compile_tenant(
        r#"tenant shop {
            patch Deployment because="a test" { merge { spec { revisionHistoryLimit 2; }; }; }
            workload web {
                container image="registry.example.com/shop/web:1.2.0"
                on general
                cpu 1
                memory "1GiB"
                patch Deployment because="a test" { merge { spec { revisionHistoryLimit 4; }; }; }
            }
            workload api {
                container image="registry.example.com/shop/api:1.2.0"
                on general
                cpu 1
                memory "1GiB"
            }
        }"#,
    );
    let limit = |name| made.object("Deployment", name)["spec"]["revisionHistoryLimit"].clone();
    assert_eq!(limit("api"), 2);
    assert_eq!(limit("web"), 4);
}

#[test]
fn what_a_proof_rests_on_is_not_patched() {
    for body in [
        r#"merge { spec { template { spec { hostNetwork #true; }; }; }; }"#,
        r#"merge { spec { template { spec { containers { - { name web; }; }; }; }; }; }"#,
        r#"merge { spec { template { spec { volumes { - { hostPath { path "/"; }; }; }; }; }; }; }"#,
        r#"merge { metadata { labels { "tenantry.dev/tenant" other; }; }; }"#,
        r#"merge { metadata { name other; }; }"#,
        r#"merge { metadata { namespace other; }; }"#,
        r#"merge { spec "nothing"; }"#,
        r#"remove "/spec/template""#,
        r#"remove "/spec/selector/matchLabels""#,
        r#"remove "/metadata/labels""#,
    ] {
        let made = web(&format!(
            r#"patch Deployment because="a test" {{ {body}; }}"#
        ));
        let found = made.findings();
        assert_eq!(found.len(), 1, "{body}: {found:#?}");
        assert!(found[0].starts_with("patch-protected"), "{body}: {found:?}");
    }
    let made = compile_tenant(
        r#"tenant shop {
            quota pods=5
            patch ResourceQuota because="a test" { merge { spec { hard { pods 50; }; }; }; }
        }"#,
    );
    assert!(made.findings()[0].starts_with("patch-protected"));
}

#[test]
fn what_is_not_there_is_told() {
    for body in [
        r#"remove "/spec/paused""#,
        r#"merge { spec { template { spec { containers { wbe { tty #true; }; }; }; }; }; }"#,
    ] {
        let made = web(&format!(
            r#"patch Deployment because="a test" {{ {body}; }}"#
        ));
        let found = made.findings();
        assert_eq!(found.len(), 1, "{body}: {found:#?}");
        assert!(found[0].starts_with("patch-unmatched"), "{found:?}");
    }
}
