//! What a machine is told when it first starts: users, packages, files, file systems, in the
//! format of cloud-init's NoCloud source.
//!
//! Nothing in it is a secret: secrets are pointers in the spec, and none reaches a text.

use k8s_openapi::api::core::v1::Secret;
use serde::Serialize;
use tenantry_core::{
    emit::{LineOrigins, Tree, yaml},
    lower::Instance,
    model::{Estate, NetworkIn, Workload},
    origin::{OriginId, V},
    schema::kinds::{FileSystem, User},
    units::{Ip, IpLen},
};

use super::{disks, machine::Subject, network};

/// The longest text that a machine's own object may hold (KubeVirt's admission).
pub(super) const INLINE: usize = 2048;

/// The name of the Secret that holds a workload's longer text.
pub(super) fn secret_name(workload: &Workload) -> String {
    format!("{}-cloud-init", workload.name.value)
}

/// The Secret of a text that is too long for the machine's own object.
pub(super) fn secret(subject: &Subject<'_>) -> Option<(Secret, LineOrigins)> {
    let data = user_data(subject.estate, subject.workload);
    let (text, lines) = data.filter(|(text, _)| text.len() > INLINE)?;
    let secret = Secret {
        metadata: subject.scope.metadata(secret_name(subject.workload)),
        string_data: Some([("userdata".to_owned(), text)].into()),
        type_: Some("Opaque".to_owned()),
        ..Secret::default()
    };
    Some((secret, lines))
}

/// The name of the Secret that holds a machine's longer network data.
pub(super) fn network_secret_name(instance: &Instance) -> String {
    format!("{}-network", instance.name)
}

/// The Secret of network data that is too long for the machine's own object.
pub(super) fn network_secret(subject: &Subject<'_>, instance: &Instance) -> Option<Secret> {
    if !subject.estate.has_cloud_init(subject.workload) {
        return None;
    }
    let data = network_data(subject.estate, subject.workload, Some(instance));
    let text = data.filter(|text| text.len() > INLINE)?;
    Some(Secret {
        metadata: subject.scope.metadata(network_secret_name(instance)),
        string_data: Some([("networkdata".to_owned(), text)].into()),
        type_: Some("Opaque".to_owned()),
        ..Secret::default()
    })
}

/// The keys of a cloud-config that we write, in the order of their names.
#[derive(Default, Serialize)]
struct CloudConfig {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fs_setup: Vec<FsSetup>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mounts: Vec<[String; 6]>,
    package_update: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    packages: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    runcmd: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    users: Vec<Account>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    write_files: Vec<File>,
}

/// A file system made on the whole of a disk, if there is none yet.
#[derive(Serialize)]
struct FsSetup {
    device: String,
    filesystem: &'static str,
    overwrite: bool,
    partition: &'static str,
}

#[derive(Serialize)]
struct Account {
    name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
    lock_passwd: bool,
    shell: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ssh_authorized_keys: Vec<String>,
    sudo: Option<&'static str>,
}

#[derive(Serialize)]
struct File {
    path: String,
    content: String,
    permissions: Option<String>,
}

/// The user data of a workload's machines, and which of its lines is there for which line of the
/// spec; `None` if there is nothing to tell them.
pub(super) fn user_data(estate: &Estate, workload: &Workload) -> Option<(String, LineOrigins)> {
    if let Some((text, origin)) = whole_text(estate, workload) {
        return Some((text, LineOrigins::of([(1, origin)])));
    }
    let mut config = CloudConfig::default();
    let mut marks = Marks::new();
    file_systems(workload, &mut config, &mut marks);
    folders(workload, &mut config, &mut marks);
    config.users = workload.spec.user.iter().map(account).collect();
    if let Some(spec) = &workload.spec.cloud_init {
        config.packages = spec
            .package
            .iter()
            .flat_map(|package| &package.names)
            .map(|name| name.value.to_string())
            .collect();
        config.package_update = (!config.packages.is_empty()).then_some(true);
        config.runcmd = spec
            .run
            .iter()
            .map(|run| run.text.value.0.to_string())
            .collect();
        config.write_files = spec
            .write
            .iter()
            .map(|file| File {
                path: file.path.value.to_string(),
                content: file.text.value.0.to_string(),
                permissions: file.mode.as_ref().map(|mode| mode.value.to_string()),
            })
            .collect();
    }
    marks.extend(of_guest(workload));
    let mut tree = Tree::from_serialize(&config).ok()?;
    if tree.root().is_empty() {
        return None;
    }
    for (at, origin) in marks {
        tree.mark(&at, origin);
    }
    let body = yaml::document(&tree);
    let lines = body.lines().changes().iter();
    // The head is a line of its own.
    let lines = LineOrigins::of(lines.map(|(line, origin)| (line + 1, *origin)));
    Some((format!("#cloud-config\n{}", body.as_str()), lines))
}

