use serde_json::{Value, json};

use super::*;

/// Enough policies to be read in parts: some wrong, some twice, among other objects.
fn manifests() -> Vec<Value> {
    let policy = |at: usize| {
        let peer = json!({"podSelector": {"matchLabels": {"app": format!("a{}", at % 7)}}});
        let port = if at % 50 == 3 { 0 } else { 80 };
        json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": format!("p{}", at % 280), "namespace": "shop"},
            "spec": {"podSelector": {}, "ingress": [{"from": [peer], "ports": [{"port": port}]}]}
        })
    };
    let space = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}});
    let mut all: Vec<Value> = (0..300).map(policy).collect();
    all.insert(100, space);
    all
}

fn told(read: &(Cluster, Vec<Complaint>)) -> Vec<(&str, &str)> {
    let complaints = read.1.iter();
    complaints
        .map(|it| (it.object.as_str(), it.message.as_str()))
        .collect()
}

fn document((at, value): (usize, &Value)) -> Document<'_> {
    Document {
        source: "all",
        at,
        value: value.into(),
    }
}

#[test]
fn in_parts_it_is_read_the_same_as_one_after_another() {
    let manifests = manifests();
    let one_list = json!({"apiVersion": "v1", "kind": "List", "items": manifests});
    let parts = read(manifests.iter().enumerate().map(document));
    let after = read([document((0, &one_list))]);
    assert_eq!(parts.0, after.0);
    assert_eq!(parts.0.policies.len(), 274);
    let twice = |(_, message): &&(&str, &str)| message.contains("stands twice");
    let apart = |read| -> Vec<(&str, &str)> {
        let told: Vec<_> = told(read);
        told.into_iter().filter(|it| !twice(&it)).collect()
    };
    assert_eq!(apart(&parts), apart(&after));
    assert_eq!(told(&parts).iter().filter(twice).count(), 20);
    assert_eq!(apart(&parts).len(), 6);
}

/// An object of a kind with all by which the kinds that speak say something.
fn object(group: &str, kind: &str) -> Value {
    let version = match group {
        "" => "v1".to_owned(),
        group => format!("{group}/v1"),
    };
    json!({
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": "it", "namespace": "shop", "labels": {"app": "it"}},
        "spec": {
            "type": "NodePort",
            "selector": {"app": "it"},
            "ports": [{"port": 80}],
            "podSelector": {},
            "ingress": [{}],
        },
    })
}

#[test]
fn each_silent_kind_read_alone_yields_nothing() {
    for (group, kind) in SILENT {
        let said = object(group, kind);
        let version = said["apiVersion"].as_str().expect("a text");
        assert!(is_silent(version, kind), "{version} {kind}");
        let (cluster, complaints) = read([document((0, &said))]);
        assert_eq!(cluster, Cluster::default(), "{version} {kind}");
        assert_eq!(complaints, [], "{version} {kind}");
    }
}

#[test]
fn what_speaks_is_not_silent() {
    let speaking = [
        ("", "Namespace"),
        ("", "Node"),
        ("", "Pod"),
        ("", "ReplicationController"),
        ("", "Service"),
        ("apps", "DaemonSet"),
        ("apps", "Deployment"),
        ("apps", "ReplicaSet"),
        ("apps", "StatefulSet"),
        ("batch", "CronJob"),
        ("batch", "Job"),
        ("cilium.io", "CiliumNetworkPolicy"),
        ("k8s.cni.cncf.io", "MultiNetworkPolicy"),
        ("k8s.cni.cncf.io", "NetworkAttachmentDefinition"),
        ("kubevirt.io", "VirtualMachine"),
        ("networking.k8s.io", "NetworkPolicy"),
        ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ];
    for (group, kind) in speaking {
        let version = format!("{group}/v1");
        assert!(!is_silent(&version, kind), "{group} {kind}");
        assert!(!SILENT.contains(&(group, kind)), "{group} {kind}");
    }
    // Another group's kind of the same name is another kind.
    assert!(is_silent("v1", "Secret") && !is_silent("example.com/v1", "Secret"));
    let service = object("", "Service");
    let (cluster, _) = read([document((0, &service))]);
    assert_eq!(
        cluster.beside.len(),
        1,
        "the same object, of a kind that speaks"
    );
}
