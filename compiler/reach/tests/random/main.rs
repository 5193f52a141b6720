//! Random clusters: every answer is that of the documented semantics, worked out naively over the
//! manifests; and manifests that were broken at random are read without harm.

#![expect(
    clippy::expect_used,
    reason = "a test, whose manifests are known to be what they are"
)]

mod clusters;
mod naive;

use std::net::IpAddr;

use proptest::prelude::*;
use serde_json::{Value, json};
use tenantry_reach::{
    Account, Basis, Cluster, Document, End, Judge, Protocol, Question, ask, because, read::read,
};

fn read_all(objects: &[Value]) -> (Cluster, usize) {
    let (cluster, complaints) = read(objects.iter().enumerate().map(|(at, value)| Document {
        source: "random.yaml",
        at,
        value: value.into(),
    }));
    (cluster, complaints.len())
}

/// Every end twice: as a question has it, and as the naive evaluator does.
fn ends<'m>(judge: &Judge<'_>, objects: &'m [Value]) -> Vec<(End, naive::End<'m>)> {
    let pods = objects.iter().filter_map(|object| {
        let metadata = &object["metadata"];
        let (namespace, name) = (metadata["namespace"].as_str()?, metadata["name"].as_str()?);
        let pod = naive::pod(object)?;
        Some((End::Pod(*judge.named(namespace, name).first()?), pod))
    });
    let outside = clusters::ADDRESSES.iter().map(|address| {
        let address: IpAddr = address.parse().expect("an address");
        (End::Address(address), naive::End::Address(address))
    });
    pods.chain(outside).collect()
}

/// What holds of every answer, whatever the cluster.
fn is_consistent(judge: &Judge<'_>, question: &Question) -> Result<bool, TestCaseError> {
    let answer = ask(judge, question);
    let text = because(judge, question, &answer);
    let verdict = if answer.allowed {
        "allowed: "
    } else {
        "refused: "
    };
    prop_assert!(text.starts_with(verdict) && !text.ends_with('.'), "{text}");
    prop_assert!(!text.contains("  ") && !text.contains("()"), "{text}");
    prop_assert_eq!(answer.allowed, answer.refused().is_none());
    let open = answer.egress == Account::Open && answer.ingress == Account::Open;
    match answer.basis {
        Basis::NoPolicy | Basis::SpecException => prop_assert!(open && answer.allowed),
        Basis::NamedPortUnresolved => prop_assert!(!answer.allowed),
        Basis::UndefinedPriority => {}
        _ => prop_assert!(!open),
    }
    Ok(answer.allowed)
}

proptest! {
    // Of each cluster some thousand questions are asked; PROPTEST_CASES asks about more of them.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 4,
        ..ProptestConfig::default()
    })]

    #[test]
    fn answers_are_those_of_the_documented_semantics(objects in clusters::cluster()) {
        let (cluster, complaints) = read_all(&objects);
        prop_assert_eq!(complaints, 0);
        let judge = Judge::new(&cluster);
        let ends = ends(&judge, &objects);
        for (from, their_from) in &ends {
            for (to, their_to) in &ends {
                for name in clusters::PROTOCOLS {
                    for port in clusters::ASKED {
                        let protocol = Protocol::parse(name).expect("a protocol");
                        let question = Question { from: *from, to: *to, protocol, port };
                        let theirs = naive::allowed(&objects, *their_from, *their_to, name, port);
                        let ours = is_consistent(&judge, &question)?;
                        prop_assert_eq!(ours, theirs, "{:?}", question);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_broken_at_random_does_no_harm(
        objects in clusters::cluster(),
        breaks in prop::collection::vec((any::<prop::sample::Index>(), junk(), 0..4u8), 1..6),
    ) {
        let mut broken = Value::from(objects);
        for (place, junk, how) in breaks {
            let places = count(&broken);
            let mut place = place.index(places);
            change(&mut broken, &mut place, &junk, how);
        }
        let objects = match broken {
            Value::Array(objects) => objects,
            other => vec![other],
        };
        let (cluster, _) = read_all(&objects);
        let judge = Judge::new(&cluster);
        let outside = End::Address(IpAddr::from([192, 0, 2, 7]));
        let pods = cluster.pod_ids().map(End::Pod).chain([outside]);
        let pods: Vec<End> = pods.collect();
        for (from, to) in pods.iter().flat_map(|from| pods.iter().map(move |to| (from, to))) {
            let question = Question { from: *from, to: *to, protocol: Protocol::Tcp, port: 80 };
            let answer = ask(&judge, &question);
            because(&judge, &question, &answer);
        }
    }
}

/// Values of all kinds, with such as stand on an edge of something.
fn junk() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        "/",
        "a/b/c",
        "0.0.0.0/0",
        "::ffff:10.0.0.0/104",
        "::/129",
        "1.2.3.4/4294967296",
        "NotIn",
        "Ingress",
        "é",
        "80",
        "*",
    ];
    let texts = texts.map(Value::from).to_vec();
    let others = vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(65536),
        json!(1e300),
        json!(80.5),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!({"": null}),
        json!({"kind": "List", "items": [{"kind": "List", "items": [1]}]}),
    ];
    prop_oneof![prop::sample::select(texts), prop::sample::select(others)]
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0usize,
    }
}

/// Changes the value at a place: puts junk there, behind it or into it.
fn change(value: &mut Value, place: &mut usize, junk: &Value, how: u8) -> bool {
    if *place == 0 {
        match (how, value) {
            (1, Value::Array(items)) => items.push(junk.clone()),
            (1, Value::Object(fields)) => {
                fields.insert("spec".to_owned(), junk.clone());
            }
            (2, Value::Array(items)) => items.extend(items.clone()),
            (3, Value::Object(fields)) => {
                fields.insert("extra".to_owned(), junk.clone());
            }
            (_, value) => *value = junk.clone(),
        }
        return true;
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|it| change(it, place, junk, how)),
        Value::Object(fields) => fields.values_mut().any(|it| change(it, place, junk, how)),
        _ => false,
    }
}
