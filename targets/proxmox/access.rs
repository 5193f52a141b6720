//! Who may do what: roles of ours, a group or user per member, a pool per tenant, and the rights
//! that tie them together.

use tenantry_core::{
    model::Tenant,
    origin::{OriginId, V},
    units::{Subject, SubjectKind},
};

use super::{
    plan::{Call, Method, Params, Phase, Probe},
    site::Site,
};

/// What members may do in their tenant's pool, by the word of the language.
struct Right {
    role: &'static str,
    /// Privileges that every release has.
    privileges: &'static [&'static str],
    /// What `VM.Monitor` of release 8 became.
    agent: &'static [&'static str],
}

const VIEW: Right = Right {
    role: "tenantry-view",
    privileges: &["Pool.Audit", "VM.Audit"],
    agent: &[],
};
const VM_USER: Right = Right {
    role: "tenantry-vm-user",
    privileges: &["Pool.Audit", "VM.Audit", "VM.Console", "VM.PowerMgmt"],
    agent: &["VM.GuestAgent.Audit"],
};
/// Not `VM.Config.Network` or `VM.Config.HWType`: with those a member could leave the firewall's
/// reach or take a device.
const EDIT: Right = Right {
    role: "tenantry-edit",
    privileges: &[
        "Pool.Audit",
        "VM.Audit",
        "VM.Backup",
        "VM.Config.CDROM",
        "VM.Config.CPU",
        "VM.Config.Cloudinit",
        "VM.Config.Memory",
        "VM.Config.Options",
        "VM.Console",
        "VM.PowerMgmt",
        "VM.Snapshot",
        "VM.Snapshot.Rollback",
    ],
    agent: &["VM.GuestAgent.Audit"],
};
const ADMIN: Right = Right {
    role: "tenantry-admin",
    privileges: &[
        "Permissions.Modify",
        "Pool.Audit",
        "VM.Audit",
        "VM.Backup",
        "VM.Config.CDROM",
        "VM.Config.CPU",
        "VM.Config.Cloudinit",
        "VM.Config.Disk",
        "VM.Config.Memory",
        "VM.Config.Options",
        "VM.Console",
        "VM.PowerMgmt",
        "VM.Snapshot",
        "VM.Snapshot.Rollback",
    ],
    agent: &["VM.GuestAgent.Audit"],
};

/// The calls of the phase, each shared one once.
pub(super) fn calls(site: Site<'_>, out: &mut Vec<Call>) {
    let mut access = Access { site, calls: out };
    for lowered in &site.cluster.tenants {
        let tenant = &site.estate().tenants[lowered.id];
        access.pool(&lowered.namespace, tenant);
        for (role, subjects, origin) in members(tenant) {
            access.grant(&lowered.namespace, &role, subjects, origin);
        }
    }
}

/// The id of the call that makes a tenant's pool.
pub(super) fn pool_call(namespace: &str) -> String {
    format!("pool.{namespace}")
}

enum Role {
    Ours(&'static Right),
    Theirs(String),
}

type Grant<'t> = (Role, &'t [V<Subject>], OriginId);

fn members(tenant: &Tenant) -> Vec<Grant<'_>> {
    let mut grants: Vec<Grant<'_>> = Vec::new();
    let Some(members) = &tenant.spec.members else {
        return grants;
    };
    if let Some(admin) = &members.admin {
        grants.push((Role::Ours(&ADMIN), &admin.subjects, admin.meta.origin));
    }
    if let Some(edit) = &members.edit {
        grants.push((Role::Ours(&EDIT), &edit.subjects, edit.meta.origin));
    }
    if let Some(view) = &members.view {
        grants.push((Role::Ours(&VIEW), &view.subjects, view.meta.origin));
    }
    if let Some(user) = &members.vm_user {
        grants.push((Role::Ours(&VM_USER), &user.subjects, user.meta.origin));
    }
    for role in &members.role {
        let name = role.name.value.to_string();
        grants.push((Role::Theirs(name), &role.subjects, role.meta.origin));
    }
    grants
}

struct Access<'a, 'l> {
    site: Site<'l>,
    calls: &'a mut Vec<Call>,
}

impl Access<'_, '_> {
    fn push_once(&mut self, call: Call) -> String {
        let id = call.id.clone();
        if !self.calls.iter().any(|known| known.id == id) {
            self.calls.push(call);
        }
        id
    }

    fn pool(&mut self, namespace: &str, tenant: &Tenant) {
        let comment = format!("tenant {}", tenant.name.value);
        let call = Call::new(
            pool_call(namespace),
            Phase::Access,
            Method::Post,
            "/pools",
            tenant.spec.meta.origin,
        )
        .param("poolid", namespace)
        .param("comment", comment)
        .probe(Probe::exists("/pools").matching("poolid", namespace));
        self.push_once(call);
    }

    fn role(&mut self, right: &Right, origin: OriginId) -> String {
        let mut privileges = right.privileges.to_vec();
        match self.site.release() {
            8 if !right.agent.is_empty() => privileges.push("VM.Monitor"),
            8 => {}
            _ => privileges.extend(right.agent),
        }
        privileges.sort_unstable();
        let privileges = privileges.join(",");
        let path = format!("/access/roles/{}", right.role);
        let mut update = Params::default();
        update.set("privs", privileges.as_str());
        let call = Call::new(
            format!("role.{}", right.role),
            Phase::Access,
            Method::Post,
            "/access/roles",
            origin,
        )
        .param("roleid", right.role)
        .param("privs", privileges)
        .probe(Probe::exists(path.as_str()))
        .update(path, update);
        self.push_once(call)
    }

    fn grant(&mut self, namespace: &str, role: &Role, subjects: &[V<Subject>], origin: OriginId) {
        let (name, role_call) = match role {
            Role::Ours(right) => (right.role.to_owned(), Some(self.role(right, origin))),
            Role::Theirs(name) => (name.clone(), None),
        };
        for subject in subjects {
            let Some((kind, who, made)) = self.subject(subject) else {
                continue;
            };
            let call = Call::new(
                format!("acl.{namespace}.{name}.{who}"),
                Phase::Access,
                Method::Put,
                "/access/acl",
                subject.origin,
            )
            .param("path", format!("/pool/{namespace}"))
            .param(kind, who)
            .param("roles", name.as_str())
            .param("propagate", true)
            .after(pool_call(namespace))
            .after(made)
            .after_all(role_call.clone());
            self.push_once(call);
        }
    }

    /// The group or user, made where it is not there. A user without a realm is one of Proxmox'
    /// own; it has no password until somebody gives it one.
    fn subject(&mut self, subject: &V<Subject>) -> Option<(&'static str, String, String)> {
        let name = subject.value.name();
        let (kind, path, key, who) = match subject.value.kind() {
            SubjectKind::Group => ("groups", "/access/groups", "groupid", name.to_owned()),
            SubjectKind::User if name.contains('@') => {
                ("users", "/access/users", "userid", name.to_owned())
            }
            SubjectKind::User => ("users", "/access/users", "userid", format!("{name}@pve")),
            SubjectKind::ServiceAccount => return None,
        };
        let call = Call::new(
            format!("{}.{who}", kind.trim_end_matches('s')),
            Phase::Access,
            Method::Post,
            path,
            subject.origin,
        )
        .param(key, who.as_str())
        .probe(Probe::exists(format!("{path}/{who}")));
        let made = self.push_once(call);
        Some((kind, who, made))
    }
}
