//! The semantics of NetworkPolicies as they are documented, over the manifests themselves: slow,
//! short, and without a line of what it is held against.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value, json};

/// One end: a pod by its manifest and its pod's part, or an address.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End<'m> {
    Pod { object: &'m Value, pod: &'m Value },
    Address(IpAddr),
}

pub(crate) fn pod(object: &Value) -> Option<End<'_>> {
    let pod = match object["kind"].as_str()? {
        "Pod" => object,
        "Deployment" => &object["spec"]["template"],
        _ => return None,
    };
    Some(End::Pod { object, pod })
}

/// Whether a connection goes through.
pub(crate) fn allowed(
    objects: &[Value],
    from: End<'_>,
    to: End<'_>,
    protocol: &str,
    port: u16,
) -> bool {
    if let (End::Pod { object: one, .. }, End::Pod { object: other, .. }) = (from, to)
        && one == other
        && one["kind"] == "Pod"
    {
        return true;
    }
    side(objects, from, to, "egress", "to", (to, protocol, port))
        && side(objects, to, from, "ingress", "from", (to, protocol, port))
}

fn side(
    objects: &[Value],
    own: End<'_>,
    peer: End<'_>,
    section: &str,
    ends: &str,
    packet: (End<'_>, &str, u16),
) -> bool {
    let End::Pod { object, pod } = own else {
        return true;
    };
    if let Some(decided) = tier(objects, own, peer, section, ends, packet, "Admin") {
        return decided;
    }
    let policies: Vec<&Value> = objects
        .iter()
        .filter(|it| it["kind"] == "NetworkPolicy")
        .filter(|it| it["metadata"]["namespace"] == object["metadata"]["namespace"])
        .filter(|it| matches(&it["spec"]["podSelector"], &pod["metadata"]["labels"]))
        .filter(|it| speaks_of(&it["spec"], section))
        .collect();
    if policies.is_empty() {
        return tier(objects, own, peer, section, ends, packet, "Baseline").unwrap_or(true);
    }
    policies.iter().any(|policy| {
        items(&policy["spec"][section])
            .iter()
            .any(|rule| peers(objects, policy, &rule[ends], peer) && ports(&rule["ports"], packet))
    })
}

/// What the policies of a tier decide; none where they leave it to others.
fn tier(
    objects: &[Value],
    own: End<'_>,
    peer: End<'_>,
    section: &str,
    ends: &str,
    packet: (End<'_>, &str, u16),
    tier: &str,
) -> Option<bool> {
    let mut policies: Vec<&Value> = objects
        .iter()
        .filter(|it| it["kind"] == "ClusterNetworkPolicy" && it["spec"]["tier"] == tier)
        .filter(|it| is_in(objects, &it["spec"]["subject"], own))
        .collect();
    // Of two with the same number the first is taken; sorting keeps their order.
    policies.sort_by_key(|it| it["spec"]["priority"].as_u64());
    for policy in policies {
        for rule in items(&policy["spec"][section]) {
            let spoken = items(&rule[ends]).iter().any(|it| is_in(objects, it, peer));
            let ports = items(&rule["protocols"]);
            let port = ports.is_empty() || ports.iter().any(|it| tier_port(it, packet));
            if spoken && port {
                return match rule["action"].as_str() {
                    Some("Accept") => Some(true),
                    Some("Deny") => Some(false),
                    _ => None,
                };
            }
        }
    }
    None
}

/// Whether a subject or a peer of a tier is an end.
fn is_in(objects: &[Value], entry: &Value, end: End<'_>) -> bool {
    if let Some(networks) = entry["networks"].as_array() {
        return networks.iter().any(|block| {
            let block: IpNet = block.as_str().unwrap_or_default().parse().expect("a block");
            addresses(end).iter().any(|it| block.contains(it))
        });
    }
    let both = match entry.get("namespaces") {
        Some(namespaces) => json!({"namespaceSelector": namespaces}),
        None => json!({
            // Without one they are of any namespace.
            "namespaceSelector": entry["pods"].get("namespaceSelector").unwrap_or(&json!({})),
            "podSelector": entry["pods"]["podSelector"],
        }),
    };
    peer(objects, &Value::Null, &both, end)
}

fn tier_port(entry: &Value, (to, protocol, port): (End<'_>, &str, u16)) -> bool {
    let port = u64::from(port);
    if let Some(name) = entry["destinationNamedPort"].as_str() {
        return is_named(to, name, protocol, port);
    }
    let said = &entry[protocol.to_lowercase()]["destinationPort"];
    let range = &said["range"];
    said["number"] == port
        || range["start"].as_u64().is_some_and(|start| start <= port)
            && range["end"].as_u64().is_some_and(|end| port <= end)
}

fn speaks_of(spec: &Value, section: &str) -> bool {
    let types = items(&spec["policyTypes"]);
    match (types, section) {
        ([], "ingress") => true,
        ([], _) => !items(&spec["egress"]).is_empty(),
        (types, "ingress") => types.contains(&json!("Ingress")),
        (types, _) => types.contains(&json!("Egress")),
    }
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn matches(selector: &Value, labels: &Value) -> bool {
    let mut wanted = selector["matchLabels"].as_object().into_iter().flatten();
    wanted.all(|(key, value)| labels.get(key) == Some(value))
        && items(&selector["matchExpressions"]).iter().all(|it| {
            let value = labels.get(it["key"].as_str().unwrap_or_default());
            let among = value.is_some_and(|value| items(&it["values"]).contains(value));
            match it["operator"].as_str() {
                Some("In") => among,
                Some("NotIn") => !among,
                Some("Exists") => value.is_some(),
                _ => value.is_none(),
            }
        })
}

fn peers(objects: &[Value], policy: &Value, list: &Value, peer: End<'_>) -> bool {
    let list = items(list);
    list.is_empty() || list.iter().any(|it| self::peer(objects, policy, it, peer))
}

fn peer(objects: &[Value], policy: &Value, entry: &Value, peer: End<'_>) -> bool {
    if let Some(block) = entry.get("ipBlock") {
        let within = |address: IpAddr, block: &Value| {
            let block: Option<IpNet> = block.as_str().and_then(|it| it.parse().ok());
            block.is_some_and(|block| block.contains(&address))
        };
        let mut addresses = addresses(peer).into_iter();
        return addresses.any(|it| {
            let mut holes = items(&block["except"]).iter();
            within(it, &block["cidr"]) && !holes.any(|hole| within(it, hole))
        });
    }
    let End::Pod { object, pod } = peer else {
        return false;
    };
    let namespace = &object["metadata"]["namespace"];
    let there = if entry["namespaceSelector"].is_null() {
        *namespace == policy["metadata"]["namespace"]
    } else {
        let mut spaces = objects.iter().filter(|it| it["kind"] == "Namespace");
        let space = spaces.find(|it| it["metadata"]["name"] == *namespace);
        let mut labels = space.map_or_else(|| json!({}), |it| it["metadata"]["labels"].clone());
        labels["kubernetes.io/metadata.name"] = namespace.clone();
        matches(&entry["namespaceSelector"], &labels)
    };
    there && matches(&entry["podSelector"], &pod["metadata"]["labels"])
}

fn addresses(end: End<'_>) -> Vec<IpAddr> {
    match end {
        End::Address(address) => vec![address],
        End::Pod { object, .. } => items(&object["status"]["podIPs"])
            .iter()
            .filter_map(|it| it["ip"].as_str()?.parse().ok())
            .collect(),
    }
}

fn ports(list: &Value, (to, protocol, port): (End<'_>, &str, u16)) -> bool {
    let list = items(list);
    let port = u64::from(port);
    list.is_empty()
        || list.iter().any(|it| {
            it["protocol"].as_str().unwrap_or("TCP") == protocol
                && match &it["port"] {
                    Value::Null => true,
                    Value::String(name) => is_named(to, name, protocol, port),
                    from => {
                        let from = from.as_u64().unwrap_or_default();
                        (from..=it["endPort"].as_u64().unwrap_or(from)).contains(&port)
                    }
                }
        })
}

fn is_named(to: End<'_>, name: &str, protocol: &str, port: u64) -> bool {
    let End::Pod { pod, .. } = to else {
        return false;
    };
    let containers = items(&pod["spec"]["containers"]).iter();
    let stays = items(&pod["spec"]["initContainers"]).iter();
    containers.chain(stays).any(|container| {
        items(&container["ports"]).iter().any(|it| {
            it["name"] == name
                && it["protocol"].as_str().unwrap_or("TCP") == protocol
                && it["containerPort"] == port
        })
    })
}
