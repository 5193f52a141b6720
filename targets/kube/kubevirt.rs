//! KubeVirt's API as far as we write it (`kubevirt.io/v1`, `pool.kubevirt.io/v1beta1`). Fields
//! are in the order of their names, which is the order of the output.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{Affinity, Toleration, TopologySpreadConstraint},
    apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta},
};
use serde::Serialize;

use super::cdi::DataVolumeTemplate;

/// The group and version of machines.
pub(crate) const API: &str = "kubevirt.io/v1";

/// The group and version of pools of machines.
pub(crate) const POOL_API: &str = "pool.kubevirt.io/v1beta1";

/// `{}`: a choice that has no settings.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Empty {}

/// What a machine is.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VirtualMachineSpec {
    /// Disks that live and die with the machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) data_volume_templates: Vec<DataVolumeTemplate>,
    /// When it runs: `Always`, `Halted`, `Manual`, `RerunOnFailure`, `Once`.
    pub(crate) run_strategy: &'static str,
    /// The instance.
    pub(crate) template: InstanceTemplate,
}

/// The instance that a machine starts.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct InstanceTemplate {
    /// Labels and annotations of its pod: what Services and policies select.
    pub(crate) metadata: ObjectMeta,
    /// The instance.
    pub(crate) spec: InstanceSpec,
}

/// A running machine.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InstanceSpec {
    /// As in a pod.
    pub(crate) affinity: Option<Affinity>,
    /// `amd64` or `arm64`.
    pub(crate) architecture: &'static str,
    /// The hardware.
    pub(crate) domain: Domain,
    /// What a drain of the node does to it.
    pub(crate) eviction_strategy: &'static str,
    /// The guest's name, where it is not the machine's.
    pub(crate) hostname: Option<String>,
    /// Restarts the machine when it fails.
    pub(crate) liveness_probe: Option<Probe>,
    /// What the interfaces are connected to, in their order.
    pub(crate) networks: Vec<Network>,
    /// As in a pod.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) node_selector: BTreeMap<String, String>,
    /// As in a pod.
    pub(crate) priority_class_name: Option<String>,
    /// Takes the machine out of its Service when it fails.
    pub(crate) readiness_probe: Option<Probe>,
    /// The headless Service that gives it a name of its own.
    pub(crate) subdomain: Option<String>,
    /// How long a guest may take to shut down, in seconds.
    pub(crate) termination_grace_period_seconds: i64,
    /// As in a pod.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tolerations: Vec<Toleration>,
    /// As in a pod.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) topology_spread_constraints: Vec<TopologySpreadConstraint>,
    /// What the disks hold, in their order.
    pub(crate) volumes: Vec<Volume>,
}

/// The hardware.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Domain {
    /// What its clock shows when it starts.
    pub(crate) clock: Option<Clock>,
    /// Processors.
    pub(crate) cpu: Cpu,
    /// Everything that is plugged in.
    pub(crate) devices: Devices,
    /// System management mode and its like.
    pub(crate) features: Option<Features>,
    /// What starts it.
    pub(crate) firmware: Firmware,
    /// Memory that the host cannot read.
    pub(crate) launch_security: Option<LaunchSecurity>,
    /// The board.
    pub(crate) machine: Machine,
    /// Memory.
    pub(crate) memory: Memory,
    /// What its pod asks for, where that is not worked out of the rest.
    pub(crate) resources: Option<Resources>,
}

/// What a machine's clock shows when it starts; one of them.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Clock {
    /// The time of a zone.
    pub(crate) timezone: Option<String>,
    /// Universal time.
    pub(crate) utc: Option<Empty>,
}

/// What resets a machine that hangs.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Watchdog {
    /// Its name.
    pub(crate) name: &'static str,
    /// The card that KubeVirt emulates.
    pub(crate) i6300esb: WatchdogAction,
}

/// What happens when nobody resets the watchdog.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WatchdogAction {
    /// `reset`, `poweroff` or `shutdown`.
    pub(crate) action: &'static str,
}

