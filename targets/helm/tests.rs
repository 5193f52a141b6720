//! A cluster with everything, seen by its releases.

use std::sync::LazyLock;

use tenantry_core::{
    check::Checked,
    close::Platform,
    diag::Findings,
    emit::Objects,
    flows::Derived,
    lower::Lowered,
    model::{Cluster, Id, Workload},
    target::{Capabilities, Footprint, Target},
};

use super::Helm;
use crate::testing::{Made, compile};

/// A backend that can all that these estates ask, and needs for it what the real ones need.
struct Able;

static ABLE: LazyLock<Capabilities> = LazyLock::new(|| {
    Capabilities::parse(
        r#"
        capabilities backend=kubernetes {
            feature vm "a virtual machine" support=native { component kubevirt cdi; }
            feature container "a container" support=native
            feature sandbox-kata "a Kata sandbox" support=native { component kata-deploy; }
            feature gpu-passthrough "a GPU" support=native { component gpu-operator; }
            feature gpu-slice "a slice of a GPU" support=native { component gpu-operator; }
            feature monitor "monitoring" support=native { component kube-prometheus-stack; }
            feature backup "a backup" support=native { component velero; }
            feature secret "secrets" support=native { component external-secrets; }
            feature expose-load-balancer "an address" support=native
        }
        "#,
    )
    .unwrap()
});

impl Target for Able {
    fn name(&self) -> &'static str {
        "able"
    }
    fn serves(&self, _: &Cluster) -> bool {
        true
    }
    fn capabilities(&self) -> &Capabilities {
        &ABLE
    }
    fn footprint(&self, _: &Checked<'_>, _: Id<Workload>) -> Option<Footprint> {
        None
    }
    fn traffic(&self, _: &Checked<'_>, _: Id<Cluster>, _: &Platform) -> Vec<Derived> {
        Vec::new()
    }
    fn objects(&self, _: &Lowered<'_>, _: &mut Objects) -> Findings {
        Findings::new()
    }
}

fn made(text: &str) -> Made {
    compile(text, &[&Able, &Helm])
}

/// One file of an estate without errors.
fn file(text: &str, path: &str) -> String {
    let files = made(text).files();
    let paths: Vec<&String> = files.keys().collect();
    files
        .get(path)
        .unwrap_or_else(|| panic!("no {path} among {paths:#?}"))
        .clone()
}

/// An estate of one cluster: what stands in its block, and what stands beside it.
fn estate(cluster: &str, rest: &str) -> String {
    format!(
        r#"
estate test
cluster one {{
    kubernetes "1.34"
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="10.1.0.0/24"
{cluster}
}}
{rest}
"#
    )
}

const POOL: &str = r#"
pool general {
    nodes 3 prefix=gen- first-ip="10.1.0.10"
    cpu epyc-7313
    memory "64GiB"
}
"#;

