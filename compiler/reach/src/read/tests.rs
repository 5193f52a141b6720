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

/// A StatefulSet of so many pods, and a policy that asks for one of them.
fn numbered(count: u64, asked: &str) -> Value {
    let labels = json!({"app": "db"});
    json!({"apiVersion": "v1", "kind": "List", "items": [
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "db", "namespace": "shop"},
            "spec": {"replicas": count, "template": {"metadata": {"labels": labels}}},
        },
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "one", "namespace": "shop"},
            "spec": {"podSelector": {"matchLabels": {asked: "db-7"}}},
        },
    ]})
}

#[test]
fn only_so_many_pods_are_told_apart() {
    let own = "statefulset.kubernetes.io/pod-name";
    let most = replicas::MOST as u64;
    for (count, asked, pods) in [
        (3, own, 3),
        (3, "app", 1),
        (0, own, 1),
        (most, own, replicas::MOST),
        (u64::MAX, "app", 1),
    ] {
        let (cluster, complaints) = read([document((0, &numbered(count, asked)))]);
        assert_eq!((cluster.pods.len(), complaints), (pods, Vec::new()));
    }
    let (cluster, complaints) = read([document((0, &numbered(most + 1, own)))]);
    assert!(cluster.pods.is_empty());
    let told: Vec<_> = complaints
        .iter()
        .map(|it| (&*it.object, &*it.path))
        .collect();
    assert_eq!(told, [("StatefulSet shop/db", "items[0].spec.replicas")]);
    assert!(
        complaints[0].message.contains("10001 pods"),
        "{complaints:?}"
    );
}

#[test]
fn pods_that_no_selector_tells_apart_are_asked_for_once_or_twice() {
    let list = numbered(12, "statefulset.kubernetes.io/pod-name");
    let (cluster, _) = read([document((0, &list))]);
    let judge = crate::Judge::new(&cluster);
    let all = judge.replicas("shop", "db");
    assert_eq!(all.len(), 12);
    let unlike = judge.unlike(&all).into_iter();
    let names: Vec<&str> = unlike.map(|pod| cluster.pod(pod).name.as_str()).collect();
    assert_eq!(names, ["db-0", "db-1", "db-7"]);
    assert!(judge.replicas("shop", "d").is_empty());
    assert_eq!(judge.named("shop", "db-3").len(), 1);
}

/// What is wrong with some documents.
fn wrong(documents: &[Value]) -> Vec<(String, String)> {
    let (_, complaints) = read(documents.iter().enumerate().map(document));
    let told = complaints.into_iter().map(|it| (it.path, it.message));
    told.collect()
}

#[test]
fn what_does_not_say_what_it_is_does_not_vanish() {
    let spec = json!({"podSelector": {}, "ingress": []});
    let metadata = json!({"name": "x", "namespace": "n"});
    let api = "networking.k8s.io/v1";
    for (document, path, words) in [
        (
            json!({"apiVersion": api, "kind": "NetworkPolcy", "metadata": metadata, "spec": spec}),
            "kind",
            "networking.k8s.io has no kind NetworkPolcy; did you mean NetworkPolicy?",
        ),
        (
            json!({"apiVersion": api, "kin": "NetworkPolicy", "metadata": metadata, "spec": spec}),
            "",
            "has no kind; did you mean kind by kin?",
        ),
        (
            json!({"kind": "NetworkPolicy", "metadata": metadata, "spec": spec}),
            "",
            "has no apiVersion",
        ),
        (
            json!({"metadata": metadata, "spec": spec}),
            "",
            "has no apiVersion and no kind",
        ),
        (
            json!({"apiVersion": "v1", "kind": 7}),
            "kind",
            "must be text",
        ),
        (
            json!({"apiVersion": "", "kind": "Pod"}),
            "apiVersion",
            "is empty",
        ),
        (
            json!({"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod", "metadata": {}}]}),
            "items[0]",
            "has no apiVersion",
        ),
    ] {
        let told = wrong(&[document]);
        let [(place, message)] = told.as_slice() else {
            panic!("{words}: {told:?}");
        };
        assert_eq!(place, path, "{message}");
        assert!(message.contains(words), "{message}");
    }
    let ingress = json!({"apiVersion": api, "kind": "Ingress", "metadata": metadata});
    assert_eq!(wrong(&[ingress, json!(null)]), []);
    // What lies beside manifests: values of a chart, questions, a kustomization.
    let values = json!({"kind": "Deployment", "image": "web", "replicas": 2});
    let questions = json!([{"from": "n/a", "to": "n/b", "port": 80}]);
    let kustomization = json!({"resources": ["a.yaml"], "namespace": "n"});
    assert_eq!(
        wrong(&[values, questions, kustomization, json!("text")]),
        []
    );
}

