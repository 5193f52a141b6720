//! Workloads.

use super::{prelude::*, *};

choices! {
    /// Whether a workload runs.
    pub enum Run {
        /// Always.
        Always = "always",
        /// Not now.
        Halted = "halted",
        /// When somebody starts it.
        Manual = "manual",
        /// Once.
        Once = "once",
        /// Again when it fails.
        OnFailure = "on-failure",
    }
}

choices! {
    /// How much depends on it.
    pub enum Criticality {
        /// Others stop when it stops: what it asks for is guaranteed to it.
        Core = "core",
        /// It may be slowed down.
        Standard = "standard",
    }
}

kind! {
    /// Something that a tenant runs.
    pub struct Workload = "workload", key("name"), one_of("vm", "container", "lxc", "job") {
        /// Its name.
        arg name: V<Name>;
        /// Whether it runs.
        prop run: V<Run> = "always";
        /// Who goes first; its tier's when left out.
        prop priority: Option<V<NameOf<Priority>>>;
        /// How much depends on it.
        prop criticality: V<Criticality> = "standard";
        /// After how long it ends.
        prop lease: Option<V<Duration>>;
        /// After how long idle it gives its resources back.
        prop idle_release: Option<V<Duration>>;
        /// Profiles to take defaults from.
        child like: Vec<Like>;
        /// A virtual machine.
        child vm: Option<Vm>;
        /// A container that runs until it is stopped.
        child container: Option<Container>;
        /// A system container, on Proxmox.
        child lxc: Option<Lxc>;
        /// A container that ends.
        child job: Option<Job>;
        /// Where it runs.
        child on: Option<On>;
        /// How many there are.
        child replicas: Option<ReplicasSpec>;
        /// How many there are, as load asks.
        child scale: Option<Scale>;
        /// CPU of each replica.
        child cpu: Option<Cpu>;
        /// Memory of each replica.
        child memory: Option<Memory>;
        /// GPUs of each replica.
        child gpu: Vec<Gpu>;
        /// A disk of each replica.
        child disk: Vec<Disk>;
        /// A network interface of each replica.
        child nic: Vec<Nic>;
        /// Something mounted.
        child mount: Vec<Mount>;
        /// A variable of the environment.
        child var: Vec<Var>;
        /// A user of the machine.
        child user: Vec<User>;
        /// What the machine does when it first starts.
        child cloud_init: Option<CloudInit>;
        /// A port that it listens on. Opens nothing.
        child port: Vec<Port>;
        /// What it calls.
        child connect: Vec<Connect>;
        /// What it offers to another tenant.
        child offer: Vec<Offer>;
        /// What clients outside reach.
        child expose: Vec<Expose>;
        /// What must run before it.
        child needs: Vec<Needs>;
        /// How its health is asked.
        child probe: Vec<Probe>;
        /// How available it must be.
        child availability: Option<Availability>;
        /// A backup of its disks.
        child backup: Vec<Backup>;
        /// How it is watched.
        child monitor: Option<Monitor>;
        /// What it may do.
        child security: Option<Security>;
        /// Options that only one target has.
        child target: Vec<TargetOptions>;
    }
}

named!(Workload = "workload");

choices! {
    /// What is confidential about a virtual machine.
    pub enum Confidential {
        /// Nothing.
        None = "none",
        /// AMD SEV-SNP.
        SevSnp = "sev-snp",
        /// Intel TDX.
        Tdx = "tdx",
    }
}

choices! {
    /// What happens to a virtual machine when its node is drained.
    pub enum Migrate {
        /// It moves while it runs.
        Live = "live",
        /// It stops and starts elsewhere.
        Restart = "restart",
        /// It stays, and holds the drain up.
        Never = "never",
    }
}

choices! {
    /// A machine type.
    pub enum Machine {
        /// PCIe.
        Q35 = "q35",
    }
}

kind! {
    /// A virtual machine.
    pub struct Vm = "vm" {
        /// What its root disk is filled from: a declared image, or a reference to a registry.
        prop image: V<ImageRef>;
        /// The machine type.
        prop machine: V<Machine> = "q35";
        /// What starts it.
        prop firmware: V<Firmware> = "uefi";
        /// Whether only signed code boots.
        prop secure_boot: V<bool> = "#false";
        /// Whether it has a TPM.
        prop tpm: Option<V<bool>>;
        /// What is confidential about it.
        prop confidential: V<Confidential> = "none";
        /// What happens when its node is drained: `live` where it can move, else `restart`.
        prop migrate: Option<V<Migrate>>;
        /// The instance type that gives its size.
        prop instance_type: Option<V<Name>>;
        /// The disks that it boots from, in order; `root` when left out.
        child boot: Option<Boot>;
    }
}

