//! A path of a node, by what lies there.

use crate::{
    check::Subject,
    model::Workload,
    origin::OriginId,
    schema::kinds::{Mount, mounts_of},
};

use super::pod::Pod;

/// A folder or file of a node: its parts from the root, without `.` and `..`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HostFolder(Vec<String>);

impl HostFolder {
    /// Reads a path. `/var/run` is `/run` on every distribution with systemd.
    pub(super) fn read(path: &str) -> Self {
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        if parts.starts_with(&["var", "run"]) {
            parts.remove(0);
        }
        Self(parts.into_iter().map(str::to_owned).collect())
    }

    /// Whether `path` lies in it, or is it.
    pub(super) fn holds(&self, path: &str) -> bool {
        Self::read(path).0.starts_with(&self.0)
    }

    /// Whether it lies in `path`, or is it.
    pub(super) fn lies_in(&self, path: &str) -> bool {
        self.0.starts_with(&Self::read(path).0)
    }
}

/// A path of the node that a container sees.
pub(super) struct HostMount<'e> {
    pub(super) workload: &'e Workload,
    pub(super) mount: &'e Mount,
    /// As written.
    pub(super) path: &'e str,
    pub(super) at: OriginId,
    pub(super) folder: HostFolder,
}

/// All of them. A virtual machine around the container has none, which is another rule's.
pub(super) fn everywhere<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = HostMount<'s>> {
    let shares_kernel =
        |workload: &Workload| Pod::of(workload).is_some_and(|pod| pod.on_host_kernel);
    subject
        .whole_workloads()
        .map(|(_, workload)| workload)
        .filter(move |workload| shares_kernel(workload))
        .flat_map(|workload| {
            mounts_of(&workload.spec).filter_map(move |mount| {
                let path = mount.host_path.as_ref()?;
                Some(HostMount {
                    workload,
                    mount,
                    path: &path.value,
                    at: path.origin,
                    folder: HostFolder::read(&path.value),
                })
            })
        })
}

/// The socket of a container runtime that a folder holds, and whose it is.
pub(super) fn socket(folder: &HostFolder) -> Option<(&'static str, &'static str)> {
    const SOCKETS: [(&str, &str); 6] = [
        ("/run/containerd/containerd.sock", "containerd"),
        ("/run/docker.sock", "Docker"),
        ("/run/crio/crio.sock", "CRI-O"),
        ("/run/cri-dockerd.sock", "Docker"),
        ("/run/k3s/containerd/containerd.sock", "containerd"),
        ("/run/podman/podman.sock", "Podman"),
    ];
    // The whole disk is worse than a socket, and another rule's.
    if folder.0.is_empty() {
        return None;
    }
    SOCKETS.into_iter().find(|(path, _)| folder.holds(path))
}

/// Credentials of the node that a folder holds, and whose they are.
pub(super) fn credentials(folder: &HostFolder) -> Option<(&'static str, &'static str)> {
    const CREDENTIALS: [(&str, &str); 9] = [
        (
            "/etc/kubernetes",
            "the keys of the node and of its control plane",
        ),
        ("/etc/rancher", "the administrator's kubeconfig of k3s"),
        ("/etc/shadow", "the hashes of the node's passwords"),
        ("/etc/ssh", "the keys that the node proves itself with"),
        ("/root", "root's keys"),
        (
            "/var/lib/etcd",
            "all objects of the cluster, its secrets among them",
        ),
        ("/var/lib/kubelet/pki", "the kubelet's keys"),
        (
            "/var/lib/kubelet/pods",
            "the tokens and secrets of all pods of the node",
        ),
        ("/var/lib/rancher", "the keys of k3s"),
    ];
    CREDENTIALS
        .into_iter()
        .find(|(path, _)| folder.holds(path) || folder.lies_in(path))
}

/// Whether no container of a tenant may see it, whatever its level of pod security.
pub(in crate::check::rules) fn is_refused(path: &str) -> bool {
    let folder = HostFolder::read(path);
    socket(&folder).is_some() || credentials(&folder).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_it_leads_to() {
        let socket = |path| socket(&HostFolder::read(path)).map(|(_, whose)| whose);
        assert_eq!(socket("/var/run/docker.sock"), Some("Docker"));
        assert_eq!(socket("/run//containerd/./"), Some("containerd"));
        assert_eq!(socket("/var/log/../run"), Some("containerd"));
        assert_eq!((socket("/var/log"), socket("/")), (None, None));
    }

    #[test]
    fn credentials_lie_in_or_around() {
        let holds = |path| credentials(&HostFolder::read(path)).is_some();
        assert!(holds("/") && holds("/etc") && holds("/etc/kubernetes/pki") && holds("/var/lib"));
        assert!(
            !holds("/var/log")
                && !holds("/etc/localtime")
                && !holds("/var/lib/kubelet/device-plugins")
        );
    }
}