/// JSON pointers into a cloud-config, and why what is there is so.
type Marks = Vec<(String, OriginId)>;

/// Of users, packages, files and commands.
fn of_guest(workload: &Workload) -> Marks {
    let mut marks = Marks::new();
    for (n, user) in workload.spec.user.iter().enumerate() {
        let at = format!("/users/{n}");
        let keys = user.ssh_key.iter().enumerate();
        let keys = keys.map(|(n, key)| (format!("{at}/ssh_authorized_keys/{n}"), key.meta.origin));
        let groups = user.group.iter().enumerate();
        let groups = groups.map(|(n, group)| (format!("{at}/groups/{n}"), group.meta.origin));
        marks.push((at.clone(), user.meta.origin));
        marks.extend(keys.chain(groups));
    }
    if let Some(spec) = &workload.spec.cloud_init {
        let packages = spec.package.iter().map(|package| package.meta.origin);
        let runs = spec.run.iter().map(|run| run.meta.origin);
        let files = spec.write.iter().map(|file| file.meta.origin);
        let at = |list: &'static str| move |(n, why)| (format!("/{list}/{n}"), why);
        marks.extend(packages.enumerate().map(at("packages")));
        marks.extend(runs.enumerate().map(at("runcmd")));
        marks.extend(files.enumerate().map(at("write_files")));
    }
    marks
}

/// The file of the tenant's config that `from` names: the one called `user-data`, or the first.
fn whole_text(estate: &Estate, workload: &Workload) -> Option<(String, OriginId)> {
    let from = workload.spec.cloud_init.as_ref()?.from.as_ref()?;
    let config = estate.tenants[workload.tenant]
        .spec
        .config
        .iter()
        .find(|config| *config.name.value.as_str() == *from.value.text)?;
    let named = config
        .file
        .iter()
        .find(|file| &*file.name.value == "user-data");
    let file = named.or(config.file.first())?;
    Some((file.text.value.0.to_string(), file.meta.origin))
}

fn account(user: &User) -> Account {
    Account {
        name: user.name.value.to_string(),
        groups: user
            .group
            .iter()
            .flat_map(|group| &group.names)
            .map(|name| name.value.to_string())
            .collect(),
        lock_passwd: true,
        shell: Some(
            user.shell
                .as_ref()
                .map_or("/bin/bash", |shell| &*shell.value)
                .to_owned(),
        ),
        ssh_authorized_keys: user
            .ssh_key
            .iter()
            .map(|key| key.key.value.to_string())
            .collect(),
        sudo: user.sudo.value.then_some("ALL=(ALL) NOPASSWD:ALL"),
    }
}

/// Disks with a file system: made if there is none, mounted where they are wanted. A disk that
/// is late or gone must not keep the machine from starting.
fn file_systems(workload: &Workload, config: &mut CloudConfig, marks: &mut Marks) {
    for (index, disk) in workload.disks.iter().enumerate() {
        let name = disk.spec.name.value.as_str();
        let at = disk
            .spec
            .mount
            .as_ref()
            .map(|mount| mount.value.to_string())
            .or_else(|| {
                let mount = workload.mounts.iter().find(|mount| {
                    mount
                        .spec
                        .disk
                        .as_ref()
                        .is_some_and(|own| own.value.as_str() == name)
                });
                mount.map(|mount| mount.spec.path.value.to_string())
            });
        if name == "root" || (at.is_none() && disk.spec.fs.is_none()) {
            continue;
        }
        let device = disks::device(disk, index);
        let filesystem = match disk.spec.fs.as_ref().map(|fs| fs.value) {
            Some(FileSystem::Xfs) => "xfs",
            Some(FileSystem::Ext4) | None => "ext4",
        };
        if let Some(at) = at {
            let options = "defaults,nofail,x-systemd.device-timeout=30s";
            let why = disk.spec.meta.origin;
            marks.push((format!("/mounts/{}", config.mounts.len()), why));
            let check = if filesystem == "ext4" { "2" } else { "0" };
            config
                .mounts
                .push([&*device, &*at, filesystem, options, "0", check].map(str::to_owned));
        }
        let setup = format!("/fs_setup/{}", config.fs_setup.len());
        marks.push((setup, disk.spec.meta.origin));
        config.fs_setup.push(FsSetup {
            device,
            filesystem,
            overwrite: false,
            partition: "none",
        });
    }
}

