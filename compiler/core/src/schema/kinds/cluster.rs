//! Clusters.

use super::{prelude::*, *};

kind! {
    /// A cluster: machines under one control plane.
    pub struct Cluster = "cluster", key("name"), one_of("kubernetes", "proxmox", "hosts") {
        /// Its name; a folder of the output.
        arg name: V<Name>;
        /// The site that it stands on.
        prop site: Option<V<NameOf<Site>>>;
        /// Whether somebody else runs its control plane.
        prop managed: V<bool> = "#false";
        /// Profiles to take defaults from.
        child like: Vec<Like>;
        /// A Kubernetes cluster.
        child kubernetes: Option<Kubernetes>;
        /// A Proxmox VE cluster.
        child proxmox: Option<Proxmox>;
        /// Plain machines, which Ansible sets up and nothing runs on by itself.
        child hosts: Option<Hosts>;
        /// What fails together: rooms, racks, power feeds.
        child zone: Option<Zones>;
        /// Its address ranges.
        child network_plan: Option<NetworkPlan>;
        /// What carries its pod network.
        child cni: Option<Cni>;
        /// What runs on it for all tenants.
        child platform: Option<PlatformSpec>;
        /// What is there already and is not ours.
        child facts: Option<Facts>;
        /// A machine outside that breaks the tie of two Proxmox nodes.
        child quorum_device: Option<QuorumDevice>;
        /// An object of the cluster's API that the language has no word for.
        child raw: Vec<Raw>;
        /// A change to what is emitted for the cluster.
        child patch: Vec<Patch>;
    }
}

named!(Cluster = "cluster");

choices! {
    /// Who packages Kubernetes.
    pub enum Distribution {
        /// kubeadm, by hand or by Kubespray.
        Kubeadm = "kubeadm",
        /// Rancher's k3s.
        K3s = "k3s",
        /// Red Hat OpenShift.
        Openshift = "openshift",
        /// Google.
        Gke = "gke",
        /// Amazon.
        Eks = "eks",
        /// Microsoft.
        Aks = "aks",
        /// Alibaba Cloud.
        Ack = "ack",
    }
}

choices! {
    /// What installs Kubernetes on the hosts.
    pub enum Installer {
        /// Kubespray's playbooks.
        Kubespray = "kubespray",
    }
}

choices! {
    /// The container runtime of the nodes.
    pub enum Runtime {
        /// containerd.
        Containerd = "containerd",
        /// CRI-O.
        Crio = "crio",
    }
}

kind! {
    /// A Kubernetes cluster of this version.
    pub struct Kubernetes = "kubernetes" {
        /// The version, a string: `"1.33"`.
        arg version: V<Version>;
        /// Who packages it.
        prop distribution: V<Distribution> = "kubeadm";
        /// What installs it.
        prop installer: V<Installer> = "kubespray";
        /// The container runtime.
        prop runtime: V<Runtime> = "containerd";
    }
}

kind! {
    /// A Proxmox VE cluster of this version.
    pub struct Proxmox = "proxmox" {
        /// The version, a string: `"9.1"`.
        arg version: V<Version>;
        /// Where its API answers: `https://pve1.lab.example:8006`.
        prop api: Option<V<Arc<str>>>;
    }
}

kind! {
    /// Plain machines without a control plane: Ansible's inventory has them, and no workload
    /// runs on them.
    pub struct Hosts = "hosts" {
    }
}

kind! {
    /// The zones of a cluster: what fails together.
    pub struct Zones = "zone" {
        /// Their names, the values of `topology.kubernetes.io/zone`.
        arg names: Vec<V<Name>>;
    }
}

kind! {
    /// The address ranges of a cluster. They must not overlap.
    pub struct NetworkPlan = "network-plan" {
        /// Addresses of pods.
        prop pods: Option<V<Cidr>>;
        /// Addresses of services.
        prop services: Option<V<Cidr>>;
        /// Addresses of nodes.
        prop nodes: Option<V<Cidr>>;
        /// IPv6 addresses of pods.
        prop pods6: Option<V<Cidr>>;
        /// IPv6 addresses of services.
        prop services6: Option<V<Cidr>>;
        /// IPv6 addresses of nodes.
        prop nodes6: Option<V<Cidr>>;
        /// The prefix length of each node's share of `pods`.
        prop node_mask: V<u32> = "24";
        /// Addresses for load balancers and gateways.
        child gateway_pool: Option<GatewayPool>;
    }
}

kind! {
    /// Addresses for load balancers and gateways.
    pub struct GatewayPool = "gateway-pool" {
        /// The range.
        arg cidr: V<Cidr>;
    }
}

choices! {
    /// What carries a pod network.
    pub enum CniName {
        /// Cilium.
        Cilium = "cilium",
        /// Calico.
        Calico = "calico",
        /// Flannel; enforces no policy.
        Flannel = "flannel",
        /// OVN-Kubernetes.
        Ovn = "ovn",
        /// Kube-OVN.
        KubeOvn = "kube-ovn",
    }
}

