//! The tenants' baseline: no change of any rule of it goes unnoticed, though policies of
//! namespaces would refuse what most of its rules refuse.

use serde_json::{Value, json};
use tenantry_core::load::ROOT_FILE;
use tenantry_tests::{estate::Files, page};

use crate::{estates, ground, proofs, proofs_of, values};

/// The same estate on a pod network that has such policies.
fn with_baseline(mut files: Files) -> Files {
    let root = files.get_mut(ROOT_FILE).unwrap();
    let line = root.lines().find(|line| line.contains("cni cilium"));
    let line = line.unwrap().to_owned();
    *root = root.replace(&line, "    cni ovn { feature tier #true; }");
    files
}

/// Two tenants that call each other, so that each baseline passes on more than its own.
fn pair() -> Files {
    page::files(
        r#"
        tenant shop {
            workload db {
                container image="registry.example.com/shop/db:1.0.0"
                on general
                cpu 1
                memory "1GiB"
                port sql 5432
                offer sql to=reports
                connect reports.nightly port=http
            }
        }
        tenant reports {
            workload nightly {
                container image="registry.example.com/reports/nightly:1.0.0"
                on general
                cpu 1
                memory "1GiB"
                port http 8080
                offer http to=shop
                connect shop.db port=sql
            }
        }
        "#,
    )
}

/// Where the baselines are.
fn baselines(meant: &[Option<Value>]) -> Vec<usize> {
    let all = meant.iter().enumerate();
    let own = all.filter(|(_, value)| {
        let kind = value.as_ref().and_then(|value| value["kind"].as_str());
        kind == Some("AdminNetworkPolicy")
    });
    own.map(|(at, _)| at).collect()
}

#[test]
fn baselines_of_random_estates_cut_no_flow_and_keep_their_promise() {
    let (mut sound, mut tiers) = (0, 0);
    for seed in 0..24 {
        let files = with_baseline(estates::drawn(seed));
        ground::with(&files, |made| {
            for proof in proofs(made, &made.meant) {
                let told = (&proof.differences, &proof.breaches, &proof.complaints);
                assert!(proof.holds(), "seed {seed}: {told:#?}\n{files:#?}");
                sound += 1;
                tiers += proof.cluster.tiers.len();
            }
        });
    }
    assert!(
        sound >= 6 && tiers >= 12,
        "{sound} proofs, {tiers} baselines"
    );
}

#[test]
fn no_change_of_a_baseline_goes_unnoticed() {
    let mut tried = 0;
    let sound = ground::with(&with_baseline(pair()), |made| {
        let sound = values(made);
        let all = baselines(&sound);
        assert_eq!(all.len(), 2, "one for each tenant");
        for at in all {
            let before = sound[at].clone().unwrap();
            for (kind, mutant) in mutants(&before) {
                let mut meant = sound.clone();
                meant[at] = mutant;
                let noticed = proofs_of(made, &meant).iter().any(|proof| !proof.holds());
                assert!(noticed, "{kind} goes unnoticed: {:#?}", meant[at]);
                tried += 1;
            }
        }
    });
    assert!(sound && tried > 60, "{tried} mutants are too few");
}

