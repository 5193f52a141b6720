//! What a cluster has already and is not ours.

use super::prelude::*;
use crate::origin::OriginId;

kind! {
    /// What is there already and not ours to set up. A flow that needs a missing fact is an
    /// error that names it.
    pub struct Facts = "facts" {
        /// The resolver.
        child dns: Option<DnsFact>;
        /// The API server.
        child api: Option<ApiFact>;
        /// The gateway or ingress controller.
        child ingress: Option<IngressFact>;
        /// Whoever scrapes metrics.
        child monitoring: Option<MonitoringFact>;
        /// What answers for objects: the gateway of Ceph, MinIO.
        child storage: Option<StorageFact>;
        /// KubeVirt.
        child kubevirt: Option<KubevirtFact>;
        /// KubeVirt's importer of disks.
        child cdi: Option<CdiFact>;
        /// Addresses of cloud metadata: denied unless asked for.
        child metadata_ip: Option<MetadataIp>;
        /// Labels of namespaces that tenants cannot write.
        child protected_label: Vec<ProtectedLabel>;
        /// How the kubelet's probes reach pods.
        child kubelet_probes: Option<KubeletProbes>;
        /// What runs there and is not ours.
        child installed: Vec<Installed>;
    }
}

impl Facts {
    /// The components that run there: name, version, and where it is said.
    pub fn installed_components(&self) -> Vec<(String, Option<V<Version>>, OriginId)> {
        let mut all = Vec::new();
        all.extend(self.kubevirt.iter().map(|fact| {
            (
                "kubevirt".to_owned(),
                fact.version.clone(),
                fact.meta.origin,
            )
        }));
        all.extend(
            self.cdi
                .iter()
                .map(|fact| ("cdi".to_owned(), fact.version.clone(), fact.meta.origin)),
        );
        all.extend(
            self.monitoring
                .iter()
                .map(|fact| ("kube-prometheus-stack".to_owned(), None, fact.meta.origin)),
        );
        all.extend(self.installed.iter().map(|fact| {
            (
                fact.component.value.to_string(),
                fact.version.clone(),
                fact.meta.origin,
            )
        }));
        all
    }
}

choices! {
    /// How pods reach the resolver.
    pub enum DnsMode {
        /// Through a service.
        Service = "service",
        /// Through a cache on each node, which runs in the host's network.
        NodeLocal = "node-local",
    }
}

kind! {
    /// The resolver. Every workload may ask it.
    pub struct DnsFact = "dns" {
        /// How pods reach it.
        prop mode: V<DnsMode> = "service";
        /// The namespace of its pods.
        prop namespace: V<Name> = "kube-system";
        /// The port that its pods listen on; 5353 on OpenShift.
        prop port: V<Ports> = "53";
        /// Its addresses.
        child ip: Option<FactIps>;
        /// A label of its pods.
        child select: Vec<Select>;
    }
}

kind! {
    /// The API server. It runs in the host's network, so policies name its addresses.
    pub struct ApiFact = "api" {
        /// The port that it listens on.
        prop port: V<Ports> = "6443";
        /// Its addresses.
        child ip: Option<FactIps>;
    }
}

kind! {
    /// Addresses.
    pub struct FactIps = "ip" {
        /// The addresses.
        arg addresses: Vec<V<Ip>>;
    }
}

kind! {
    /// A label of pods that policies select: `select k8s-app kube-dns`.
    pub struct Select = "select", key("key") {
        /// The label's key.
        arg key: V<Arc<str>>;
        /// Its value.
        arg value: V<Arc<str>>;
    }
}

choices! {
    /// What stands at the edge of a cluster.
    pub enum IngressKind {
        /// The Gateway API.
        Gateway = "gateway",
        /// Ingress objects.
        Ingress = "ingress",
    }
}

kind! {
    /// The gateway or ingress controller that serves what is exposed.
    pub struct IngressFact = "ingress" {
        /// The name of the Gateway, or the ingress class.
        prop class: Option<V<Name>>;
        /// The namespace of its pods, and of the Gateway.
        prop namespace: Option<V<Name>>;
        /// Whether its pods run in the host's network.
        prop host_network: V<bool> = "#false";
        /// What it is.
        prop kind as "kind": V<IngressKind> = "gateway";
        /// The port that its pods listen on for HTTP; 10080 with Envoy Gateway, else 80.
        prop port: Option<V<Ports>>;
        /// The port that its pods listen on for HTTPS; 10443 with Envoy Gateway, else 443.
        prop tls_port: Option<V<Ports>>;
        /// A label of its pods.
        child select: Vec<Select>;
    }
}

kind! {
    /// Whoever scrapes metrics.
    pub struct MonitoringFact = "monitoring" {
        /// The namespace of its pods.
        prop namespace: Option<V<Name>>;
        /// A label of its pods.
        child select: Vec<Select>;
    }
}

kind! {
    /// The cluster's store of objects, which workloads call as `platform.storage`.
    pub struct StorageFact = "storage" {
        /// The namespace of its pods.
        prop namespace: V<Name>;
        /// The port that its pods listen on, which may be another than the Service's.
        prop port: V<Ports>;
        /// A label of its pods.
        child select: Vec<Select>;
    }
}

kind! {
    /// KubeVirt, where it runs already.
    pub struct KubevirtFact = "kubevirt" {
        /// Its version.
        prop version: Option<V<Version>>;
        /// Its namespace.
        prop namespace: V<Name> = "kubevirt";
    }
}

kind! {
    /// The importer of disks, where it runs already.
    pub struct CdiFact = "cdi" {
        /// Its version.
        prop version: Option<V<Version>>;
        /// Its namespace.
        prop namespace: V<Name> = "cdi";
    }
}

kind! {
    /// Addresses of cloud metadata.
    pub struct MetadataIp = "metadata-ip" {
        /// The addresses.
        arg addresses: Vec<V<Ip>>;
    }
}

kind! {
    /// A label of namespaces that tenants cannot write.
    pub struct ProtectedLabel = "protected-label", key("label") {
        /// The label's key.
        arg label: V<Arc<str>>;
    }
}

choices! {
    /// Where the kubelet's probes come from.
    pub enum ProbesFrom {
        /// The pod's own node, which policies always let in.
        Node = "node",
        /// Not known.
        Unknown = "unknown",
    }
}

kind! {
    /// How the kubelet's probes reach pods: an exception that the proof accepts.
    pub struct KubeletProbes = "kubelet-probes" {
        /// Where they come from.
        prop from: V<ProbesFrom> = "node";
    }
}

kind! {
    /// A component that runs there and is not ours.
    pub struct Installed = "installed", key("component") {
        /// Its name.
        arg component: V<Name>;
        /// Its version.
        arg version: Option<V<Version>>;
    }
}