#[test]
fn a_cluster_has_its_network_first() {
    let text = estate(
        r#"    cni cilium "1.19.5"
    platform auto { component cert-manager "1.20.2"; component kube-prometheus-stack; }"#,
        POOL,
    );
    insta::assert_snapshot!(file(&text, "helm/one/helmfile.yaml"), @r#"
    repositories:
      - name: cilium
        url: https://helm.cilium.io
      - name: jetstack
        url: https://charts.jetstack.io
      - name: prometheus-community
        url: https://prometheus-community.github.io/helm-charts
    helmDefaults:
      wait: true
      waitForJobs: true
      timeout: 900
      createNamespace: true
    releases:
      - name: cilium
        namespace: kube-system
        chart: cilium/cilium
        version: "1.19.5"
        values:
          - cilium.values.yaml
      - name: kube-prometheus-stack
        namespace: monitoring
        chart: prometheus-community/kube-prometheus-stack
        version: "88.5.3"
        needs:
          - kube-system/cilium
        values:
          - kube-prometheus-stack.values.yaml
      - name: cert-manager
        namespace: cert-manager
        chart: jetstack/cert-manager
        version: v1.20.2
        needs:
          - kube-system/cilium
          - monitoring/kube-prometheus-stack
        values:
          - cert-manager.values.yaml
    "#);
}

#[test]
fn cilium_gets_the_ranges_and_does_the_work_of_kube_proxy() {
    let text = estate(
        r#"    cni cilium "1.19.5" kube-proxy-replacement=#true encryption=wireguard mtu=1370
    facts { api { ip "10.1.0.2"; } }"#,
        POOL,
    );
    insta::assert_snapshot!(file(&text, "helm/one/cilium.values.yaml"), @r#"
    cluster:
      name: one
    kubeProxyReplacement: "true"
    k8sServiceHost: "10.1.0.2"
    k8sServicePort: "6443"
    ipam:
      mode: cluster-pool
      operator:
        clusterPoolIPv4PodCIDRList:
          - 10.42.0.0/16
        clusterPoolIPv4MaskSize: 24
    routingMode: tunnel
    tunnelProtocol: vxlan
    MTU: 1370
    encryption:
      enabled: true
      type: wireguard
    "#);
}

#[test]
fn several_control_plane_machines_are_reached_through_the_balancer_of_each_node() {
    let text = estate(
        "    cni cilium kube-proxy-replacement=#true",
        r#"
pool control role=control-plane { nodes 3 first-ip="10.1.0.2"; cpu epyc-7313; memory "32GiB"; }
pool general { nodes 1; cpu epyc-7313; memory "64GiB"; }
"#,
    );
    let values = file(&text, "helm/one/cilium.values.yaml");
    assert!(
        values.contains("k8sServiceHost: \"127.0.0.1\"\n"),
        "{values}"
    );
}

#[test]
fn values_of_the_spec_lie_over_ours_and_lists_replace_lists() {
    let text = estate(
        r#"    cni cilium {
    }
    platform auto {
        component cilium "1.19.5" {
            values {
                hubble { relay { enabled #true; } }
                tunnelProtocol geneve
                ipam { operator { clusterPoolIPv4PodCIDRList { - "10.0.0.0/8"; }; }; }
                envoy { enabled #null; }
            }
        }
    }"#,
        POOL,
    );
    let values = file(&text, "helm/one/cilium.values.yaml");
    for line in [
        "tunnelProtocol: geneve",
        "      - 10.0.0.0/8",
        "  relay:\n    enabled: true",
        "envoy:\n  enabled: null",
    ] {
        assert!(values.contains(line), "{line} in\n{values}");
    }
    assert!(!values.contains("10.42.0.0/16"), "{values}");
    assert!(
        values.contains("routingMode: tunnel"),
        "what it does not name stays: {values}"
    );
}

#[test]
fn ceph_sends_its_copies_over_the_network_that_its_class_names() {
    let text = estate(
        "    cni cilium",
        r#"
network backbone vlan=120 mtu=9000 cidr="10.20.0.0/16"
pool ceph {
    nodes 3 prefix=ceph-
    cpu epyc-7313
    memory "128GiB"
    disk osd "7680GB" use=ceph
    nic data "25Gbit" mtu=9000 { carries backbone; }
}
storage fast { rook-ceph pool=ssd network=backbone; capacity "2TiB"; }
"#,
    );
    let values = file(&text, "helm/one/rook-ceph-cluster.values.yaml");
    let values: serde_yaml::Value = serde_yaml::from_str(&values).unwrap();
    let network = &values["cephClusterSpec"]["network"];
    assert_eq!(network["provider"], "host");
    assert_eq!(network["addressRanges"]["public"][0], "10.1.0.0/24");
    assert_eq!(network["addressRanges"]["cluster"][0], "10.20.0.0/16");
}

#[test]
fn ceph_runs_on_the_machines_with_disks_for_it() {
    let text = estate(
        "    cni cilium",
        r#"
pool general { nodes 3; cpu epyc-7313; memory "64GiB"; }
pool ceph role=storage {
    nodes 3 prefix=ceph-
    cpu epyc-7313
    memory "128GiB"
    disk osd "7680GB" count=4 use=ceph
    taint storage ceph
}
storage fast encrypted=#true snapshots=#true { rook-ceph pool=ssd replicas=3; capacity "20TiB"; }
storage shared access=rwx mode=file { cephfs replicas=3; capacity "6TiB"; }
"#,
    );
    insta::assert_snapshot!(file(&text, "helm/one/rook-ceph-cluster.values.yaml"), @r#"
    operatorNamespace: rook-ceph
    cephClusterSpec:
      mon:
        count: 3
        allowMultiplePerNode: false
      mgr:
        count: 2
      storage:
        useAllNodes: false
        useAllDevices: false
        nodes:
          - name: ceph-1
            useAllDevices: true
          - name: ceph-2
            useAllDevices: true
          - name: ceph-3
            useAllDevices: true
        config:
          encryptedDevice: "true"
      placement:
        all:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
                - matchExpressions:
                    - key: tenantry.dev/pool
                      operator: In
                      values:
                        - ceph
          tolerations:
            - key: storage
              operator: Equal
              value: ceph
              effect: NoSchedule
    cephBlockPools:
      - name: ssd
        spec:
          failureDomain: host
          replicated:
            size: 3
        storageClass:
          enabled: false
    cephFileSystems:
      - name: cephfs
        spec:
          metadataPool:
            replicated:
              size: 3
          dataPools:
            - name: data0
              failureDomain: host
              replicated:
                size: 3
          metadataServer:
            activeCount: 1
            activeStandby: true
        storageClass:
          enabled: false
    cephObjectStores: []
    "#);
    let helmfile = file(&text, "helm/one/helmfile.yaml");
    let position = |name: &str| helmfile.find(&format!("- name: {name}\n")).unwrap();
    assert!(position("cilium") < position("rook-ceph"));
    assert!(
        helmfile.find("    namespace: rook-ceph\n    chart: rook-release/rook-ceph\n")
            < helmfile.find("chart: rook-release/rook-ceph-cluster")
    );
}

#[test]
fn kata_goes_where_a_sandbox_may_land_and_brings_only_what_is_used() {
    let text = estate(
        "    cni cilium",
        r#"
pool general { nodes 3; cpu epyc-7313; memory "64GiB"; }
pool boxes { nodes 3; cpu epyc-7313; memory "64GiB"; taint sandbox only; }
tenant t {
    workload web {
        container image="registry.example.com/t/web:1.0" sandbox=kata
        on boxes
        cpu "500m" limit="500m"
        memory "256MiB"
    }
}
"#,
    );
    insta::assert_snapshot!(file(&text, "helm/one/kata-deploy.values.yaml"), @r#"
    k8sDistribution: k8s
    shims:
      disableAll: true
      qemu:
        enabled: true
    runtimeClasses:
      enabled: false
    affinity:
      nodeAffinity:
        requiredDuringSchedulingIgnoredDuringExecution:
          nodeSelectorTerms:
            - matchExpressions:
                - key: tenantry.dev/pool
                  operator: In
                  values:
                    - boxes
    tolerations:
      - key: sandbox
        operator: Equal
        value: only
        effect: NoSchedule
    "#);
}

#[test]
fn velero_knows_the_stores_that_backups_go_to() {
    let text = estate(
        "    cni cilium",
        &format!(
            r#"{POOL}
storage fast snapshots=#true {{ longhorn; capacity "1TiB"; }}
backup-store offsite {{ s3 bucket=nightly endpoint="https://s3.example.com" secret="vault:secret/data/backup"; }}
tenant t {{
    workload db {{
        container image="registry.example.com/t/db:1.0"
        cpu "500m" limit="500m"
        memory "256MiB"
        disk data "10GiB" storage=fast mount="/data"
        backup nightly schedule=daily to=offsite
    }}
}}
"#
        ),
    );
    insta::assert_snapshot!(file(&text, "helm/one/velero.values.yaml"), @r#"
    configuration:
      backupStorageLocation:
        - name: offsite
          provider: aws
          bucket: nightly
          default: true
          credential:
            name: backup-offsite
            key: cloud
          config:
            region: us-east-1
            s3Url: https://s3.example.com
            s3ForcePathStyle: "true"
      features: EnableCSI
      defaultSnapshotMoveData: true
      uploaderType: kopia
    snapshotsEnabled: false
    credentials:
      useSecret: false
    initContainers:
      - name: velero-plugin-for-aws
        image: velero/velero-plugin-for-aws:v1.14.2
        imagePullPolicy: IfNotPresent
        volumeMounts:
          - name: plugins
            mountPath: /target
    deployNodeAgent: true
    "#);
}

#[test]
fn what_no_chart_installs_is_said() {
    let text = estate(
        "    cni cilium",
        &format!(
            r#"{POOL}
storage fast {{ csi "disk.example.com"; capacity "1TiB"; }}
tenant t {{
    workload old {{
        vm image="registry.example.com/vm/old:1.0"
        cpu cores=2
        memory "4GiB"
        disk root "20GiB" storage=fast
    }}
}}
"#
        ),
    );
    insta::assert_snapshot!(file(&text, "helm/one/requirements.yaml"), @r#"
    requirements:
      - component: cdi
        version: "1.66.0"
        brings: disks filled from images (cdi.kubevirt.io)
        install: "by hand, before the other objects: cdi-operator.yaml of that release of kubevirt/containerized-data-importer"
        askedBy:
          - workload `t.old`
      - component: kubevirt
        version: "1.9.0"
        brings: virtual machines (kubevirt.io)
        install: "by hand, before the other objects: kubevirt-operator.yaml of that release of kubevirt/kubevirt"
        askedBy:
          - workload `t.old`
    "#);
}

#[test]
fn behind_an_air_gap_all_charts_come_from_the_mirror() {
    let text = estate(
        r#"    cni cilium
    platform auto { component cert-manager; catalog "oci://registry.lab.example/charts/"; }"#,
        POOL,
    );
    let helmfile = file(&text, "helm/one/helmfile.yaml");
    assert!(helmfile.starts_with("repositories:\n  - name: catalog\n    url: registry.lab.example/charts\n    oci: true\n"), "{helmfile}");
    assert!(
        helmfile.contains("chart: catalog/cert-manager\n"),
        "{helmfile}"
    );
}

#[test]
fn addresses_of_load_balancers_are_announced_by_one() {
    let plan = |cni: &str| {
        format!(
            r#"
estate test
cluster one {{
    kubernetes "1.34"
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="10.1.0.0/24" {{
        gateway-pool "10.2.0.0/24"
    }}
    cni {cni}
    facts {{ api {{ ip "10.1.0.2"; }}; }}
}}
{POOL}"#
        )
    };
    let cilium = made(&plan("cilium kube-proxy-replacement=#true"));
    assert!(cilium.has("CiliumLoadBalancerIPPool", "gateway"));
    assert!(!cilium.has("IPAddressPool", "gateway"));
    let other = made(&plan("calico"));
    assert_eq!(
        other.spec("IPAddressPool", "gateway"),
        "addresses:\n- 10.2.0.0/24\navoidBuggyIPs: true\n"
    );
    assert!(other.has("L2Advertisement", "gateway"));
}

#[test]
fn a_provider_s_own_network_is_not_installed_twice() {
    let text = r#"
estate test
cluster one managed=#true {
    kubernetes "1.34" distribution=gke
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="10.1.0.0/24"
    cni cilium
}
"#;
    let text = format!("{text}{POOL}");
    let files = made(&text).files();
    assert!(
        !files.contains_key("helm/one/helmfile.yaml"),
        "{:?}",
        files.keys()
    );
}

#[test]
fn cut_gpus_have_a_layout_for_each_pool() {
    let text = estate(
        r#"    cni cilium "1.19.5"
    platform auto"#,
        r#"
pool general {
    nodes 3 prefix=gen- first-ip="10.1.0.10"
    cpu epyc-7313
    memory "64GiB"
}
pool notebooks {
    nodes 1 first-ip="10.1.0.20"
    cpu epyc-7313
    memory "64GiB"
    gpu nvidia-a100-80gb 2 mode=mig {
        slice "1g.10gb" 3
        slice "4g.40gb" 1
    }
}
tenant lab {
    workload notebook {
        container image="registry.example.com/lab/notebook:1.0.0"
        on notebooks
        cpu 1
        memory "1GiB"
        gpu nvidia-a100-80gb 1 slice="1g.10gb"
    }
}
"#,
    );
    insta::assert_snapshot!(file(&text, "helm/one/gpu-operator.values.yaml"), @r"
    mig:
      strategy: mixed
    migManager:
      config:
        create: true
        name: mig-layouts
        data:
          config.yaml: |
            version: v1
            mig-configs:
              all-disabled:
                - devices: all
                  mig-enabled: false
              pool-notebooks:
                - devices: all
                  mig-enabled: true
                  mig-devices:
                    1g.10gb: 3
                    4g.40gb: 1
    ");
}
