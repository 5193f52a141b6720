//! The components that a cluster's platform can have: the version taken where the spec names
//! none, what each needs beside it, how it is installed, and for which Kubernetes a release is
//! made. Figures are the projects' own, read in November 2026; each says where.

use crate::units::Version;

/// How a component gets into a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Install {
    /// A Helm chart.
    Chart,
    /// By hand, before everything else: its project publishes no chart of its own, or its
    /// installation is the host's business. The text says from what.
    Manifest(&'static str),
    /// Whoever installs Kubernetes installs it too.
    Installer,
}

/// A release of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// Its version, without a leading `v`. Of a component with a chart it is the chart's.
    pub version: &'static str,
    /// The oldest and the newest Kubernetes 1.x that its project makes it for; none where the
    /// project names no bound.
    pub kubernetes: Option<(u64, u64)>,
}

impl Release {
    /// Whether it is made for a cluster of that Kubernetes version.
    pub fn fits(&self, kubernetes: &Version) -> bool {
        self.kubernetes.is_none_or(|(oldest, newest)| {
            kubernetes.major() == 1 && (oldest..=newest).contains(&kubernetes.minor())
        })
    }

    /// Its version.
    pub fn version(&self) -> Version {
        let numbers: Vec<u64> = self
            .version
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect();
        Version::of(&numbers)
    }
}

/// A component that another one needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Its name.
    pub component: &'static str,
    /// The first release, major and minor, of the one that needs it.
    pub since: (u64, u64),
}

/// What is known of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its name in `component` and in capability tables.
    pub name: &'static str,
    /// What it brings, for lists.
    pub brings: &'static str,
    /// Its releases, the newest first; empty where the spec must name one.
    pub releases: &'static [Release],
    /// The namespace that it runs in where the spec names none.
    pub namespace: &'static str,
    /// What must be in the cluster with it.
    pub needs: &'static [Need],
    /// How it gets there.
    pub install: Install,
}

impl Known {
    /// The release that a cluster gets where the spec names none: the newest that is made for
    /// its Kubernetes, or the newest of all where none is.
    pub fn release_for(&self, kubernetes: &Version) -> Option<&Release> {
        let fitting = self
            .releases
            .iter()
            .find(|release| release.fits(kubernetes));
        fitting.or(self.releases.first())
    }

    /// The release of the same major and minor as a version; none where the table has none.
    pub fn like(&self, version: &Version) -> Option<&Release> {
        self.releases.iter().find(|release| {
            let known = release.version();
            (known.major(), known.minor()) == (version.major(), version.minor())
        })
    }
}

/// What is known of a component of that name.
pub fn known(name: &str) -> Option<&'static Known> {
    COMPONENTS.iter().find(|known| known.name == name)
}

const fn need(component: &'static str) -> Need {
    Need {
        component,
        since: (0, 0),
    }
}

const fn release(version: &'static str) -> Release {
    Release {
        version,
        kubernetes: None,
    }
}

const fn made_for(version: &'static str, oldest: u64, newest: u64) -> Release {
    Release {
        version,
        kubernetes: Some((oldest, newest)),
    }
}

/// What most components have: a chart, and nothing beside it.
const CHART: Known = Known {
    name: "",
    brings: "",
    releases: &[],
    namespace: "",
    needs: &[],
    install: Install::Chart,
};

/// Operator and cluster come in step. The bounds are those of the project's prerequisites.
const ROOK: &[Release] = &[made_for("1.19.6", 30, 35)];

