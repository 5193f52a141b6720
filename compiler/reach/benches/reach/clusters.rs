//! Clusters of any size.

use serde_json::{Value, json};
use tenantry_reach::{
    Addresses, Cluster, Ends, Flow, PodId, PortSet, Protocol, strangers::HYPOTHETICAL,
};

/// How many workloads a tenant has.
const PER_TENANT: usize = 10;

/// How many of its own workloads each one calls.
const CALLS: usize = 4;

/// A kind of cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As it is emitted: each namespace is closed but for names, each workload has a policy.
    Declared,
    /// The same, with a tenth of the policies of workloads gone.
    Broken,
    /// One policy for each namespace, by which its pods talk to each other as they like.
    Namespaces,
    /// No policy at all, beside everything that is wanted.
    Open,
}

/// Manifests, and what they shall let through.
pub(crate) struct Made {
    pub(crate) documents: Vec<Value>,
    workloads: usize,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Declared, Self::Broken, Self::Namespaces, Self::Open];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Broken => "broken",
            Self::Namespaces => "namespaces",
            Self::Open => "open",
        }
    }
}

/// The workloads that one calls, by number: some of its own tenant's.
fn called(workload: usize) -> impl Iterator<Item = usize> {
    let (tenant, place) = (workload / PER_TENANT, workload % PER_TENANT);
    (1..=CALLS).map(move |next| tenant * PER_TENANT + (place + next) % PER_TENANT)
}

/// And those that call it.
fn callers(workload: usize) -> impl Iterator<Item = usize> {
    let (tenant, place) = (workload / PER_TENANT, workload % PER_TENANT);
    (1..=CALLS).map(move |next| tenant * PER_TENANT + (place + PER_TENANT - next) % PER_TENANT)
}

fn port(workload: usize) -> u16 {
    8000 + u16::try_from(workload % 3).unwrap_or(0)
}

fn calls_the_internet(workload: usize) -> bool {
    workload.is_multiple_of(PER_TENANT)
}

const PRIVATE: [&str; 4] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "192.168.0.0/16",
];

pub(crate) fn make(kind: Kind, workloads: usize) -> Made {
    let mut documents = vec![deployment(
        "kube-system",
        "dns",
        json!({"k8s-app": "kube-dns"}),
    )];
    for tenant in 0..workloads.div_ceil(PER_TENANT) {
        let namespace = format!("tenant-{tenant}");
        documents.push(
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}),
        );
        let policy = match kind {
            Kind::Declared | Kind::Broken => Some(json!({
                "podSelector": {},
                "policyTypes": ["Ingress", "Egress"],
                "egress": [{"to": [peer("kube-system", json!({"k8s-app": "kube-dns"}))], "ports": names()}]
            })),
            Kind::Namespaces => Some(json!({
                "podSelector": {},
                "policyTypes": ["Ingress"],
                "ingress": [{"from": [{"podSelector": {}}]}]
            })),
            Kind::Open => None,
        };
        documents.extend(policy.map(|spec| object(&namespace, "namespace", spec)));
    }
    for workload in 0..workloads {
        let namespace = format!("tenant-{}", workload / PER_TENANT);
        let name = format!("w{}", workload % PER_TENANT);
        documents.push(deployment(
            &namespace,
            &name,
            json!({"tenantry.dev/workload": name}),
        ));
        let is_kept = kind == Kind::Declared || (kind == Kind::Broken && workload % 10 != 3);
        documents.extend(is_kept.then(|| object(&namespace, &name, rules(workload))));
    }
    Made {
        documents,
        workloads,
    }
}

fn names() -> Value {
    json!([{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}])
}

fn peer(namespace: &str, labels: Value) -> Value {
    json!({
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "podSelector": {"matchLabels": labels}
    })
}

fn workload_peer(workload: usize) -> Value {
    let name = format!("w{}", workload % PER_TENANT);
    let labels = json!({"tenantry.dev/workload": name});
    peer(&format!("tenant-{}", workload / PER_TENANT), labels)
}

