//! Every way to change a policy in one place.

use serde_json::{Value, json};

/// The mutants of a policy, each with what was done; none is the policy left out.
pub(crate) fn of(policy: &Value) -> Vec<(&'static str, Option<Value>)> {
    let mut all = vec![("no policy", None)];
    let mut add = |kind, change: &dyn Fn(&mut Value)| {
        let mut mutant = policy.clone();
        change(&mut mutant);
        assert_ne!(&mutant, policy, "{kind} changes nothing");
        all.push((kind, Some(mutant)));
    };
    let types = policy["spec"]["policyTypes"].as_array().map_or(0, Vec::len);
    for at in 0..types {
        add("a policy without one of its types", &|it| {
            remove(it, "/spec/policyTypes", at)
        });
    }
    if types > 0 {
        add("a policy without its types", &|it| {
            unset(it, "/spec", "policyTypes")
        });
    }
    for key in keys(policy, "/spec/podSelector/matchLabels") {
        let labels = "/spec/podSelector/matchLabels";
        add("a policy for all pods", &|it| unset(it, labels, &key));
        add("a policy for others", &|it| {
            set(it, labels, &key, json!("others"))
        });
    }
    if keys(policy, "/spec/podSelector/matchLabels").is_empty() {
        add("a policy for others", &|it| {
            set(
                it,
                "/spec",
                "podSelector",
                json!({"matchLabels": {"app": "others"}}),
            );
        });
    }
    for (section, peers) in [("ingress", "from"), ("egress", "to")] {
        let list = format!("/spec/{section}");
        add("a rule for everybody", &|it| {
            let spec = it.pointer_mut("/spec").unwrap().as_object_mut().unwrap();
            let rules = spec.entry(section).or_insert_with(|| json!([]));
            rules.as_array_mut().unwrap().push(json!({}));
        });
        for at in 0..length(policy, &list) {
            let rule = format!("{list}/{at}");
            add("a rule less", &|it| remove(it, &list, at));
            add("a rule without peers", &|it| unset(it, &rule, peers));
            add("a rule without ports", &|it| unset(it, &rule, "ports"));
            for (kind, change) in of_ports(policy, &format!("{rule}/ports")) {
                add(kind, &change);
            }
            for (kind, change) in of_peers(policy, &format!("{rule}/{peers}")) {
                add(kind, &change);
            }
        }
    }
    all
}

type Change = Box<dyn Fn(&mut Value)>;

fn of_ports(policy: &Value, list: &str) -> Vec<(&'static str, Change)> {
    let mut all: Vec<(&'static str, Change)> = Vec::new();
    let count = length(policy, list);
    for at in 0..count {
        let own = list.to_owned();
        // Without any port, all are meant.
        all.push(("a port less", Box::new(move |it| remove(it, &own, at))));
        let port = format!("{list}/{at}");
        let value = policy.pointer(&port).unwrap();
        let number = value["port"].as_i64().unwrap();
        let change = |key: &'static str, to: Value| -> Change {
            let port = port.clone();
            Box::new(move |it| set(it, &port, key, to.clone()))
        };
        all.push(("another port", change("port", json!(number + 1))));
        let end = value["endPort"].as_i64().unwrap_or(number);
        all.push(("a longer range of ports", change("endPort", json!(end + 1))));
        let other = match value["protocol"].as_str() {
            Some("TCP") => "SCTP",
            _ => "TCP",
        };
        all.push(("another protocol", change("protocol", json!(other))));
        for (kind, key) in [
            ("a port without its protocol", "protocol"),
            ("a protocol without its port", "port"),
            ("a range of ports without its end", "endPort"),
        ] {
            let port = port.clone();
            if value.get(key).is_some() {
                all.push((kind, Box::new(move |it| unset(it, &port, key))));
            }
        }
    }
    all
}

fn of_peers(policy: &Value, list: &str) -> Vec<(&'static str, Change)> {
    let mut all: Vec<(&'static str, Change)> = Vec::new();
    for at in 0..length(policy, list) {
        let own = list.to_owned();
        all.push(("a peer less", Box::new(move |it| remove(it, &own, at))));
        let peer = format!("{list}/{at}");
        let value = policy.pointer(&peer).unwrap();
        if value.get("ipBlock").is_some() {
            all.extend(of_block(value, &format!("{peer}/ipBlock")));
            continue;
        }
        let split = (list.to_owned(), value.clone());
        all.push((
            "a peer as two",
            Box::new(move |it| {
                let list = it.pointer_mut(&split.0).unwrap().as_array_mut().unwrap();
                list[at] = json!({"namespaceSelector": split.1["namespaceSelector"]});
                list.push(json!({"podSelector": split.1["podSelector"]}));
            }),
        ));
        for (selector, gone, wide, other) in [
            (
                "namespaceSelector",
                "a peer without its namespace",
                "a peer of all namespaces",
                "a peer of another namespace",
            ),
            (
                "podSelector",
                "a peer without its pods",
                "a peer of all pods",
                "a peer of other pods",
            ),
        ] {
            let own = peer.clone();
            all.push((gone, Box::new(move |it| unset(it, &own, selector))));
            let labels = format!("{peer}/{selector}/matchLabels");
            for key in keys(policy, &labels) {
                let (one, two) = ((labels.clone(), key.clone()), (labels.clone(), key));
                all.push((wide, Box::new(move |it| unset(it, &one.0, &one.1))));
                all.push((
                    other,
                    Box::new(move |it| set(it, &two.0, &two.1, json!("others"))),
                ));
            }
        }
    }
    all
}

fn of_block(value: &Value, at: &str) -> Vec<(&'static str, Change)> {
    let mut all: Vec<(&'static str, Change)> = Vec::new();
    let net: ipnet::IpNet = value["ipBlock"]["cidr"].as_str().unwrap().parse().unwrap();
    if let Some(wider) = net.supernet() {
        let at = at.to_owned();
        all.push((
            "a wider block",
            Box::new(move |it| {
                set(it, &at, "cidr", json!(wider.to_string()));
            }),
        ));
    }
    let subnets = net.subnets(net.prefix_len() + 1).ok();
    if let Some(narrower) = subnets.and_then(|mut halves| halves.next()) {
        let at = at.to_owned();
        all.push((
            "a narrower block",
            Box::new(move |it| {
                set(it, &at, "cidr", json!(narrower.to_string()));
            }),
        ));
        // What lies outside of the block may not be left out of it.
    }
    let holes = value["ipBlock"]["except"].as_array().map_or(0, Vec::len);
    for hole in 0..holes {
        let at = format!("{at}/except");
        all.push(("a hole less", Box::new(move |it| remove(it, &at, hole))));
    }
    all
}

fn length(value: &Value, list: &str) -> usize {
    value
        .pointer(list)
        .and_then(Value::as_array)
        .map_or(0, Vec::len)
}

fn keys(value: &Value, map: &str) -> Vec<String> {
    let map = value.pointer(map).and_then(Value::as_object);
    map.into_iter()
        .flat_map(|map| map.keys().cloned())
        .collect()
}

fn remove(value: &mut Value, list: &str, at: usize) {
    value
        .pointer_mut(list)
        .unwrap()
        .as_array_mut()
        .unwrap()
        .remove(at);
}

fn unset(value: &mut Value, map: &str, key: &str) {
    value
        .pointer_mut(map)
        .unwrap()
        .as_object_mut()
        .unwrap()
        .remove(key);
}

fn set(value: &mut Value, map: &str, key: &str, to: Value) {
    let map = value.pointer_mut(map).unwrap().as_object_mut().unwrap();
    map.insert(key.to_owned(), to);
}