/// Configs and secrets: small disks in the format of a disc.
fn folders(workload: &Workload, config: &mut CloudConfig, marks: &mut Marks) {
    for folder in super::folders::of(workload) {
        let (device, path) = (folder.device(), &*folder.mount.path.value);
        let at = format!("/mounts/{}", config.mounts.len());
        marks.push((at, folder.mount.meta.origin));
        let line = [&*device, path, "iso9660", "ro,nofail", "0", "0"];
        config.mounts.push(line.map(str::to_owned));
    }
}

/// Netplan's shape, version 2, which NoCloud takes.
#[derive(Serialize)]
struct NetworkConfig {
    version: u32,
    ethernets: Ethernets,
}

#[derive(Serialize)]
struct Ethernets(std::collections::BTreeMap<String, Ethernet>);

#[derive(Default, Serialize)]
struct Ethernet {
    #[serde(rename = "match")]
    matches: Match,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<String>,
    dhcp4: bool,
    mtu: Option<u32>,
    nameservers: Option<Nameservers>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routes: Vec<Route>,
}

#[derive(Default, Serialize)]
struct Match {
    macaddress: String,
}

#[derive(Serialize)]
struct Nameservers {
    addresses: Vec<String>,
}

#[derive(Serialize)]
struct Route {
    to: String,
    via: String,
}

/// The network data of a machine; `None` where the guest finds out all by itself, which it does
/// on the pod network alone.
pub(super) fn network_data(
    estate: &Estate,
    workload: &Workload,
    instance: Option<&Instance>,
) -> Option<String> {
    let instance = instance?;
    if workload.nics.iter().all(|nic| nic.network.is_none()) {
        return None;
    }
    let mut ethernets = std::collections::BTreeMap::new();
    for (index, nic) in workload.nics.iter().enumerate() {
        let macaddress = network::mac(workload, Some(instance), nic)?;
        let mut ethernet = Ethernet {
            matches: Match { macaddress },
            ..Ethernet::default()
        };
        let name = nic.spec.name.value.as_str();
        match nic.network {
            None => ethernet.dhcp4 = true,
            Some(network) => {
                let network = &estate.networks[network.to];
                let own = instance.addresses.get(name);
                ethernet.addresses = own.map(ToString::to_string).into_iter().collect();
                ethernet.dhcp4 = own.is_none() && network.spec.is_dhcp();
                ethernet.mtu = network.spec.mtu.as_ref().map(|mtu| mtu.value);
                routes(network, own, index == 0, &mut ethernet);
            }
        }
        ethernets.insert(name.to_owned(), ethernet);
    }
    let config = NetworkConfig {
        version: 2,
        ethernets: Ethernets(ethernets),
    };
    let tree = Tree::from_serialize(&config).ok()?;
    Some(yaml::document(&tree).as_str().to_owned())
}

/// The first interface carries the default route, by a router of the same family as its own
/// address, and the resolvers.
fn routes(network: &NetworkIn, own: Option<&IpLen>, first: bool, ethernet: &mut Ethernet) {
    let spec = &network.spec;
    let leads = |gateway: &&V<Ip>| {
        let own = own.is_none_or(|own| own.ip().is_ipv4() == gateway.value.is_ipv4());
        first && !ethernet.dhcp4 && own
    };
    if let Some(gateway) = spec.gateway.as_ref().filter(leads) {
        ethernet.routes.push(Route {
            to: "default".to_owned(),
            via: gateway.value.to_string(),
        });
    }
    ethernet.routes.extend(spec.route.iter().map(|route| Route {
        to: route.cidr.value.to_string(),
        via: route.via.value.to_string(),
    }));
    ethernet.nameservers = spec.dns.as_ref().filter(|_| first).map(|dns| Nameservers {
        addresses: dns
            .addresses
            .iter()
            .map(|ip| ip.value.to_string())
            .collect(),
    });
}