kind! {
    /// The disks that a machine boots from, in order.
    pub struct Boot = "boot" {
        /// Their names.
        arg disks: Vec<V<Name>>;
    }
}

choices! {
    /// What stands between a container and the host's kernel.
    pub enum Sandbox {
        /// Nothing: they share it.
        None = "none",
        /// A kernel in user space.
        Gvisor = "gvisor",
        /// A virtual machine: QEMU.
        Kata = "kata",
        /// A virtual machine: Cloud Hypervisor.
        KataClh = "kata-clh",
        /// A virtual machine: Firecracker.
        KataFc = "kata-fc",
        /// A virtual machine with GPUs.
        KataGpu = "kata-gpu",
        /// An encrypted virtual machine: AMD.
        KataSnp = "kata-snp",
        /// An encrypted virtual machine: Intel.
        KataTdx = "kata-tdx",
    }
}

impl Sandbox {
    /// Whether it is a virtual machine, which Kata runs.
    pub fn is_kata(self) -> bool {
        !matches!(self, Self::None | Self::Gvisor)
    }
}

/// A container and a job are described alike; a job adds when and how often.
macro_rules! containers {
    ($(#[doc = $doc:literal])* $Name:ident = $word:literal { $($more:tt)* }) => {
        kind! {
            $(#[doc = $doc])*
            pub struct $Name = $word {
                /// Its image, with a tag or digest.
                prop image: V<OciRef>;
                /// What stands between it and the host's kernel.
                prop sandbox: V<Sandbox> = "none";
                /// The secret that lets its image be pulled.
                prop pull_secret: Option<V<NameOf<Secret>>>;
                /// The user that it runs as; 0 is refused by most levels of pod security.
                prop uid: V<u32> = "1000";
                /// Whether its root file system cannot be written.
                prop read_only_root: V<bool> = "#true";
                /// Whether it gets a token for the cluster's API.
                prop service_account_token: V<bool> = "#false";
                $($more)*
                /// What it runs, instead of the image's own.
                child command: Option<Command>;
                /// Arguments of what it runs.
                child args: Option<Args>;
                /// A container that ends before it starts.
                child init: Vec<Init>;
                /// A container that runs beside it.
                child sidecar: Vec<Sidecar>;
                /// A capability of the kernel that it has.
                child capability: Vec<LinuxCapability>;
                /// A path that it can write though the root cannot be; empty at each start.
                child writable: Vec<Writable>;
            }
        }
    };
}

containers! {
    /// A container that runs until it is stopped.
    Container = "container" {}
}

containers! {
    /// A container that ends. Without a schedule it runs once.
    Job = "job" {
        /// When it runs.
        prop schedule: Option<V<Schedule>>;
        /// After how long it is stopped.
        prop limit: Option<V<Duration>>;
        /// How often it is tried again.
        prop retries: V<u32> = "0";
        /// How many run at once.
        prop parallel: V<u32> = "1";
        /// For how long it is kept when it has ended.
        prop keep: Option<V<Duration>>;
        /// Whether its parts start together or not at all.
        prop gang: V<bool> = "#false";
    }
}

kind! {
    /// What it runs, instead of the image's own.
    pub struct Command = "command" {
        /// The program and its arguments.
        arg words: Vec<V<Arc<str>>>;
    }
}

kind! {
    /// Arguments of what it runs.
    pub struct Args = "args" {
        /// The arguments.
        arg words: Vec<V<Arc<str>>>;
    }
}

/// Containers beside the main one.
macro_rules! companions {
    ($($(#[doc = $doc:literal])* $Name:ident = $word:literal, key($key:literal) $(, ordered $(@$o:tt)?)?;)*) => {$(
        kind! {
            $(#[doc = $doc])*
            pub struct $Name = $word, key($key) $(, ordered $(@$o)?)? {
                /// Its name.
                arg name: V<Name>;
                /// Its image.
                prop image: V<OciRef>;
                /// CPU.
                prop cpu: Option<V<Cores>>;
                /// Memory.
                prop memory: Option<V<Bytes>>;
                /// What it runs.
                child command: Option<Command>;
                /// A variable of the environment.
                child var: Vec<Var>;
                /// Something mounted.
                child mount: Vec<Mount>;
                /// A port that it listens on.
                child port: Vec<Port>;
            }
        }
    )*};
}

companions! {
    /// A container that ends before the main one starts.
    Init = "init", key("name"), ordered;
    /// A container that runs beside the main one.
    Sidecar = "sidecar", key("name");
}

kind! {
    /// A capability of the kernel that a container has.
    pub struct LinuxCapability = "capability", key("name") {
        /// Its name without `CAP_`: `NET_BIND_SERVICE`.
        arg name: V<Ident>;
    }
}

kind! {
    /// A path that a container can write though the root cannot be.
    pub struct Writable = "writable", key("path") {
        /// The path.
        arg path: V<Arc<str>>;
    }
}

kind! {
    /// A system container, on Proxmox.
    pub struct Lxc = "lxc" {
        /// The template: "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst".
        prop image: V<Arc<str>>;
        /// Whether its root is nobody on the host.
        prop unprivileged: V<bool> = "#true";
        /// Whether containers can run in it.
        prop nesting: V<bool> = "#false";
    }
}

kind! {
    /// Where it runs. Several pools are alternatives, all in one cluster.
    pub struct On = "on" {
        /// The pools.
        arg pools: Vec<V<NameOf<Pool>>>;
        /// The machine.
        prop node: Option<V<Name>>;
        /// A label that the node must have.
        child r#where: Vec<Where>;
        /// The zones that it may be in.
        child zone: Option<Zones>;
        /// How its replicas are kept apart from each other.
        child spread: Vec<Spread>;
        /// Workloads that it must not share a node with.
        child apart: Option<Apart>;
        /// Workloads that it must share a node or zone with.
        child together: Option<Together>;
        /// A taint that it bears.
        child tolerate: Vec<Tolerate>;
    }
}

kind! {
    /// A label that the node must have, with one of these values.
    pub struct Where = "where", key("key") {
        /// The key.
        arg key: V<Arc<str>>;
        /// The values.
        arg values: Vec<V<Arc<str>>>;
    }
}

choices! {
    /// What replicas are spread over.
    pub enum SpreadBy {
        /// Nodes.
        Node = "node",
        /// Zones.
        Zone = "zone",
        /// Racks.
        Rack = "rack",
    }
}

kind! {
    /// How the replicas are kept apart from each other.
    pub struct Spread = "spread", key("by") {
        /// Over what.
        prop by: V<SpreadBy> = "node";
        /// By how many the fullest and the emptiest may differ.
        prop max_skew: V<u32> = "1";
        /// Whether a replica waits rather than stand where it should not.
        prop hard: V<bool> = "#false";
    }
}

kind! {
    /// Workloads that must not share a node with this one.
    pub struct Apart = "apart" {
        /// Their names.
        arg workloads: Vec<V<NameOf<Workload>>>;
    }
}

kind! {
    /// Workloads that must share a node or zone with this one.
    pub struct Together = "together" {
        /// Their names.
        arg workloads: Vec<V<NameOf<Workload>>>;
        /// What they share.
        prop by: V<SpreadBy> = "node";
    }
}

kind! {
    /// A taint that it bears.
    pub struct Tolerate = "tolerate", key("key") {
        /// The key.
        arg key: V<Arc<str>>;
        /// The value.
        arg value: Option<V<Arc<str>>>;
    }
}

choices! {
    /// What a number of replicas is of.
    pub enum ReplicasPer {
        /// Each node of the pools.
        Node = "node",
        /// Each zone.
        Zone = "zone",
    }
}

choices! {
    /// Whether replicas are told apart.
    pub enum Identity {
        /// They are alike.
        None = "none",
        /// Each has a number, and disks and addresses of its own.
        Stable = "stable",
    }
}

kind! {
    /// How many there are.
    pub struct ReplicasSpec = "replicas" {
        /// How many.
        arg count: V<u32>;
        /// Of what, where it is not in all.
        prop per: Option<V<ReplicasPer>>;
        /// Whether they are told apart; virtual machines are.
        prop identity: Option<V<Identity>>;
    }
}

kind! {
    /// How many there are, as load asks.
    pub struct Scale = "scale" {
        /// At least.
        prop min: V<u32> = "1";
        /// At most.
        prop max: V<u32>;
        /// How long to wait before there are fewer.
        prop cooldown: Option<V<Duration>>;
        /// The CPU that is aimed at, of what is asked for.
        child cpu: Option<ScaleCpu>;
        /// The memory that is aimed at.
        child memory: Option<ScaleMemory>;
        /// A metric that is aimed at.
        child metric: Vec<ScaleMetric>;
        /// The length of a queue that is aimed at.
        child queue_length: Option<QueueLength>;
    }
}

kind! {
    /// The CPU that is aimed at, of what is asked for.
    pub struct ScaleCpu = "cpu" {
        /// The share.
        arg share: V<Percent>;
    }
}

kind! {
    /// The memory that is aimed at, of what is asked for.
    pub struct ScaleMemory = "memory" {
        /// The share.
        arg share: V<Percent>;
    }
}

kind! {
    /// A metric that is aimed at, on average over the replicas.
    pub struct ScaleMetric = "metric", key("name") {
        /// Its name.
        arg name: V<Arc<str>>;
        /// The value.
        arg value: V<u32>;
    }
}

kind! {
    /// The length of a queue that is aimed at, of each replica.
    pub struct QueueLength = "queue-length" {
        /// The length.
        arg value: V<u32>;
    }
}

kind! {
    /// CPU of each replica: an amount for containers, a topology for machines.
    pub struct Cpu = "cpu" {
        /// Cores: `2`, `"500m"`.
        arg request: Option<V<Cores>>;
        /// Cores of each socket of the machine.
        prop cores: Option<V<u32>>;
        /// Threads of each core of the machine.
        prop threads: V<u32> = "1";
        /// Sockets of the machine.
        prop sockets: V<u32> = "1";
        /// The processor that the machine sees: `host-model`, `host-passthrough`, or a model's name.
        prop model: V<Arc<str>> = "host-model";
        /// Whether it has its cores alone.
        prop dedicated: Option<V<bool>>;
        /// Whether the host's NUMA layout is passed through.
        prop numa: Option<V<bool>>;
        /// Whether the emulator has a core of its own.
        prop isolate_emulator: Option<V<bool>>;
        /// Whether it runs in real time.
        prop realtime: Option<V<bool>>;
        /// How many virtual CPUs share a real one.
        prop overcommit: Option<V<Ratio>>;
        /// The most that it may take.
        prop limit: Option<V<Cores>>;
        /// A feature of the processor.
        child feature: Vec<CpuFeature>;
    }
}

impl Cpu {
    /// The machine's virtual CPUs: sockets × cores × threads.
    pub fn vcpus(&self) -> Option<u32> {
        let cores = self.cores.as_ref()?.value;
        self.sockets
            .value
            .checked_mul(cores)?
            .checked_mul(self.threads.value)
    }
}

choices! {
    /// What about a feature of the processor.
    pub enum FeaturePolicy {
        /// It must be there.
        Require = "require",
        /// It must not be seen.
        Disable = "disable",
    }
}

kind! {
    /// A feature of the processor.
    pub struct CpuFeature = "feature", key("name") {
        /// Its name.
        arg name: V<Arc<str>>;
        /// What about it.
        arg policy: V<FeaturePolicy>;
    }
}

kind! {
    /// Memory of each replica.
    pub struct Memory = "memory" {
        /// How much.
        arg size: V<Bytes>;
        /// The most that it may take; the same when left out.
        prop limit: Option<V<Bytes>>;
        /// The size of the huge pages that it is made of.
        prop hugepages: Option<V<Bytes>>;
        /// How much can be plugged in while it runs.
        prop max: Option<V<Bytes>>;
        /// Whether the host may ask for some of it back.
        prop balloon: Option<V<bool>>;
    }
}

kind! {
    /// GPUs of each replica.
    pub struct Gpu = "gpu", key("model") {
        /// The model.
        arg model: V<NameOf<GpuModel>>;
        /// How many.
        arg count: V<u32>;
        /// A slice of this profile instead of a whole one.
        prop slice: Option<V<Arc<str>>>;
        /// The model that will do as well.
        prop or: Option<V<NameOf<GpuModel>>>;
    }
}

choices! {
    /// How a disk is attached.
    pub enum Bus {
        /// virtio.
        Virtio = "virtio",
        /// SCSI.
        Scsi = "scsi",
        /// SATA.
        Sata = "sata",
    }
}

choices! {
    /// What the host caches of a disk.
    pub enum Cache {
        /// Nothing.
        None = "none",
        /// Reads and writes: what is not flushed is lost with the host.
        Writeback = "writeback",
    }
}

choices! {
    /// A file system.
    pub enum FileSystem {
        /// ext4.
        Ext4 = "ext4",
        /// XFS.
        Xfs = "xfs",
    }
}

kind! {
    /// A disk of each replica. `root` is the boot disk and filled from the image.
    pub struct Disk = "disk", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its size.
        arg size: V<Bytes>;
        /// Its storage class; the cluster's only one when left out.
        prop storage: Option<V<NameOf<Storage>>>;
        /// Where it is mounted.
        prop mount: Option<V<Arc<str>>>;
        /// Its file system.
        prop fs: Option<V<FileSystem>>;
        /// How it is attached.
        prop bus: V<Bus> = "virtio";
        /// What the host caches.
        prop cache: V<Cache> = "none";
        /// Whether it has a thread of its own.
        prop iothread: Option<V<bool>>;
        /// The most operations per second.
        prop iops_limit: Option<V<u32>>;
        /// Whether it is empty at each start.
        prop ephemeral: V<bool> = "#false";
        /// Whether it outlives the workload.
        prop keep: V<bool> = "#true";
        /// What it is filled from.
        child source: Option<ImageSource>;
    }
}

choices! {
    /// How an interface reaches its network.
    pub enum NicMode {
        /// Through the pod's address.
        Masquerade = "masquerade",
        /// As a member of the network.
        Bridge = "bridge",
        /// Through a virtual function of the card.
        Sriov = "sriov",
    }
}

kind! {
    /// A network interface of each replica. `default` comes first and carries the default route.
    pub struct Nic = "nic", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its network; the pod network when left out.
        prop network: Option<V<NameOf<Network>>>;
        /// How it reaches the network.
        prop mode: V<NicMode> = "masquerade";
        /// Its MAC address.
        prop mac: Option<V<Mac>>;
        /// How many queues it has.
        prop queues: Option<V<u32>>;
        /// The most that it sends.
        prop rate_limit: Option<V<Rate>>;
        /// Why nothing polices it, where nothing can.
        prop unpoliced_because: Option<V<Arc<str>>>;
        /// Its addresses, one for each replica; chosen and remembered when left out.
        child ip: Option<NicIps>;
        /// The name that it has in the DNS.
        child dns_name as "name": Option<NicName>;
    }
}

kind! {
    /// Addresses, one for each replica.
    pub struct NicIps = "ip" {
        /// Address and prefix length: "10.30.0.50/24".
        arg addresses: Vec<V<IpLen>>;
    }
}

kind! {
    /// The name that an interface has in the DNS.
    pub struct NicName = "name" {
        /// The host name.
        arg host: V<Host>;
    }
}

kind! {
    /// Something mounted: exactly one of `config`, `secret`, `disk` and `host-path`.
    pub struct Mount = "mount", key("path") {
        /// Where.
        arg path: V<Arc<str>>;
        /// A config of the tenant.
        prop config: Option<V<NameOf<Config>>>;
        /// A secret of the tenant.
        prop secret: Option<V<NameOf<Secret>>>;
        /// A disk of the workload.
        prop disk: Option<V<Name>>;
        /// A path of the host.
        prop host_path: Option<V<Arc<str>>>;
        /// Whether it cannot be written.
        prop read_only: Option<V<bool>>;
    }
}

kind! {
    /// A variable of the environment: a value, or where it comes from.
    pub struct Var = "var", key("name") {
        /// Its name.
        arg name: V<Ident>;
        /// Its value.
        arg value: Option<V<Lit>>;
        /// A secret of the tenant; with `key`.
        prop secret: Option<V<NameOf<Secret>>>;
        /// A config of the tenant; with `key`.
        prop config: Option<V<NameOf<Config>>>;
        /// The key of the secret or config.
        prop key: Option<V<Ident>>;
        /// A field of the pod: `metadata.name`.
        prop field: Option<V<Arc<str>>>;
    }
}

kind! {
    /// A user of the machine.
    pub struct User = "user", key("name") {
        /// The name.
        arg name: V<Arc<str>>;
        /// Whether it may do all with `sudo`.
        prop sudo: V<bool> = "#false";
        /// The secret with its password's hash.
        prop password: Option<V<NameOf<Secret>>>;
        /// Its shell.
        prop shell: Option<V<Arc<str>>>;
        /// A key that lets it in.
        child ssh_key: Vec<SshKey>;
        /// A group that it is in.
        child group: Vec<UserGroup>;
    }
}

kind! {
    /// A key that lets a user in.
    pub struct SshKey = "ssh-key", key("key") {
        /// The public key, in one line.
        arg key: V<Arc<str>>;
    }
}

kind! {
    /// A group that a user is in.
    pub struct UserGroup = "group", key("name") {
        /// Its name.
        arg name: V<Arc<str>>;
    }
}

kind! {
    /// What a machine does when it first starts.
    pub struct CloudInit = "cloud-init" {
        /// Its host name; the instance's name when left out.
        prop hostname: Option<V<Host>>;
        /// A config of the tenant with the whole of it.
        prop from: Option<V<NameOf<Config>>>;
        /// A package to install.
        child package: Vec<Package>;
        /// A command to run.
        child run: Vec<RunCommand>;
        /// A file to write.
        child write: Vec<WriteFile>;
    }
}

kind! {
    /// A package to install.
    pub struct Package = "package", key("name") {
        /// Its name.
        arg name: V<Arc<str>>;
    }
}

kind! {
    /// A command to run.
    pub struct RunCommand = "run", ordered {
        /// The command.
        arg text: V<Text>;
    }
}

kind! {
    /// A file to write.
    pub struct WriteFile = "write", key("path") {
        /// Its path.
        arg path: V<Arc<str>>;
        /// What is in it.
        arg text: V<Text>;
        /// Its mode: "0644".
        prop mode: Option<V<Arc<str>>>;
    }
}

choices! {
    /// A transport protocol.
    pub enum PortProtocol {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
        /// SCTP.
        Sctp = "sctp",
    }
}

choices! {
    /// What is spoken on a port.
    pub enum AppProtocol {
        /// HTTP.
        Http = "http",
        /// gRPC.
        Grpc = "grpc",
        /// TLS.
        Tls = "tls",
    }
}

kind! {
    /// A port that it listens on. Opens nothing.
    pub struct Port = "port", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its number, or a range: "8000-8010".
        arg number: V<Ports>;
        /// Its protocol.
        prop protocol: V<PortProtocol> = "tcp";
        /// What is spoken on it.
        prop app: Option<V<AppProtocol>>;
    }
}

/// A port by its name or its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortRef {
    /// A declared port.
    Name(Name),
    /// A number, or a range.
    Number(Ports),
}