#[test]
fn what_is_wrong_with_a_baseline_is_told_by_a_packet() {
    let told = |change: &dyn Fn(&mut Value)| {
        let mut told = String::new();
        ground::with(&with_baseline(pair()), |made| {
            let mut meant = values(made);
            let all = baselines(&meant);
            let named = |at: &&usize| {
                let object = meant[**at].as_ref().unwrap();
                object["metadata"]["name"] == "tenantry-shop"
            };
            let at = *all.iter().find(named).unwrap();
            change(meant[at].as_mut().unwrap());
            let meant: Vec<_> = meant.iter().map(|it| Some(it.as_ref()?.into())).collect();
            let (_, findings) = tenantry_core::prove::flows(made.ground, &meant);
            let messages = findings.iter().map(|finding| finding.message.clone());
            told = messages.collect::<Vec<_>>().join("\n");
        });
        told
    };
    let denied = told(&|it| it["spec"]["egress"][1]["action"] = json!("Deny"));
    assert!(
        denied.contains(
            "refuse it where it leaves (AdminNetworkPolicy tenantry-shop, egress rule 2)"
        ),
        "{denied}"
    );
    let accepted = told(&|it| it["spec"]["egress"][0]["action"] = json!("Allow"));
    assert!(
        accepted.contains("AdminNetworkPolicy tenantry-shop lets it out (egress rule 1)"),
        "{accepted}"
    );
    let passed = told(&|it| it["spec"]["egress"][0]["action"] = json!("Pass"));
    assert!(
        passed.contains("the baseline of a tenant does not hold")
            && passed.contains("the address 169.254.169.254"),
        "{passed}"
    );
    let everywhere = told(&|it| it["spec"]["subject"] = json!({"namespaces": {}}));
    assert!(
        everywhere.contains("which goes first is not specified"),
        "{everywhere}"
    );
}

/// Every way to change a baseline in one place that makes it another; none is the baseline left
/// out.
fn mutants(policy: &Value) -> Vec<(String, Option<Value>)> {
    let mut all = vec![("no baseline".to_owned(), None)];
    let mut add = |kind: String, change: &dyn Fn(&mut Value)| {
        let mut mutant = policy.clone();
        change(&mut mutant);
        assert_ne!(&mutant, policy, "{kind} changes nothing");
        all.push((kind, Some(mutant)));
    };
    let others = json!({"matchLabels": {"kubernetes.io/metadata.name": "others"}});
    for subject in [json!({}), others.clone()] {
        add(format!("another subject: {subject}"), &|it| {
            it["spec"]["subject"]["namespaces"] = subject.clone();
        });
    }
    add("a number that there is not".to_owned(), &|it| {
        it["spec"]["priority"] = json!(1001);
    });
    for (section, ends) in [("ingress", "from"), ("egress", "to")] {
        let rules = policy["spec"][section].as_array().unwrap();
        add(format!("no {section}"), &|it| {
            it["spec"].as_object_mut().unwrap().remove(section);
        });
        add(format!("{section} the other way round"), &|it| {
            it["spec"][section].as_array_mut().unwrap().reverse();
        });
        for (at, rule) in rules.iter().enumerate() {
            let what = format!("{section} {}", rule["name"]);
            add(format!("{what} left out"), &|it| {
                it["spec"][section].as_array_mut().unwrap().remove(at);
            });
            for action in ["Allow", "Deny", "Pass"] {
                if rule["action"] != action {
                    add(format!("{what}: {action}"), &|it| {
                        it["spec"][section][at]["action"] = json!(action);
                    });
                }
            }
            add(format!("{what} on one port"), &|it| {
                let port = json!([{"portNumber": {"port": 1, "protocol": "TCP"}}]);
                it["spec"][section][at]["ports"] = port;
            });
            let peer = &rule[ends][0];
            add(format!("{what} for others"), &|it| {
                it["spec"][section][at][ends] = json!([{"namespaces": others.clone()}]);
            });
            let values = &peer["namespaces"]["matchExpressions"][0]["values"];
            if let Some(values) = values.as_array() {
                add(format!("{what} for one more"), &|it| {
                    let mut more = values.clone();
                    more.push(json!("others"));
                    let expression =
                        &mut it["spec"][section][at][ends][0]["namespaces"]["matchExpressions"][0];
                    expression["values"] = json!(more);
                });
                add(format!("{what} for all"), &|it| {
                    it["spec"][section][at][ends] = json!([{"namespaces": {}}]);
                });
            }
            for hole in 0..peer["networks"].as_array().map_or(0, Vec::len) {
                add(format!("{what} without one address"), &|it| {
                    let networks = &mut it["spec"][section][at][ends][0]["networks"];
                    networks.as_array_mut().unwrap().remove(hole);
                });
            }
        }
    }
    all
}