/// Two workloads of one name, of which the pods are one container, and a Service before one.
fn namesakes() -> Vec<Value> {
    let workload = |kind: &str, app: &str| {
        json!({
            "apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web", "namespace": "n"},
            "spec": {"template": {
                "metadata": {"labels": {"app": app}},
                "spec": {"containers": [{"name": "c", "ports": [
                    {"name": "alt", "containerPort": 8080, "protocol": "UDP"},
                ]}]},
            }},
        })
    };
    let policy = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": "x", "namespace": "n"},
        "spec": {
            "podSelector": {"matchLabels": {"app": "b"}},
            "ingress": [{"ports": [{"port": "alt"}, {"port": 81}]}],
        },
    });
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "n"},
        "spec": {
            "clusterIP": "10.96.0.7", "selector": {"app": "b"},
            "ports": [{"port": 80, "targetPort": 8080}, {"port": 1, "targetPort": 81}],
        },
    });
    vec![
        workload("Deployment", "a"),
        workload("StatefulSet", "b"),
        policy,
        service,
    ]
}

#[test]
fn who_shares_a_name_is_called_with_the_kind() {
    let manifests = namesakes();
    let (cluster, complaints) = read(manifests.iter().enumerate().map(document));
    assert_eq!(complaints, []);
    let paths: Vec<String> = cluster.pods.iter().map(crate::Pod::path).collect();
    assert_eq!(paths, ["n/Deployment/web", "n/StatefulSet/web"]);
    let (alone, _) = read(manifests.iter().take(1).enumerate().map(document));
    assert_eq!(alone.pods[0].path(), "n/web");
}

#[test]
fn who_shares_the_name_of_told_apart_pods_is_called_with_the_kind() {
    let job = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "db", "namespace": "shop"},
        "spec": {"jobTemplate": {"spec": {"template": {"metadata": {}}}}},
    });
    let manifests = [job, numbered(2, "statefulset.kubernetes.io/pod-name")];
    let (cluster, complaints) = read(manifests.iter().enumerate().map(document));
    assert_eq!(complaints, []);
    let paths: Vec<String> = cluster.pods.iter().map(crate::Pod::path).collect();
    assert_eq!(paths, ["shop/CronJob/db", "shop/db-0", "shop/db-1"]);
}

#[test]
fn a_misspelt_kind_is_told_though_it_has_a_template_of_pods() {
    let workload = |version: &str, kind: &str| {
        json!({
            "apiVersion": version, "kind": kind, "metadata": {"name": "web", "namespace": "n"},
            "spec": {"template": {"spec": {"containers": [{"name": "c"}]}}},
        })
    };
    for (version, kind, words) in [
        ("apps/v1", "Deploymnet", "did you mean Deployment?"),
        ("batch/v1", "Jbo", "did you mean Job?"),
        ("v1", "Deployment", "it is one of apps"),
        ("app/v1", "Deployment", "did you mean apps?"),
    ] {
        let told = wrong(&[workload(version, kind)]);
        assert!(told.len() == 1 && told[0].1.contains(words), "{told:?}");
    }
    // Of other groups nobody knows the kinds: what has a template makes pods.
    let (cluster, complaints) = read([document((0, &workload("argoproj.io/v1", "Rollout")))]);
    assert_eq!((cluster.pods.len(), complaints.len()), (1, 0));
}

#[test]
fn a_service_s_own_address_is_answered_for_the_pods_behind_it() {
    let manifests = namesakes();
    let (cluster, _) = read(manifests.iter().enumerate().map(document));
    let judge = crate::Judge::new(&cluster);
    for (port, allowed, basis, words) in [
        (
            80,
            false,
            crate::Basis::NamedPortUnresolved,
            "the own address of Service n/s, which leads to n/StatefulSet/web on TCP 8080",
        ),
        (
            80,
            false,
            crate::Basis::NamedPortUnresolved,
            "has a port of that name for UDP only",
        ),
        (
            1,
            true,
            crate::Basis::Policy,
            "leads to n/StatefulSet/web on TCP 81",
        ),
        (
            82,
            false,
            crate::Basis::NoPolicy,
            "leads to no pod of the manifests on TCP 82",
        ),
    ] {
        let question = crate::Question {
            from: crate::End::Pod(crate::PodId(0)),
            to: crate::End::Address("10.96.0.7".parse().expect("an address")),
            protocol: crate::Protocol::Tcp,
            port,
        };
        let answer = crate::ask(&judge, &question);
        let because = crate::because(&judge, &question, &answer);
        assert_eq!(
            (answer.allowed, answer.basis),
            (allowed, basis),
            "{because}"
        );
        assert!(because.contains(words), "{because}");
    }
}