impl Unit for PortRef {
    const NAME: &'static str = "port";
    const EXAMPLE: &'static str = "http";
    const DOC: &'static str = "A declared port's name, or a number.";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return <Ports as Unit>::parse(text).map(Self::Number);
        }
        <Name as Unit>::parse(text).map(Self::Name)
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        <Ports as Unit>::from_int(n).map(Self::Number)
    }
}

impl std::fmt::Display for PortRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Number(ports) => ports.fmt(f),
        }
    }
}

choices! {
    /// Who proves who they are on a connection.
    pub enum ConnectTls {
        /// Nobody.
        None = "none",
        /// Both ends.
        Mutual = "mutual",
    }
}

/// What a workload can call: a workload, an outside system, or a part of the platform.
#[derive(Debug, Clone)]
pub struct Connectable;

impl Named for Connectable {
    const KINDS: &'static [&'static str] = &["workload", "external"];
}

kind! {
    /// What it calls: a workload, `tenant.workload`, an `external`, `internet`, or a part of the
    /// platform (`platform.dns`, `platform.kube-api`, `platform.metrics`, `platform.ingress`,
    /// `platform.metadata`).
    pub struct Connect = "connect", key("target", "port", "host", "cidr") {
        /// Whom.
        arg target: V<NameOf<Connectable>>;
        /// The other side's port, by name or number.
        prop port: Option<V<PortRef>>;
        /// Its protocol, for a number.
        prop protocol: V<PortProtocol> = "tcp";
        /// A name that narrows an outside system.
        prop host: Option<V<Host>>;
        /// A range that narrows an outside system.
        prop cidr: Option<V<Cidr>>;
        /// Who proves who they are.
        prop tls: V<ConnectTls> = "none";
        /// How many requests per second.
        prop rps: Option<V<u32>>;
    }
}