fn rules(workload: usize) -> Value {
    let tcp = |port: u16| json!([{"port": port, "protocol": "TCP"}]);
    let from: Vec<Value> = callers(workload).map(workload_peer).collect();
    let mut egress: Vec<Value> = Vec::new();
    for port in [8000, 8001, 8002] {
        let to: Vec<Value> = called(workload)
            .filter(|it| self::port(*it) == port)
            .map(workload_peer)
            .collect();
        if !to.is_empty() {
            egress.push(json!({"to": to, "ports": tcp(port)}));
        }
    }
    if calls_the_internet(workload) {
        let block = json!({"ipBlock": {"cidr": "0.0.0.0/0", "except": PRIVATE}});
        egress.push(json!({"to": [block], "ports": tcp(443)}));
    }
    let name = format!("w{}", workload % PER_TENANT);
    json!({
        "podSelector": {"matchLabels": {"tenantry.dev/workload": name}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": from, "ports": tcp(port(workload))}],
        "egress": egress
    })
}

fn object(namespace: &str, name: &str, spec: Value) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app.kubernetes.io/managed-by": "tenantry"}},
        "spec": spec
    })
}

fn deployment(namespace: &str, name: &str, labels: Value) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": "main", "ports": [{"containerPort": 8000}]}]}
            }
        }
    })
}

impl Made {
    /// What shall go through: what is called, names for everybody in a tenant's namespace, and
    /// anything between those who are nobody's.
    pub(crate) fn wanted(&self, cluster: &Cluster) -> Vec<Flow> {
        // The first pod is that of names; the strangers come last.
        let of =
            |workload: usize| Ends::Pods(vec![PodId(u32::try_from(workload + 1).unwrap_or(0))]);
        let mut wanted = Vec::new();
        for workload in 0..self.workloads {
            for other in called(workload) {
                let ports = PortSet::port(Protocol::Tcp, port(other));
                wanted.push(Flow {
                    from: of(workload),
                    to: of(other),
                    ports,
                });
            }
        }
        let internet: Ends = Ends::Addresses(internet());
        let (mut inside, mut calling, mut outside) = (Vec::new(), Vec::new(), vec![PodId(0)]);
        for id in cluster.pod_ids() {
            let pod = cluster.pod(id);
            match pod.namespace.starts_with("tenant-") {
                true => inside.push(id),
                false => outside.push(id),
            }
            let at = (id.0 as usize).wrapping_sub(1);
            if at < self.workloads && pod.kind != HYPOTHETICAL && calls_the_internet(at) {
                calling.push(id);
            }
        }
        outside.dedup();
        let mut names = PortSet::port(Protocol::Udp, 53);
        names.add(Protocol::Tcp, 53, 53);
        wanted.push(Flow {
            from: Ends::Pods(inside),
            to: of_names(),
            ports: names,
        });
        wanted.push(Flow {
            from: Ends::Pods(calling),
            to: internet,
            ports: PortSet::port(Protocol::Tcp, 443),
        });
        let all = PortSet::all();
        let outside = Ends::Pods(outside);
        wanted.push(Flow {
            from: outside.clone(),
            to: outside.clone(),
            ports: all.clone(),
        });
        for (from, to) in [
            (outside.clone(), Ends::Addresses(Addresses::all())),
            (Ends::Addresses(Addresses::all()), outside),
        ] {
            wanted.push(Flow {
                from,
                to,
                ports: all.clone(),
            });
        }
        wanted
    }
}

fn of_names() -> Ends {
    Ends::Pods(vec![PodId(0)])
}

fn internet() -> Addresses {
    let block = |text: &str| text.parse().map_or(Addresses::none(), Addresses::block);
    PRIVATE
        .iter()
        .fold(block("0.0.0.0/0"), |rest, but| rest.without(&block(but)))
}