/// Processors.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cpu {
    /// Cores of a socket.
    pub(crate) cores: u32,
    /// Whether each virtual CPU has a real one alone.
    pub(crate) dedicated_cpu_placement: Option<bool>,
    /// Features that must or must not be there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) features: Vec<CpuFeature>,
    /// Whether the emulator has a CPU of its own.
    pub(crate) isolate_emulator_thread: Option<bool>,
    /// How many sockets can be plugged in while it runs; four times `sockets` when left out.
    pub(crate) max_sockets: u32,
    /// The processor that the guest sees.
    pub(crate) model: String,
    /// Whether the guest sees the host's NUMA layout.
    pub(crate) numa: Option<Numa>,
    /// Whether it runs in real time.
    pub(crate) realtime: Option<Empty>,
    /// Sockets.
    pub(crate) sockets: u32,
    /// Threads of a core.
    pub(crate) threads: u32,
}

/// A feature of the processor.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CpuFeature {
    /// Its name.
    pub(crate) name: String,
    /// `require` or `disable`.
    pub(crate) policy: &'static str,
}

/// The NUMA layout of the guest.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Numa {
    /// That of the CPUs it is pinned to.
    pub(crate) guest_mapping_passthrough: Empty,
}

/// Memory.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Memory {
    /// What the guest sees.
    pub(crate) guest: String,
    /// The pages it is made of.
    pub(crate) hugepages: Option<Hugepages>,
    /// What can be plugged in while it runs.
    pub(crate) max_guest: Option<String>,
}

/// Huge pages.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hugepages {
    /// The size of one.
    pub(crate) page_size: String,
}

/// What a pod asks for, and its bounds.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Resources {
    /// Bounds.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) limits: BTreeMap<String, String>,
    /// What it asks for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) requests: BTreeMap<String, String>,
}

/// The board.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Machine {
    /// `q35`, or on Arm `virt`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}

/// What starts a machine.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Firmware {
    /// The boot loader.
    pub(crate) bootloader: Bootloader,
}

/// The boot loader: one of the two.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Bootloader {
    /// BIOS.
    pub(crate) bios: Option<Empty>,
    /// UEFI.
    pub(crate) efi: Option<Efi>,
}

/// UEFI.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Efi {
    /// Whether only signed code boots; KubeVirt's default is yes.
    pub(crate) secure_boot: bool,
}

/// Features of the board.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Features {
    /// System management mode, which Secure Boot's variables are kept by.
    pub(crate) smm: Option<Enabled>,
}

/// A switch.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Enabled {
    /// Whether it is on.
    pub(crate) enabled: bool,
}

/// How memory is encrypted: one of the two.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct LaunchSecurity {
    /// AMD SEV-SNP.
    pub(crate) snp: Option<Empty>,
    /// Intel TDX.
    pub(crate) tdx: Option<Empty>,
}

/// Everything that is plugged in.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Devices {
    /// Whether the host may ask for memory back.
    pub(crate) autoattach_mem_balloon: Option<bool>,
    /// Disks.
    pub(crate) disks: Vec<Disk>,
    /// GPUs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) gpus: Vec<Gpu>,
    /// Network interfaces.
    pub(crate) interfaces: Vec<Interface>,
    /// Whether an interface has a queue for each virtual CPU.
    pub(crate) network_interface_multiqueue: Option<bool>,
    /// A TPM.
    pub(crate) tpm: Option<Empty>,
    /// What resets it when it hangs.
    pub(crate) watchdog: Option<Watchdog>,
}

/// A disk.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Disk {
    /// Its volume's name.
    pub(crate) name: String,
    /// Its place in the order of booting, from 1.
    pub(crate) boot_order: Option<u32>,
    /// What the host caches.
    pub(crate) cache: Option<&'static str>,
    /// How it is attached, where it is a disc that cannot be written.
    pub(crate) cdrom: Option<DiskTarget>,
    /// Whether it has a thread of its own.
    #[serde(rename = "dedicatedIOThread")]
    pub(crate) dedicated_io_thread: Option<bool>,
    /// How it is attached, where it is a disk.
    pub(crate) disk: Option<DiskTarget>,
    /// How it is read and written.
    pub(crate) io: Option<&'static str>,
    /// What the guest finds it by.
    pub(crate) serial: Option<String>,
}

/// How a disk is attached.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct DiskTarget {
    /// `virtio`, `scsi` or `sata`.
    pub(crate) bus: &'static str,
}

/// A GPU.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Gpu {
    /// Its name.
    pub(crate) name: String,
    /// The resource that a device plugin gives out.
    pub(crate) device_name: String,
}