/// Whom something can be offered to.
#[derive(Debug, Clone)]
pub struct Client;

impl Named for Client {
    const KINDS: &'static [&'static str] = &["tenant", "workload"];
}

kind! {
    /// The provider's half of a flow between tenants.
    pub struct Offer = "offer", key("port", "to") {
        /// The port of ours.
        arg port: V<PortRef>;
        /// A tenant, or one workload of it.
        prop to: V<NameOf<Client>>;
    }
}

choices! {
    /// How clients outside reach a port.
    pub enum Via {
        /// Through the cluster's gateway.
        Gateway = "gateway",
        /// Through an ingress controller.
        Ingress = "ingress",
        /// Through an address of its own.
        LoadBalancer = "load-balancer",
        /// Through a port of each node.
        NodePort = "node-port",
        /// Through the gateway for shells.
        SshGateway = "ssh-gateway",
        /// At its own address, as on a VLAN.
        Direct = "direct",
    }
}

choices! {
    /// Who may use what is exposed.
    pub enum ExposeAuth {
        /// Anybody who reaches it.
        None = "none",
        /// Who has a certificate.
        Mtls = "mtls",
        /// Who is signed in.
        Oidc = "oidc",
    }
}

kind! {
    /// A port that clients outside reach.
    pub struct Expose = "expose", key("port", "host") {
        /// The port of ours.
        arg port: V<PortRef>;
        /// The name that it answers under.
        prop host: Option<V<Host>>;
        /// How it is reached.
        prop via: V<Via> = "gateway";
        /// The path below which it answers.
        prop path: Option<V<Arc<str>>>;
        /// Whether it is encrypted.
        prop tls: V<bool> = "#false";
        /// Its address.
        prop ip: Option<V<Ip>>;
        /// Who issues its certificate.
        prop issuer: Option<V<Name>>;
        /// Who may use it.
        prop auth: V<ExposeAuth> = "none";
        /// Who may reach it: address ranges and outside systems.
        child from: Option<ExposeFrom>;
        /// How much of it.
        child limit: Option<ExposeLimit>;
        /// The shares of a new version, step by step.
        child canary: Option<Canary>;
    }
}

