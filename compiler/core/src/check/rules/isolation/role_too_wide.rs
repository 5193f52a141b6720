//! A role that gives more than a tenant has.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Tenant},
    origin::V,
    schema::kinds::Members,
    units,
};

declare_rule! { pub RULE = "role-too-wide", Isolation, Error, "members with a role of the whole cluster, or members who are everybody", include_str!("role_too_wide.md") }

/// The cluster's own role that may do everything.
const ADMIN_OF_ALL: &str = "cluster-admin";

/// Reports each such role and each such member.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for tenant in estate.tenants.values() {
        let Some(members) = &tenant.spec.members else {
            continue;
        };
        for role in &members.role {
            let name = role.name.value.as_str();
            if name == ADMIN_OF_ALL || name.starts_with("system:") {
                findings.push(wide(estate, tenant, &role.name));
            }
        }
        for (role, member) in everybody(members) {
            findings.push(open(estate, tenant, role, member));
        }
    }
}

fn wide(estate: &Estate, tenant: &Tenant, role: &V<units::Name>) -> Diagnostic {
    let message = format!(
        "members of tenant `{}` have the role `{}`",
        tenant.name.value, role.value
    );
    Diagnostic::new(&RULE, estate.span(role.origin), message)
        .label("every verb on every kind")
        .why("within the namespace it may delete the quota, the network policies and the level of pod security that keep this tenant apart, and give itself any other role")
        .help("write `admin`, which may do all that is a tenant's own; or a role that lists its verbs and kinds")
}

fn open(estate: &Estate, tenant: &Tenant, role: &str, member: &V<units::Subject>) -> Diagnostic {
    let message = format!(
        "`{role}` of tenant `{}` goes to `{}`, who is not of the tenant",
        tenant.name.value,
        member.value.name()
    );
    let why = match member.value.name() {
        "system:unauthenticated" | "system:anonymous" => {
            "that is everybody who reaches the API server, without logging in"
        }
        "system:masters" => {
            "that group passes every check already, and an identity in it cannot be held to a tenant"
        }
        _ => {
            "Kubernetes itself gives out that name: it is everybody who can log in, all tenants' members and service accounts"
        }
    };
    Diagnostic::new(&RULE, estate.span(member.origin), message)
        .label("not a tenant's")
        .why(why)
        .help("name a group of your identity provider, such as \"group:acme-dev\"")
}

/// Members whose name Kubernetes gives out itself, and the role that each has.
fn everybody(members: &Members) -> Vec<(&str, &V<units::Subject>)> {
    let mut all: Vec<(&str, &V<units::Subject>)> = Vec::new();
    let mut add = |role, subjects| all.extend(std::iter::repeat(role).zip(subjects));
    if let Some(admin) = &members.admin {
        add("admin", &admin.subjects);
    }
    if let Some(edit) = &members.edit {
        add("edit", &edit.subjects);
    }
    if let Some(view) = &members.view {
        add("view", &view.subjects);
    }
    if let Some(user) = &members.vm_user {
        add("vm-user", &user.subjects);
    }
    for role in &members.role {
        add(role.name.value.as_str(), &role.subjects);
    }
    all.retain(|(_, member)| member.value.is_system());
    all
}
