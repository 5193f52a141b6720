use proptest::prelude::*;

use super::*;
use crate::{
    Cluster, Pod,
    labels::Labels,
    policy::{Policy, Port, Rule},
    random,
    strangers::tests::has,
};

/// Pods that each have rules of their own for everybody.
fn all_different(pods: u16) -> Cluster {
    let mut cluster = Cluster::default();
    for at in 1..=pods {
        let name = format!("p{at}");
        cluster.add_pod(Pod {
            namespace: "shop".to_owned(),
            labels: Labels::from([("app".to_owned(), name.clone())]),
            name: name.clone(),
            ..Pod::default()
        });
        let rules = |from, to| {
            let ports = Some(vec![Port::Range(crate::Protocol::Tcp, from, to)]);
            Some(vec![Rule { peers: None, ports }])
        };
        cluster.add_policy(Policy {
            namespace: "shop".to_owned(),
            pods: has("app", &name),
            ingress: rules(at, pods),
            egress: rules(1, at),
            name,
        });
    }
    cluster
}

#[test]
fn what_nobody_would_read_is_refused_at_once() {
    let few = all_different(60);
    assert!(matrix(&Judge::new(&few)).is_ok());
    let many = all_different(8000);
    let judge = Judge::new(&many);
    let refused = matrix(&judge).expect_err("64 million pairs");
    assert!(refused.steps > refused.limit, "{refused}");
    assert_eq!(crate::compare(&judge, &[]), Err(refused));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn it_is_what_asking_about_every_pair_gives(cluster in random::cluster()) {
        let judge = Judge::new(&cluster);
        let flows = matrix(&judge).expect("a small matrix");
        prop_assert!(flows.is_sorted());
        let naive = Naive::of(&judge, &[]);
        for from in naive.ends() {
            for to in naive.ends().into_iter().filter(|to| naive.speaks_of(from, *to)) {
                let telling: Vec<&Flow> =
                    flows.iter().filter(|flow| flow.from.holds(from) && flow.to.holds(to)).collect();
                let ports: Vec<&PortSet> = telling.iter().map(|flow| &flow.ports).collect();
                let expected = naive.ports(from, to);
                match expected.is_empty() {
                    true => prop_assert!(ports.is_empty(), "{from:?} {to:?} {ports:?}"),
                    false => prop_assert_eq!(ports, [&expected], "{:?} {:?}", from, to),
                }
            }
        }
    }

    #[test]
    fn no_flow_is_without_a_connection(cluster in random::cluster()) {
        let judge = Judge::new(&cluster);
        let naive = Naive::of(&judge, &[]);
        for flow in matrix(&judge).expect("a small matrix") {
            let ends = naive.ends();
            let real = ends.iter().filter(|end| flow.from.holds(**end)).any(|from| {
                let mut called = ends.iter().filter(|end| flow.to.holds(**end));
                called.any(|to| naive.speaks_of(*from, *to))
            });
            prop_assert!(real, "{flow:?}");
        }
    }
}
