//! The estate's own node.

use super::prelude::*;

choices! {
    /// How grave a rule's findings are.
    pub enum RuleLevel {
        /// Not reported.
        Off = "off",
        /// Reported, never stops anything.
        Note = "note",
        /// Reported, does not stop a build.
        Warn = "warn",
        /// Reported, and nothing is written.
        Error = "error",
    }
}

kind! {
    /// The estate: its name and what holds for all of it. Stands once, in `tenantry.kdl`.
    pub struct Estate = "estate" {
        /// Its name; the label `tenantry.dev/estate` on all that is emitted.
        arg name: V<Name>;
        /// The currency that prices are summed in.
        prop currency: V<Arc<str>> = "CNY";
        /// The time zone of schedules, as the IANA names it.
        prop time_zone: V<Arc<str>> = "UTC";
        /// The domain below which hosts are named.
        prop domain: Option<V<Host>>;
        /// The versions of the compiler that may build it.
        child tenantry: Option<Requires>;
        /// Its environments.
        child env: Option<Env>;
        /// The levels of rules.
        child rules: Option<Rules>;
        /// The standards that it must meet.
        child compliance: Option<Compliance>;
        /// How its files get to the clusters.
        child deliver: Option<Deliver>;
        /// The targets to emit; all that apply when left out.
        child emit: Option<Emit>;
    }
}

kind! {
    /// The versions of the compiler that may build the estate.
    pub struct Requires = "tenantry" {
        /// A range such as ">=0.1".
        arg range: V<VersionRange>;
    }
}

kind! {
    /// The environments. Each is an estate of its own, checked on every run, with an output
    /// folder of its own.
    pub struct Env = "env" {
        /// Their names.
        arg names: Vec<V<Name>>;
    }
}

kind! {
    /// The levels of rules, where they differ from the rules' own.
    pub struct Rules = "rules" {
        /// One rule's level.
        child set: Vec<SetRule>;
    }
}

kind! {
    /// One rule's level.
    pub struct SetRule = "set", key("rule") {
        /// The rule's name.
        arg rule: V<Arc<str>>;
        /// Its level.
        arg level: V<RuleLevel>;
    }
}

choices! {
    /// A standard that others hold one to.
    pub enum Standard {
        /// Card payments.
        PciDss = "pci-dss",
        /// China's multi-level protection scheme, level 3.
        Mlps3 = "mlps-3",
        /// Health data in the USA.
        Hipaa = "hipaa",
        /// Personal data in the EU.
        Gdpr = "gdpr",
        /// The controls of a service organisation.
        Soc2 = "soc2",
    }
}

kind! {
    /// The standards that an estate or a tenant must meet.
    pub struct Compliance = "compliance" {
        /// Which.
        arg standards: Vec<V<Standard>>;
    }
}

choices! {
    /// How files get to the clusters.
    pub enum DeliverBy {
        /// By whoever applies them.
        Files = "files",
        /// By Helmfile.
        Helmfile = "helmfile",
        /// By Argo CD, which reads them from a repository.
        ArgoCd = "argo-cd",
        /// By Flux, which reads them from a repository.
        Flux = "flux",
    }
}

kind! {
    /// How the files that come out get to the clusters.
    pub struct Deliver = "deliver" {
        /// By what.
        arg by: V<DeliverBy>;
        /// The repository that they are committed to.
        prop repo: Option<V<Arc<str>>>;
        /// The tag or commit that is delivered.
        prop revision: Option<V<Arc<str>>>;
    }
}

kind! {
    /// The targets to emit, where it shall not be all.
    pub struct Emit = "emit" {
        /// Their names.
        arg targets: Vec<V<TargetName>>;
    }
}

choices! {
    /// A backend that files are made for.
    pub enum TargetName {
        /// Virtual machines on Kubernetes.
        Kubevirt = "kubevirt",
        /// Sandboxed containers.
        Kata = "kata",
        /// Everything else of a tenant on Kubernetes.
        Kubernetes = "kubernetes",
        /// Guests on Proxmox VE.
        Proxmox = "proxmox",
        /// The platform's charts.
        Helm = "helm",
        /// The hosts.
        Ansible = "ansible",
    }
}
