use super::*;
use crate::{
    labels::{Condition, Labels, Requirement, Selector},
    policy::Policy,
};

fn labels(text: &[(&str, &str)]) -> Labels {
    text.iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn has(key: &str, value: &str) -> Selector {
    Selector::new(vec![Requirement {
        key: key.to_owned(),
        condition: Condition::In(vec![value.to_owned()]),
    }])
}

fn pod(namespace: &str, name: &str) -> Pod {
    Pod {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        kind: "Pod".to_owned(),
        labels: labels(&[("app", name)]),
        alone: true,
        ..Pod::default()
    }
}

/// Two pods, `web` and `db`, of which `db` takes calls from `web` on one port only.
fn pair() -> Cluster {
    let mut cluster = Cluster::default();
    cluster.add_pod(pod("shop", "web"));
    cluster.add_pod(pod("shop", "db"));
    cluster.add_policy(Policy {
        namespace: "shop".to_owned(),
        name: "db".to_owned(),
        pods: has("app", "db"),
        ingress: Some(vec![Rule {
            peers: Some(vec![Peer::Pods {
                namespaces: None,
                pods: has("app", "web"),
            }]),
            ports: Some(vec![Port::Range(Protocol::Tcp, 5432, 5432)]),
        }]),
        egress: None,
    });
    cluster
}

#[test]
fn only_what_a_rule_admits_comes_in_to_who_is_isolated() {
    let cluster = pair();
    let judge = Judge::new(&cluster);
    let (web, db) = (PodId(0), PodId(1));
    let side = judge.with_pod(db, Direction::Ingress, web);
    assert!(side.isolated);
    assert_eq!(side.ports, PortSet::port(Protocol::Tcp, 5432));
    assert!(judge.with_pod(db, Direction::Ingress, db).ports.is_empty());
}

#[test]
fn who_is_not_isolated_takes_and_calls_everything() {
    let cluster = pair();
    let judge = Judge::new(&cluster);
    let (web, db) = (PodId(0), PodId(1));
    assert!(judge.with_pod(db, Direction::Egress, web).ports.is_all());
    assert!(judge.with_pod(web, Direction::Ingress, db).ports.is_all());
}

#[test]
fn a_policy_speaks_of_its_own_namespace_alone() {
    let mut cluster = pair();
    let stranger = cluster.add_pod(pod("elsewhere", "web"));
    let twin = cluster.add_pod(pod("elsewhere", "db"));
    let judge = Judge::new(&cluster);
    let db = PodId(1);
    let side = judge.with_pod(db, Direction::Ingress, stranger);
    assert!(side.ports.is_empty(), "the same label elsewhere is another");
    assert!(judge.isolating(twin, Direction::Ingress).is_empty());
}

#[test]
fn sets_say_the_same_as_single_questions() {
    let cluster = pair();
    let judge = Judge::new(&cluster);
    let grant = judge.grants(PodId(1), Direction::Ingress).next();
    let admitted = judge.admitted(&grant.expect("a rule"));
    assert_eq!(admitted.pods, [PodId(0)]);
    assert!(admitted.addresses.is_empty() && !admitted.everybody);
}
