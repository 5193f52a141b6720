//! What a machine does when it first starts. The server itself makes the common case (a user
//! with keys, addresses, resolvers); anything more is a file of user data, which the API cannot
//! bring to a machine: the runner does.

use tenantry_core::{
    emit::{NodeMut, Tree},
    model::Workload,
    origin::OriginId,
    schema::kinds::{FileSystem, Os, User},
};

use super::{
    super::{
        images,
        plan::Params,
        site::{Guest, Site, cloud_config},
    },
    disk,
};

/// A file of user data.
pub(in super::super) struct Snippet {
    /// Its name: in the output's folder and on the machine.
    pub(in super::super) name: String,
    /// The machine it must be on.
    pub(in super::super) node: String,
    /// The model path behind it.
    pub(in super::super) path: std::sync::Arc<str>,
    /// Why it is there.
    pub(in super::super) origin: OriginId,
    /// What is in it.
    pub(in super::super) text: String,
    /// Which of its lines are there for which line of the spec.
    pub(in super::super) reasons: Vec<(u32, OriginId)>,
}

/// The user data of all machines that need a file of it.
pub(in super::super) fn snippets(site: Site<'_>, guests: &[Guest<'_>]) -> Vec<Snippet> {
    guests
        .iter()
        .filter(|guest| is_file_needed(site, guest))
        .map(|guest| {
            let (text, reasons) = cloud_config(&user_data(site, guest));
            Snippet {
                name: name(guest),
                node: guest.node.to_owned(),
                path: guest.workload.path.clone(),
                origin: guest.workload.spec.meta.origin,
                text,
                reasons,
            }
        })
        .collect()
}

/// Adds the settings to a machine's.
pub(super) fn params(site: Site<'_>, guest: &Guest<'_>, params: &mut Params) {
    if is_file_needed(site, guest) {
        let spec = &guest.workload.spec;
        let user = spec.user.first().map(|user| user.meta.origin);
        let init = spec.cloud_init.as_ref().map(|init| init.meta.origin);
        let why = init.or(user).unwrap_or(spec.meta.origin);
        params.set_from(
            "cicustom",
            format!("user=local:snippets/{}", name(guest)),
            why,
        );
        return;
    }
    let Some(user) = guest.workload.spec.user.first() else {
        if let Some(user) = images::image(site, guest).and_then(|image| image.user.as_ref()) {
            params.set_from("ciuser", &*user.value, user.origin);
        }
        return;
    };
    params.set_from("ciuser", &*user.name.value, user.meta.origin);
    let keys: Vec<&str> = user.ssh_key.iter().map(|key| &*key.key.value).collect();
    if !keys.is_empty() {
        params.set_from("sshkeys", percent(&keys.join("\n")), user.meta.origin);
    }
}

fn name(guest: &Guest<'_>) -> String {
    format!("tenantry-{}.yaml", guest.vmid)
}

/// Whether the server's own settings do not say it all: they know one user, who may do all.
fn is_file_needed(site: Site<'_>, guest: &Guest<'_>) -> bool {
    let workload = guest.workload;
    let machine = workload.vm().is_some();
    let linux = images::image(site, guest).is_none_or(|image| image.os.value == Os::Linux);
    let plain = |user: &User| user.sudo.value && user.shell.is_none() && user.group.is_none();
    machine
        && linux
        && (workload.spec.cloud_init.is_some()
            || workload.spec.user.len() > 1
            || !workload.spec.user.iter().all(plain)
            || workload.disks.iter().any(|disk| disk.spec.mount.is_some()))
}

