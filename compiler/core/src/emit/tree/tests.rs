use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::{Number, Tree, TreeError, View};
use crate::{emit::json, origin::OriginId};

fn shown(tree: &Tree) -> serde_json::Value {
    serde_json::from_str(json::document(tree).as_str()).unwrap()
}

#[test]
fn a_serialised_value_says_what_serde_json_says() {
    #[derive(Serialize)]
    enum Port {
        Named(String),
        Range(u16, u16),
        Icmp { kind: u8 },
        Any,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Policy {
        api_version: &'static str,
        ports: Vec<Port>,
        weights: BTreeMap<u32, f64>,
        flags: (bool, char, i64),
        unit: (),
        empty: BTreeMap<String, String>,
    }
    let value = Policy {
        api_version: "v1",
        ports: vec![
            Port::Named("http".into()),
            Port::Range(1, 2),
            Port::Icmp { kind: 8 },
            Port::Any,
        ],
        weights: BTreeMap::from([(1, 0.5), (2, -3.0)]),
        flags: (true, 'é', i64::MIN),
        unit: (),
        empty: BTreeMap::new(),
    };
    let tree = Tree::from_serialize_with_nulls(&value).unwrap();
    assert_eq!(shown(&tree), serde_json::to_value(&value).unwrap());
}

#[test]
fn absent_fields_leave_no_null_but_empty_maps_stay() {
    let value = json!({ "a": null, "b": { "c": null }, "d": [null], "emptyDir": {} });
    let tree = Tree::from_serialize(&value).unwrap();
    assert_eq!(
        shown(&tree),
        json!({ "b": {}, "d": [null], "emptyDir": {} })
    );
}

#[test]
fn what_no_format_can_say_is_refused() {
    assert_eq!(
        Tree::from_serialize(&f64::NAN).unwrap_err(),
        TreeError::NotFinite
    );
    let keyed = BTreeMap::from([(vec![1], 2)]);
    assert_eq!(
        Tree::from_serialize(&keyed).unwrap_err(),
        TreeError::KeyNotText
    );
    let mut deep = json!(0);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    assert_eq!(
        Tree::from_serialize(&deep).unwrap_err(),
        TreeError::TooDeep(128)
    );
}

#[test]
fn a_key_twice_in_one_map_is_refused() {
    struct Twice;
    impl Serialize for Twice {
        fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.collect_map([("a", 1), ("b", 2), ("a", 3)])
        }
    }
    assert_eq!(
        Tree::from_serialize(&Twice).unwrap_err(),
        TreeError::DuplicateKey("a".into())
    );
}

#[test]
fn building_by_hand_keeps_the_order_and_replaces_in_place() {
    let mut tree = Tree::map();
    let mut root = tree.root_mut();
    root.set("kind", "Service");
    root.map("spec").set("port", 80);
    root.list("hosts").push("a");
    root.list("hosts").push_map().set("name", "b");
    root.map("spec").set("type", "ClusterIP");
    root.set("kind", "Ingress");
    let keys: Vec<_> = tree.root().children().filter_map(|n| n.key()).collect();
    assert_eq!(keys, ["kind", "spec", "hosts"]);
    assert_eq!(
        shown(&tree),
        json!({
            "kind": "Ingress",
            "spec": { "port": 80, "type": "ClusterIP" },
            "hosts": ["a", { "name": "b" }],
        })
    );
}

#[test]
fn a_wide_map_is_found_by_key_and_forgets_what_was_replaced() {
    let mut tree = Tree::map();
    for n in 0..100 {
        tree.root_mut().map("hosts").set(&format!("h{n}"), n);
    }
    assert_eq!(
        tree.at("/hosts/h73").map(|n| n.view()),
        Some(View::Number("73"))
    );
    tree.root_mut().set("hosts", "gone");
    for n in 0..50 {
        tree.root_mut().map("hosts").set(&format!("h{n}"), "new");
    }
    assert_eq!(tree.at("/hosts/h7").and_then(|n| n.as_str()), Some("new"));
    assert!(tree.at("/hosts/h73").is_none());
    assert_eq!(tree.root().get("hosts").map(|n| n.len()), Some(50));
}

#[test]
fn the_nearest_mark_above_answers() {
    let value = json!({ "spec": { "a/b": { "c": 1 }, "ports": [{ "port": 80 }] } });
    let mut tree = Tree::from_serialize(&value).unwrap();
    let (object, slash, port) = (OriginId(1), OriginId(2), OriginId(3));
    tree.mark("", object);
    tree.mark("/spec/a~1b", slash);
    tree.mark("/spec/ports/0/port", port);
    assert_eq!(tree.origin_at("/spec"), object);
    assert_eq!(tree.origin_at("/spec/a~1b/c"), slash);
    assert_eq!(tree.origin_at("/spec/ports/0"), object);
    assert_eq!(tree.origin_at("/spec/ports/0/port"), port);
    assert_eq!(
        tree.origin_at("/spec/ports/7/none"),
        object,
        "as far as it exists"
    );
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "nothing to mark at `/spec/replica`")]
fn marking_what_is_not_there_is_a_mistake() {
    let mut tree = Tree::from_serialize(&json!({ "spec": { "replicas": 1 } })).unwrap();
    tree.mark("/spec/replica", OriginId(1));
}

#[test]
fn grafting_copies_a_document_with_its_marks() {
    let mut part = Tree::from_serialize(&json!({ "a": [1, { "b": "x" }] })).unwrap();
    part.mark("/a/1", OriginId(9));
    let mut whole = Tree::map();
    whole.root_mut().set_tree("part", &part);
    whole.root_mut().list("parts").push_tree(&part);
    assert_eq!(
        shown(&whole),
        json!({ "part": { "a": [1, { "b": "x" }] }, "parts": [{ "a": [1, { "b": "x" }] }] })
    );
    assert_eq!(whole.origin_at("/parts/0/a/1/b"), OriginId(9));
}

#[test]
fn numbers_are_spelt_so_that_every_reader_agrees() {
    for good in ["0", "-0", "17", "0.50", "-12.5", "1.0e+21", "1.5E-7"] {
        assert!(Number::parse(good).is_some(), "{good}");
    }
    for bad in [
        "", "-", "+1", "01", ".5", "5.", "1e3", "1.0e3", "1_000", "0x10", "1 ", "NaN",
    ] {
        assert!(Number::parse(bad).is_none(), "{bad}");
    }
    let spelt = |x: f64| Number::from_f64(x).unwrap().to_string();
    assert_eq!(spelt(1e21), "1.0e+21");
    assert_eq!(spelt(1.5e-9), "1.5e-9");
    assert_eq!(spelt(3.0), "3.0");
    for x in [1e21, f64::MIN_POSITIVE, f64::MAX, 0.1] {
        assert!(
            Number::parse(&spelt(x)).is_some(),
            "{x} is in its own grammar"
        );
        assert_eq!(spelt(x).parse(), Ok(x));
    }
}