/// An address range, or an outside system by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientRange {
    /// A range.
    Cidr(Cidr),
    /// A declared outside system.
    External(Name),
}

impl Unit for ClientRange {
    const NAME: &'static str = "cidr or external";
    const EXAMPLE: &'static str = "\"203.0.113.0/24\"";
    const DOC: &'static str = "An address range, or the name of an `external`.";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if text.contains('/') || text.contains(':') {
            return <Cidr as Unit>::parse(text).map(Self::Cidr);
        }
        <Name as Unit>::parse(text).map(Self::External)
    }
}

impl std::fmt::Display for ClientRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cidr(cidr) => cidr.fmt(f),
            Self::External(name) => name.fmt(f),
        }
    }
}

kind! {
    /// Who may reach it.
    pub struct ExposeFrom = "from" {
        /// Address ranges and outside systems.
        arg clients: Vec<V<ClientRange>>;
    }
}

kind! {
    /// How much of it one client may ask.
    pub struct ExposeLimit = "limit" {
        /// Requests per minute.
        prop rpm: V<u32>;
    }
}

kind! {
    /// The shares of a new version, step by step.
    pub struct Canary = "canary" {
        /// The shares.
        arg shares: Vec<V<Percent>>;
    }
}

choices! {
    /// How far something must have come.
    pub enum Until {
        /// It has started.
        Started = "started",
        /// It is ready.
        Ready = "ready",
        /// It has ended well.
        Done = "done",
    }
}