fn user_data(site: Site<'_>, guest: &Guest<'_>) -> Tree {
    let mut tree = Tree::map();
    let mut root = tree.root_mut();
    let workload = guest.workload;
    let init = workload.spec.cloud_init.as_ref();
    let named = init.and_then(|init| init.hostname.as_ref());
    let hostname = named.map_or_else(
        || guest.instance.name.clone(),
        |host| host.value.to_string(),
    );
    let mut host = root.set("hostname", &hostname);
    if let Some(named) = named {
        host.mark(named.origin);
    }
    if let Some(domain) = &site.estate().spec.domain {
        root.set("fqdn", &format!("{hostname}.{}", domain.value))
            .mark(domain.origin);
    }
    root.set("manage_etc_hosts", true);
    users(site, guest, &mut root);
    file_systems(workload, &mut root);
    let Some(init) = init else { return tree };
    if let Some(package) = &init.package {
        root.set("package_update", true);
        let mut packages = root.list("packages");
        for name in &package.names {
            packages.push(&*name.value).mark(name.origin);
        }
    }
    for file in &init.write {
        let mut files = root.list("write_files");
        let mut entry = files.push_map();
        entry.mark(file.meta.origin);
        entry.set("path", &*file.path.value);
        entry.set("content", &*file.text.value.0);
        let mode = file.mode.as_ref().map_or("0644", |mode| &mode.value);
        entry.set("permissions", mode);
    }
    for run in &init.run {
        let mut commands = root.list("runcmd");
        commands.push(&*run.text.value.0).mark(run.meta.origin);
    }
    tree
}

/// The image's own user stays, under its keys if the spec names it.
fn users(site: Site<'_>, guest: &Guest<'_>, root: &mut NodeMut<'_>) {
    let users = &guest.workload.spec.user;
    let own = images::image(site, guest).and_then(|image| image.user.as_ref());
    if users.is_empty() {
        return;
    }
    let mut list = root.list("users");
    let known = own.is_some_and(|own| users.iter().any(|user| user.name.value == own.value));
    if !known {
        list.push("default");
    }
    for user in users {
        let mut entry = list.push_map();
        entry.mark(user.meta.origin);
        entry.set("name", &*user.name.value);
        entry.set("lock_passwd", true);
        let shell = user
            .shell
            .as_ref()
            .map_or("/bin/bash", |shell| &shell.value);
        entry.set("shell", shell);
        if user.sudo.value {
            entry.set("sudo", "ALL=(ALL) NOPASSWD:ALL");
        }
        for group in user.group.iter().flat_map(|group| &group.names) {
            let mut groups = entry.list("groups");
            groups.push(&*group.value).mark(group.origin);
        }
        for key in &user.ssh_key {
            let mut keys = entry.list("ssh_authorized_keys");
            keys.push(&*key.key.value).mark(key.meta.origin);
        }
    }
}

/// Data disks with a path: formatted where they are empty, mounted at every start. A machine
/// comes up without one that is missing, so that somebody can look.
fn file_systems(workload: &Workload, root: &mut NodeMut<'_>) {
    let slots = disk::slots(workload);
    let data = || {
        slots
            .iter()
            .skip(1)
            .filter_map(|(slot, disk)| Some((disk::device(slot), disk, disk.spec.mount.as_ref()?)))
    };
    for (device, disk, _) in data() {
        let mut systems = root.list("fs_setup");
        let mut entry = systems.push_map();
        entry.mark(disk.spec.meta.origin);
        entry.set("device", &device);
        entry.set("filesystem", file_system(&disk.spec.fs));
        entry.set("partition", "none");
        entry.set("overwrite", false);
    }
    for (device, disk, path) in data() {
        let mut mounts = root.list("mounts");
        let mut entry = mounts.push_list();
        entry.mark(path.origin);
        entry.push(&device);
        entry.push(&*path.value);
        entry.push(file_system(&disk.spec.fs));
        entry.push("defaults,nofail");
        entry.push("0");
        entry.push("2");
    }
}

fn file_system(fs: &Option<tenantry_core::origin::V<FileSystem>>) -> &'static str {
    match fs.as_ref().map(|fs| fs.value) {
        Some(FileSystem::Xfs) => "xfs",
        Some(FileSystem::Ext4) | None => "ext4",
    }
}

/// Everything but unreserved characters as `%XX`: the server decodes keys once itself.
fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_encoded_as_the_server_stores_them() {
        assert_eq!(
            percent("ssh-ed25519 AAAA+/= me"),
            "ssh-ed25519%20AAAA%2B%2F%3D%20me"
        );
        assert_eq!(percent("a\nb"), "a%0Ab");
    }
}