/// All of them, by name.
pub static COMPONENTS: &[Known] = &[
    Known {
        name: "calico",
        brings: "the pod network and its policies",
        releases: &[release("3.32.2")],
        namespace: "tigera-operator",
        ..CHART
    },
    Known {
        name: "cdi",
        brings: "disks filled from images (cdi.kubevirt.io)",
        releases: &[release("1.66.0")],
        namespace: "cdi",
        install: Install::Manifest(
            "cdi-operator.yaml of that release of kubevirt/containerized-data-importer",
        ),
        ..CHART
    },
    Known {
        name: "ceph-csi-drivers",
        brings: "the drivers that mount Ceph volumes",
        namespace: "rook-ceph",
        needs: &[need("rook-ceph")],
        ..CHART
    },
    Known {
        name: "cert-manager",
        brings: "certificates (cert-manager.io)",
        // The project's table of supported releases.
        releases: &[
            made_for("1.20.2", 32, 35),
            made_for("1.19.1", 31, 35),
            made_for("1.18.2", 29, 33),
        ],
        namespace: "cert-manager",
        ..CHART
    },
    Known {
        name: "cilium",
        brings: "the pod network and its policies",
        releases: &[release("1.19.5")],
        namespace: "kube-system",
        ..CHART
    },
    Known {
        name: "envoy-gateway",
        brings: "a gateway for what is exposed (gateway.networking.k8s.io)",
        namespace: "envoy-gateway-system",
        ..CHART
    },
    Known {
        name: "external-secrets",
        brings: "secrets from a store outside (external-secrets.io)",
        releases: &[release("2.9.0")],
        namespace: "external-secrets",
        ..CHART
    },
    Known {
        name: "flannel",
        brings: "the pod network, without policies",
        namespace: "kube-flannel",
        install: Install::Installer,
        ..CHART
    },
    Known {
        name: "gpu-operator",
        brings: "drivers and device plugins of NVIDIA GPUs",
        releases: &[release("26.3.1")],
        namespace: "gpu-operator",
        ..CHART
    },
    Known {
        name: "gvisor",
        brings: "the runtime `runsc` on the nodes",
        namespace: "kube-system",
        install: Install::Manifest("the runtime, on each node of the pools that use it"),
        ..CHART
    },
    Known {
        name: "kata-deploy",
        brings: "Kata runtimes on the nodes",
        releases: &[release("4.1.0")],
        namespace: "kube-system",
        ..CHART
    },
    Known {
        name: "keda",
        brings: "replicas that follow queues and metrics (keda.sh)",
        namespace: "keda",
        ..CHART
    },
    Known {
        name: "kube-ovn",
        brings: "the pod network and its policies",
        namespace: "kube-system",
        install: Install::Installer,
        ..CHART
    },
    Known {
        name: "kube-prometheus-stack",
        brings: "Prometheus, Alertmanager and Grafana (monitoring.coreos.com)",
        releases: &[release("88.5.3")],
        namespace: "monitoring",
        ..CHART
    },
    Known {
        name: "kubevirt",
        brings: "virtual machines (kubevirt.io)",
        // docs/kubernetes-compatibility.md: the last three minors at each release. The rows of
        // 1.6 to 1.8 follow from that policy.
        releases: &[
            made_for("1.9.0", 34, 36),
            made_for("1.8.0", 33, 35),
            made_for("1.7.0", 32, 34),
            made_for("1.6.0", 31, 33),
            made_for("1.5.0", 30, 32),
        ],
        namespace: "kubevirt",
        install: Install::Manifest("kubevirt-operator.yaml of that release of kubevirt/kubevirt"),
        ..CHART
    },
    Known {
        name: "kubevirt-velero-plugin",
        brings: "backups of virtual machines as wholes",
        namespace: "velero",
        install: Install::Manifest(
            "the image of a release of kubevirt/kubevirt-velero-plugin, as a further entry of `initContainers` in the values of velero",
        ),
        ..CHART
    },
    Known {
        name: "longhorn",
        brings: "replicated volumes on the nodes' disks",
        releases: &[release("1.12.1")],
        namespace: "longhorn-system",
        ..CHART
    },
    Known {
        name: "metallb",
        brings: "addresses for services of type LoadBalancer",
        releases: &[release("0.16.1")],
        namespace: "metallb-system",
        ..CHART
    },
    Known {
        name: "metrics-server",
        brings: "what pods use now, for scaling by cpu and memory",
        namespace: "kube-system",
        install: Install::Manifest(
            "components.yaml of a release of kubernetes-sigs/metrics-server",
        ),
        ..CHART
    },
    Known {
        name: "multus",
        brings: "further networks of a pod (k8s.cni.cncf.io)",
        namespace: "kube-system",
        install: Install::Manifest(
            "multus-daemonset-thick.yml of a release of k8snetworkplumbingwg/multus-cni",
        ),
        ..CHART
    },
    Known {
        name: "ovn",
        brings: "the pod network and its policies",
        namespace: "ovn-kubernetes",
        install: Install::Installer,
        ..CHART
    },
    Known {
        name: "prometheus-adapter",
        brings: "metrics of Prometheus, for scaling by them",
        namespace: "monitoring",
        ..CHART
    },
    Known {
        name: "rook-ceph",
        brings: "the operator of Ceph clusters (ceph.rook.io)",
        releases: ROOK,
        namespace: "rook-ceph",
        ..CHART
    },
    Known {
        name: "rook-ceph-cluster",
        brings: "the Ceph cluster itself",
        releases: ROOK,
        namespace: "rook-ceph",
        needs: &[
            need("rook-ceph"),
            // From 1.20 on the operator no longer brings the drivers.
            Need {
                component: "ceph-csi-drivers",
                since: (1, 20),
            },
        ],
        ..CHART
    },
    Known {
        name: "snapshot-controller",
        brings: "snapshots of volumes (snapshot.storage.k8s.io)",
        namespace: "kube-system",
        install: Install::Manifest(
            "client/config/crd and deploy/kubernetes/snapshot-controller of a release of kubernetes-csi/external-snapshotter",
        ),
        ..CHART
    },
    Known {
        name: "velero",
        brings: "backups (velero.io)",
        releases: &[release("12.0.3")],
        namespace: "velero",
        ..CHART
    },
    Known {
        name: "volcano",
        brings: "gang scheduling and queues (scheduling.volcano.sh)",
        namespace: "volcano-system",
        ..CHART
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_closed_over_what_it_needs() {
        let names: Vec<&str> = COMPONENTS.iter().map(|known| known.name).collect();
        assert!(names.is_sorted(), "{names:?}");
        for component in COMPONENTS {
            for need in component.needs {
                assert!(
                    known(need.component).is_some(),
                    "{} needs {need:?}",
                    component.name
                );
            }
        }
    }

    #[test]
    fn a_version_of_the_table_reads_as_it_is_written() {
        for component in COMPONENTS {
            for release in component.releases {
                assert_eq!(
                    release.version().as_str(),
                    release.version,
                    "{}",
                    component.name
                );
            }
            let versions: Vec<Version> = component.releases.iter().map(Release::version).collect();
            assert!(
                versions.is_sorted_by(|a, b| a > b),
                "{}: the newest first",
                component.name
            );
        }
    }

    #[test]
    fn a_cluster_gets_the_newest_release_that_is_made_for_it() {
        let kubevirt = known("kubevirt").unwrap();
        let version = |minor| {
            kubevirt
                .release_for(&Version::of(&[1, minor]))
                .unwrap()
                .version
        };
        assert_eq!(version(34), "1.9.0");
        assert_eq!(version(33), "1.8.0");
        assert_eq!(version(20), "1.9.0", "none fits: the newest, and a warning");
        assert!(
            kubevirt.like(&Version::of(&[2, 0])).is_none(),
            "not known yet"
        );
    }
}