kind! {
    /// What must run before it. Orders; opens no flow.
    pub struct Needs = "needs", key("target") {
        /// The workload.
        arg target: V<NameOf<Workload>>;
        /// How far it must have come.
        prop until: V<Until> = "ready";
    }
}

choices! {
    /// What a probe asks.
    pub enum ProbeKind {
        /// Whether it can take work.
        Ready = "ready",
        /// Whether it must be started again.
        Live = "live",
        /// Whether it has come up; the others wait for it.
        Startup = "startup",
    }
}

kind! {
    /// How its health is asked: by HTTP with a `path`, by TCP without one, by `grpc`, by the
    /// guest's `agent`, or by a command.
    pub struct Probe = "probe", key("kind") {
        /// What it asks.
        arg kind: V<ProbeKind>;
        /// The port.
        prop port: Option<V<PortRef>>;
        /// The path, for HTTP.
        prop path: Option<V<Arc<str>>>;
        /// Whether it speaks gRPC's health protocol.
        prop grpc: V<bool> = "#false";
        /// Whether the guest's agent answers.
        prop agent: V<bool> = "#false";
        /// How long after the start it asks first.
        prop after: Option<V<Duration>>;
        /// How often it asks.
        prop every: Option<V<Duration>>;
        /// How long it waits for an answer.
        prop timeout: Option<V<Duration>>;
        /// How many failures count.
        prop failures: Option<V<u32>>;
        /// A command that answers by its exit code.
        child exec: Option<Exec>;
    }
}