choices! {
    /// How traffic between nodes is encrypted.
    pub enum Encryption {
        /// Not at all.
        None = "none",
        /// WireGuard.
        Wireguard = "wireguard",
    }
}

choices! {
    /// How kube-proxy leads from Services to pods.
    pub enum ProxyMode {
        /// A rule of iptables for each Service and each pod behind it.
        Iptables = "iptables",
        /// The kernel's load balancer; deprecated since Kubernetes 1.35.
        Ipvs = "ipvs",
        /// Maps of nftables; since Kubernetes 1.31.
        Nftables = "nftables",
    }
}

kind! {
    /// What carries the pod network and enforces its policies.
    pub struct Cni = "cni" {
        /// Which one.
        arg name: V<CniName>;
        /// Its version.
        arg version: Option<V<Version>>;
        /// Whether it does the work of kube-proxy.
        prop kube_proxy_replacement: V<bool> = "#false";
        /// How kube-proxy leads from Services to pods, where it does.
        prop proxy: V<ProxyMode> = "iptables";
        /// How traffic between nodes is encrypted.
        prop encryption: V<Encryption> = "none";
        /// The pods' MTU, where it is not worked out.
        prop mtu: Option<V<u32>>;
        /// A feature that differs from the table of that version.
        child feature: Vec<CniFeature>;
    }
}

impl Cni {
    /// What leads from Services to pods, where that is kube-proxy: OVN-Kubernetes does it itself,
    /// and others where they are asked to.
    pub fn kube_proxy(&self) -> Option<V<ProxyMode>> {
        let replaced = self.kube_proxy_replacement.value || self.name.value == CniName::Ovn;
        (!replaced).then_some(self.proxy)
    }
}

choices! {
    /// What policies of a CNI can say or see.
    pub enum CniAbility {
        /// A range of ports (`endPort`).
        EndPort = "end-port",
        /// Ports of SCTP.
        Sctp = "sctp",
        /// Names, by what the resolver answers.
        Fqdn = "fqdn",
        /// Policies of the cluster that stand before those of namespaces, and a baseline of each
        /// tenant is written for them: AdminNetworkPolicy, or ClusterNetworkPolicy of Calico 3.32
        /// and later.
        Tier = "tier",
        /// Address blocks that match pods.
        IpBlockPods = "ip-block-pods",
        /// Policies of networks beside the pod network (MultiNetworkPolicy), which OVN-Kubernetes
        /// holds on networks that it attaches itself: all of the cluster's are, then. The hosts map
        /// each to its bridge, `NETWORK:BRIDGE` in `ovn-bridge-mappings`.
        MultiNetwork = "multi-network",
    }
}

kind! {
    /// A feature of the CNI that differs from what is usual for its version.
    pub struct CniFeature = "feature", key("name") {
        /// Which.
        arg name: V<CniAbility>;
        /// Whether it can.
        arg on: V<bool>;
    }
}

choices! {
    /// Who decides what runs on a cluster.
    pub enum PlatformMode {
        /// What the workloads need is added.
        Auto = "auto",
        /// The list is complete; what is missing is an error.
        Explicit = "explicit",
    }
}

kind! {
    /// What runs on the cluster for all tenants.
    pub struct PlatformSpec = "platform" {
        /// Who decides.
        arg mode: V<PlatformMode>;
        /// A component to run.
        child component: Vec<ComponentSpec>;
        /// Where charts come from, behind an air gap.
        child catalog: Option<Catalog>;
    }
}

impl PlatformSpec {
    /// Whether its list is complete.
    pub fn is_explicit(&self) -> bool {
        self.mode.value == PlatformMode::Explicit
    }
}

kind! {
    /// A component of the platform.
    pub struct ComponentSpec = "component", key("name") {
        /// Its name: `kubevirt`, `rook-ceph`, `volcano`.
        arg name: V<Name>;
        /// Its version; the library's when left out.
        arg version: Option<V<Version>>;
        /// The namespace it runs in; its own by default.
        prop namespace: Option<V<Name>>;
        /// Values for its chart that lie over ours.
        child values: Option<Values>;
    }
}

kind! {
    /// A mirror of all charts. Images are found by the hosts' container runtime.
    pub struct Catalog = "catalog" {
        /// Its address.
        arg repository: V<Arc<str>>;
    }
}

kind! {
    /// A machine outside that breaks the tie of an even number of Proxmox nodes.
    pub struct QuorumDevice = "quorum-device" {
        /// Its host name or address.
        arg host: V<Arc<str>>;
    }
}

kind! {
    /// The profiles that a node takes its defaults from; where two differ the node must decide.
    pub struct Like = "like", ordered {
        /// Their names.
        arg profiles: Vec<V<Arc<str>>>;
    }
}
