//! Where the charts come from: the projects' own repositories, as they publish them. A `catalog`
//! in the spec stands in for all of them.

use tenantry_core::{model::Cluster, units::Version};

use super::values::{self, Context, Values};

/// A repository of charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Repository {
    /// What the helmfile calls it.
    pub name: &'static str,
    /// Where it is, without a scheme where it is a registry.
    pub url: &'static str,
    /// Whether it is a registry of OCI artifacts.
    pub oci: bool,
}

const fn https(name: &'static str, url: &'static str) -> Repository {
    Repository {
        name,
        url,
        oci: false,
    }
}

/// A component's chart.
pub(crate) struct Chart {
    /// The component, and the release's name.
    pub component: &'static str,
    /// The chart's name in its repository.
    pub name: &'static str,
    /// The repository.
    pub repository: Repository,
    /// What stands before the numbers of its version.
    pub prefix: &'static str,
    /// What the spec decides of its values.
    pub values: fn(&Context<'_>, &mut Values),
}

impl Chart {
    /// The version as the repository lists it.
    pub(crate) fn version(&self, version: &Version) -> String {
        format!("{}{version}", self.prefix)
    }

    /// The repository that the cluster takes it from.
    pub(crate) fn source(&self, cluster: &Cluster) -> Source {
        let catalog = cluster
            .spec
            .platform
            .as_ref()
            .and_then(|platform| platform.catalog.as_ref());
        match catalog {
            None => Source {
                name: self.repository.name.to_owned(),
                url: self.repository.url.to_owned(),
                oci: self.repository.oci,
            },
            Some(catalog) => {
                let url = catalog.repository.value.trim_end_matches('/');
                let (oci, url) = match url.strip_prefix("oci://") {
                    Some(rest) => (true, rest),
                    None => (false, url),
                };
                Source {
                    name: "catalog".to_owned(),
                    url: url.to_owned(),
                    oci,
                }
            }
        }
    }
}

/// A repository as a helmfile names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Source {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Whether it is a registry of OCI artifacts.
    pub oci: bool,
}

/// The chart of a component.
pub(crate) fn chart(component: &str) -> Option<&'static Chart> {
    CHARTS.iter().find(|chart| chart.component == component)
}

/// All of them, by component.
pub(crate) static CHARTS: &[Chart] = &[
    Chart {
        component: "calico",
        name: "tigera-operator",
        repository: https("projectcalico", "https://docs.tigera.io/calico/charts"),
        prefix: "v",
        values: values::calico::write,
    },
    Chart {
        component: "ceph-csi-drivers",
        name: "ceph-csi-drivers",
        repository: https(
            "ceph-csi-operator",
            "https://ceph.github.io/ceph-csi-operator",
        ),
        prefix: "",
        values: values::ceph_csi_drivers::write,
    },
    Chart {
        component: "cert-manager",
        name: "cert-manager",
        repository: https("jetstack", "https://charts.jetstack.io"),
        prefix: "v",
        values: values::cert_manager::write,
    },
    Chart {
        component: "cilium",
        name: "cilium",
        repository: https("cilium", "https://helm.cilium.io"),
        prefix: "",
        values: values::cilium::write,
    },
    Chart {
        component: "envoy-gateway",
        name: "gateway-helm",
        repository: Repository {
            name: "envoy-gateway",
            url: "docker.io/envoyproxy",
            oci: true,
        },
        prefix: "v",
        values: values::nothing,
    },
    Chart {
        component: "external-secrets",
        name: "external-secrets",
        repository: https("external-secrets", "https://charts.external-secrets.io"),
        prefix: "",
        values: values::external_secrets::write,
    },
    Chart {
        component: "gpu-operator",
        name: "gpu-operator",
        repository: https("nvidia", "https://helm.ngc.nvidia.com/nvidia"),
        prefix: "v",
        values: values::gpu_operator::write,
    },
    Chart {
        component: "kata-deploy",
        name: "kata-deploy",
        repository: Repository {
            name: "kata-containers",
            url: "ghcr.io/kata-containers/kata-deploy-charts",
            oci: true,
        },
        prefix: "",
        values: values::kata_deploy::write,
    },
    Chart {
        component: "keda",
        name: "keda",
        repository: https("kedacore", "https://kedacore.github.io/charts"),
        prefix: "",
        values: values::nothing,
    },
    Chart {
        component: "kube-prometheus-stack",
        name: "kube-prometheus-stack",
        repository: https(
            "prometheus-community",
            "https://prometheus-community.github.io/helm-charts",
        ),
        prefix: "",
        values: values::kube_prometheus_stack::write,
    },
    Chart {
        component: "longhorn",
        name: "longhorn",
        repository: https("longhorn", "https://charts.longhorn.io"),
        prefix: "",
        values: values::longhorn::write,
    },
    Chart {
        component: "metallb",
        name: "metallb",
        repository: https("metallb", "https://metallb.github.io/metallb"),
        prefix: "",
        values: values::metallb::write,
    },
    Chart {
        component: "prometheus-adapter",
        name: "prometheus-adapter",
        repository: https(
            "prometheus-community",
            "https://prometheus-community.github.io/helm-charts",
        ),
        prefix: "",
        values: values::prometheus_adapter::write,
    },
    Chart {
        component: "rook-ceph",
        name: "rook-ceph",
        repository: https("rook-release", "https://charts.rook.io/release"),
        prefix: "v",
        values: values::rook_ceph::write,
    },
    Chart {
        component: "rook-ceph-cluster",
        name: "rook-ceph-cluster",
        repository: https("rook-release", "https://charts.rook.io/release"),
        prefix: "v",
        values: values::rook_ceph_cluster::write,
    },
    Chart {
        component: "velero",
        name: "velero",
        repository: https("vmware-tanzu", "https://vmware-tanzu.github.io/helm-charts"),
        prefix: "",
        values: values::velero::write,
    },
    Chart {
        component: "volcano",
        name: "volcano",
        repository: https("volcano-sh", "https://volcano-sh.github.io/helm-charts"),
        prefix: "",
        values: values::volcano::write,
    },
];

#[cfg(test)]
mod tests {
    use tenantry_core::close::library::{COMPONENTS, Install};

    use super::*;

    #[test]
    fn every_component_that_a_chart_installs_has_one_here_and_no_other() {
        let with: Vec<&str> = CHARTS.iter().map(|chart| chart.component).collect();
        let wanted = COMPONENTS
            .iter()
            .filter(|known| known.install == Install::Chart);
        assert_eq!(with, wanted.map(|known| known.name).collect::<Vec<_>>());
    }
}