kind! {
    /// A command that answers by its exit code.
    pub struct Exec = "exec" {
        /// The program and its arguments.
        arg words: Vec<V<Arc<str>>>;
    }
}

/// A number, or a share of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountOrShare {
    /// This many.
    Count(u32),
    /// This share.
    Share(Percent),
}

impl Unit for CountOrShare {
    const NAME: &'static str = "count or percent";
    const EXAMPLE: &'static str = "1";
    const DOC: &'static str = "A number, or a share of all: `1`, \"25%\".";

    fn parse(text: &str) -> Result<Self, UnitError> {
        <Percent as Unit>::parse(text).map(Self::Share)
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        u32::try_from(n).map(Self::Count).map_err(|_| UnitError {
            message: format!("{n} is no number of replicas"),
            help: None,
            at: None,
        })
    }
}

impl std::fmt::Display for CountOrShare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Share(share) => share.fmt(f),
        }
    }
}

choices! {
    /// How replicas work together.
    pub enum Pattern_ {
        /// Each for itself.
        None = "none",
        /// One leads, the others follow.
        PrimaryReplica = "primary-replica",
        /// Most of them decide.
        Quorum = "quorum",
    }
}

kind! {
    /// How available it must be.
    pub struct Availability = "availability" {
        /// The share of time that it must answer.
        prop slo: Option<V<Percent>>;
        /// How long it may be away.
        prop rto: Option<V<Duration>>;
        /// How much of what was written may be lost.
        prop rpo: Option<V<Duration>>;
        /// How many may be away on purpose.
        prop max_unavailable: Option<V<CountOrShare>>;
        /// How its replicas work together.
        prop pattern: V<Pattern_> = "none";
    }
}

choices! {
    /// How a backup is taken.
    pub enum BackupKind {
        /// A snapshot of the disks.
        Snapshot = "snapshot",
        /// Their files.
        File = "file",
        /// What the application writes itself.
        Dump = "dump",
    }
}

