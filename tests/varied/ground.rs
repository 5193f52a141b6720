//! What tenants stand on: one cluster with all kinds of machines, storage and neighbours.

use super::draft::Draft;

/// The estate's head, its cluster, pools and storage.
pub(super) fn write(draft: &mut Draft, seed: u64) {
    draft.line(format!(
        "estate varied-{seed} domain=\"example.com\" time-zone=\"Europe/Berlin\" {{"
    ));
    draft.line("tenantry \">=0.1\"");
    draft.sometimes(3, "env", &["env staging prod"]);
    draft.line("}");
    cluster(draft);
    pools(draft);
    outside(draft);
    draft.lines(&[
        "priority urgent 100000 preempts=#true",
        "tier gold priority=urgent",
    ]);
    draft.sometimes(
        4,
        "rule.enforce",
        &[
            "rule house-registry on=workload enforce=cluster {",
            "when \"has(workload.container) && !workload.container.image.startsWith('registry.example.com/')\"",
            "say \"an image from elsewhere\"",
            "}",
        ],
    );
}

fn cluster(draft: &mut Draft) {
    draft.line("cluster main {");
    draft.one_of(&[
        (
            "kubernetes.1.34",
            "kubernetes \"1.34\" distribution=kubeadm",
        ),
        (
            "kubernetes.1.35",
            "kubernetes \"1.35\" distribution=kubeadm",
        ),
        (
            "kubernetes.1.36",
            "kubernetes \"1.36\" distribution=kubeadm",
        ),
    ]);
    draft.lines(&[
        "zone a b c",
        "network-plan pods=\"10.244.0.0/16\" services=\"10.96.0.0/12\" nodes=\"10.10.0.0/22\" {",
        "gateway-pool \"10.12.0.0/24\"",
        "}",
    ]);
    draft.knows_hosts = !draft.sometimes(4, "cni.calico", &["cni calico"]);
    if draft.knows_hosts {
        draft.feature("cni.cilium", "cni cilium \"1.19.5\"");
    }
    draft.lines(&[
        "platform auto {",
        "component kubevirt \"1.9.0\"",
        "}",
        "facts {",
        "dns namespace=kube-system {",
        "ip \"10.96.0.10\"",
        "select k8s-app kube-dns",
        "}",
        "api port=6443 {",
        "ip \"10.10.0.11\" \"10.10.0.12\" \"10.10.0.13\"",
        "}",
        "installed envoy-gateway \"1.8.0\"",
        "ingress class=edge namespace=envoy-gateway-system kind=gateway {",
        "select \"app.kubernetes.io/component\" proxy",
        "}",
        "monitoring namespace=monitoring {",
        "select \"app.kubernetes.io/name\" prometheus",
        "}",
        "metadata-ip \"169.254.169.254\"",
        "}",
        "}",
    ]);
}

fn pools(draft: &mut Draft) {
    draft.lines(&[
        "pool control role=control-plane {",
        "nodes 1 per=zone prefix=cp- first-ip=\"10.10.0.11\"",
        "cpu xeon-silver-4410y",
        "memory \"64GiB\"",
        "reserve cpu=2 memory=\"4GiB\"",
        "}",
        "pool general {",
        "label disk-kind nvme",
        "nodes 4 per=zone prefix=gen- first-ip=\"10.10.0.21\"",
        "cpu epyc-9354 sockets=2 manager=static",
        "memory \"512GiB\" {",
        "hugepages \"1GiB\" \"128GiB\"",
        "hugepages \"2MiB\" \"64GiB\"",
        "}",
        "nic data \"25Gbit\" {",
        "carries bench",
        "}",
        "prepare iommu=#true",
        "reserve cpu=4 memory=\"8GiB\"",
        "}",
        "pool gpu {",
        "nodes 2 prefix=gpu- first-ip=\"10.10.0.51\"",
        "cpu epyc-9354 sockets=2 manager=static",
        "memory \"512GiB\" {",
        "hugepages \"2MiB\" \"256GiB\"",
        "}",
        "gpu nvidia-a10 4 mode=passthrough",
        "prepare iommu=#true",
        "reserve cpu=8 memory=\"16GiB\"",
        "taint dedicated gpu",
        "}",
        "pool infer {",
        "nodes 2 prefix=inf- first-ip=\"10.10.0.61\"",
        "cpu epyc-9354 manager=static",
        "memory \"256GiB\"",
        "gpu nvidia-l4 4 mode=container",
        "reserve cpu=4 memory=\"8GiB\"",
        "}",
        "network bench bridge=br7 cidr=\"192.168.7.0/24\" {",
        "reserved \"192.168.7.1\" \"192.168.7.9\"",
        "}",
        "storage fast access=rwx mode=block expandable=#true snapshots=#true {",
        "rook-ceph pool=ssd replicas=3",
        "capacity \"60TiB\"",
        "}",
        "storage shared access=rwx mode=file {",
        "cephfs",
        "capacity \"20TiB\"",
        "}",
    ]);
}

fn outside(draft: &mut Draft) {
    draft.lines(&[
        "backup-store offsite immutable=\"30d\" {",
        "s3 bucket=backups endpoint=\"https://s3.example.net\" secret=\"vault:secret/data/platform/backup\"",
        "}",
        "external office {",
        "cidr \"203.0.113.0/24\"",
        "}",
        "external mail {",
        "host \"smtp.mail.example.net\"",
        "port submission 587",
        "}",
    ]);
}