/// A network interface; one of the bindings.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Interface {
    /// Its network's name.
    pub(crate) name: String,
    /// As a member of the network.
    pub(crate) bridge: Option<Empty>,
    /// Its MAC address.
    pub(crate) mac_address: Option<String>,
    /// Behind the pod's address.
    pub(crate) masquerade: Option<Empty>,
    /// What the guest sees.
    pub(crate) model: &'static str,
}

/// What an interface is connected to; one of the two.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Network {
    /// Its name.
    pub(crate) name: String,
    /// A network of Multus.
    pub(crate) multus: Option<Multus>,
    /// The pod network.
    pub(crate) pod: Option<Empty>,
}

/// A network of Multus.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Multus {
    /// The NetworkAttachmentDefinition in the machine's namespace.
    pub(crate) network_name: String,
}

/// What a disk holds; one of the sources.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Volume {
    /// Its name.
    pub(crate) name: String,
    /// What tells the guest who it is.
    pub(crate) cloud_init_no_cloud: Option<CloudInit>,
    /// A ConfigMap.
    pub(crate) config_map: Option<ConfigMapVolume>,
    /// A disk filled by CDI.
    pub(crate) data_volume: Option<DataVolumeSource>,
    /// An empty disk.
    pub(crate) empty_disk: Option<EmptyDisk>,
    /// A Secret.
    pub(crate) secret: Option<SecretVolume>,
    /// Answers for Windows' setup.
    pub(crate) sysprep: Option<SysprepVolume>,
}

/// Answers for Windows' setup: a disc with the files of a Secret.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SysprepVolume {
    /// The Secret.
    pub(crate) secret: LocalReference,
}

/// What tells the guest who it is.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CloudInit {
    /// How its interfaces are set up.
    pub(crate) network_data: Option<String>,
    /// A Secret whose key `networkdata` holds that instead.
    pub(crate) network_data_secret_ref: Option<LocalReference>,
    /// A Secret whose key `userdata` holds the rest.
    pub(crate) secret_ref: Option<LocalReference>,
    /// The rest, at most 2048 bytes.
    pub(crate) user_data: Option<String>,
}

/// An object of the same namespace.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LocalReference {
    /// Its name.
    pub(crate) name: String,
}

/// A ConfigMap.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ConfigMapVolume {
    /// Its name.
    pub(crate) name: String,
}

/// A Secret.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretVolume {
    /// Its name.
    pub(crate) secret_name: String,
}

/// A disk filled by CDI.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DataVolumeSource {
    /// The DataVolume's name.
    pub(crate) name: String,
}

/// An empty disk.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EmptyDisk {
    /// Its size.
    pub(crate) capacity: String,
}

/// How a machine's health is asked; one of the handlers.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Probe {
    /// A command in the guest, run by its agent.
    pub(crate) exec: Option<Exec>,
    /// How many failures count.
    pub(crate) failure_threshold: Option<u32>,
    /// Whether the guest's agent answers.
    pub(crate) guest_agent_ping: Option<Empty>,
    /// An HTTP request.
    pub(crate) http_get: Option<HttpGet>,
    /// How long after the start it asks first, in seconds.
    pub(crate) initial_delay_seconds: Option<u64>,
    /// How often it asks, in seconds.
    pub(crate) period_seconds: Option<u64>,
    /// A TCP connection.
    pub(crate) tcp_socket: Option<TcpSocket>,
    /// How long it waits for an answer, in seconds.
    pub(crate) timeout_seconds: Option<u64>,
}

/// A command in the guest.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Exec {
    /// The program and its arguments.
    pub(crate) command: Vec<String>,
}

/// An HTTP request.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct HttpGet {
    /// The path.
    pub(crate) path: String,
    /// The port.
    pub(crate) port: u16,
}

/// A TCP connection.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TcpSocket {
    /// The port.
    pub(crate) port: u16,
}

/// What a pool is.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VirtualMachinePoolSpec {
    /// How many; left out where an autoscaler says.
    pub(crate) replicas: Option<u32>,
    /// The label that its machines bear.
    pub(crate) selector: LabelSelector,
    /// Each of them.
    pub(crate) virtual_machine_template: VirtualMachineTemplate,
}

/// A machine of a pool.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct VirtualMachineTemplate {
    /// Its labels.
    pub(crate) metadata: ObjectMeta,
    /// What it is.
    pub(crate) spec: VirtualMachineSpec,
}