kind! {
    /// A backup of its disks.
    pub struct Backup = "backup", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// When.
        prop schedule: V<Schedule>;
        /// Where to.
        prop to: Option<V<NameOf<BackupStore>>>;
        /// How it is taken.
        prop kind as "kind": V<BackupKind> = "snapshot";
        /// Whether the guest is asked to hold still.
        prop quiesce: V<bool> = "#false";
        /// How many are kept.
        child keep: Option<Keep>;
        /// The disks; all that outlive the workload when left out.
        child disk: Option<BackupDisks>;
        /// How often a restore is tried.
        child verify: Option<Verify>;
    }
}

kind! {
    /// How many backups are kept.
    pub struct Keep = "keep" {
        /// Of each hour.
        prop hourly: Option<V<u32>>;
        /// Of each day.
        prop daily: Option<V<u32>>;
        /// Of each week.
        prop weekly: Option<V<u32>>;
        /// Of each month.
        prop monthly: Option<V<u32>>;
        /// Of each year.
        prop yearly: Option<V<u32>>;
    }
}

kind! {
    /// The disks of a backup.
    pub struct BackupDisks = "disk" {
        /// Their names.
        arg names: Vec<V<Name>>;
    }
}

kind! {
    /// How often a restore is tried.
    pub struct Verify = "verify" {
        /// When.
        arg schedule: V<Schedule>;
    }
}

kind! {
    /// How it is watched.
    pub struct Monitor = "monitor" {
        /// The port that metrics are served on; none watches from outside alone.
        prop port: Option<V<PortRef>>;
        /// The path of the metrics.
        prop path: V<Arc<str>> = "/metrics";
        /// How often they are read.
        prop every: V<Duration> = "15s";
        /// What wakes somebody.
        child alert: Vec<Alert>;
        /// Whether it has a dashboard.
        child dashboard: Option<Dashboard>;
        /// How long its logs are kept.
        child logs: Option<Logs>;
    }
}

choices! {
    /// How grave an alert is.
    pub enum Severity {
        /// Worth knowing.
        Info = "info",
        /// In working hours.
        Warning = "warning",
        /// Now.
        Critical = "critical",
    }
}

kind! {
    /// What wakes somebody.
    pub struct Alert = "alert", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// A threshold, METRIC OPERATOR VALUE: "cpu-utilisation > 80%".
        prop when: V<Arc<str>>;
        /// For how long it must hold.
        prop r#for: Option<V<Duration>>;
        /// How grave it is.
        prop severity: V<Severity> = "warning";
        /// Who is told.
        prop route: Option<V<Name>>;
    }
}

kind! {
    /// A dashboard.
    pub struct Dashboard = "dashboard" {
        /// Its title; the workload's path when left out.
        arg title: Option<V<Arc<str>>>;
    }
}

kind! {
    /// Logs.
    pub struct Logs = "logs" {
        /// How long they are kept.
        prop keep: V<Duration>;
    }
}

choices! {
    /// What pods may do, after Kubernetes' pod security standards.
    pub enum PodLevel {
        /// Little.
        Restricted = "restricted",
        /// What is known to be harmless.
        Baseline = "baseline",
        /// Everything.
        Privileged = "privileged",
    }
}

kind! {
    /// What it may do.
    pub struct Security = "security" {
        /// What its pods may do; other than `restricted` needs `because`.
        prop pod_level: V<PodLevel> = "restricted";
        /// Why it must do more.
        prop because: Option<V<Arc<str>>>;
        /// Whether both ends of its connections prove who they are.
        prop mtls: Option<V<bool>>;
        /// Whether its disks must be encrypted.
        prop encrypt_at_rest: Option<V<bool>>;
        /// How long the log of who did what is kept.
        prop audit_keep: Option<V<Duration>>;
    }
}

choices! {
    /// What KubeVirt does when a machine's node is drained.
    pub enum Eviction {
        /// It stops.
        None = "none",
        /// It moves; a drain waits for it.
        LiveMigrate = "live-migrate",
        /// It moves if it can.
        LiveMigrateIfPossible = "live-migrate-if-possible",
        /// Somebody else moves it.
        External = "external",
    }
}

kind! {
    /// Options that only one target has. Ignored elsewhere.
    pub struct TargetOptions = "target", key("target") {
        /// The target.
        arg target: V<TargetName>;
        /// Proxmox: the guest's number, 100 to 999999999.
        prop vmid: Option<V<u32>>;
        /// Proxmox: its place in the order of starting.
        prop start_order: Option<V<u32>>;
        /// KubeVirt: what happens when its node is drained.
        prop eviction: Option<V<Eviction>>;
        /// Proxmox: tags.
        child tags: Option<Tags>;
    }
}

kind! {
    /// Tags of a Proxmox guest.
    pub struct Tags = "tags" {
        /// The tags.
        arg tags: Vec<V<Name>>;
    }
}
