//! Who may do what: the roles of a tenant's members, and the accounts that workloads run as.

use k8s_openapi::api::{
    core::v1::ServiceAccount,
    rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject as Rbac},
};
use tenantry_core::{
    emit::{KubeId, Need, Objects},
    lower::LoweredTenant,
    origin::{OriginId, V},
    units::{Subject as Member, SubjectKind},
};

use super::{Ground, subject::Subject};
use crate::kube::Scope;

const GROUP: &str = "rbac.authorization.k8s.io";

/// The role that lets people use machines without changing what they are.
const VM_USER: &str = "vm-user";

/// The bindings of a tenant's members: `admin`, `edit` and `view` to the cluster's roles of those
/// names, `vm-user` to a role of the namespace, `role` to the cluster's role that it names.
pub(super) fn members(ground: &Ground<'_>, tenant: &LoweredTenant, out: &mut Objects) {
    let Some(members) = &ground.estate.tenants[tenant.id].spec.members else {
        return;
    };
    let scope = ground.tenant(tenant);
    let mut bind = |name: &str, subjects: &[V<Member>], origin| {
        binding(&scope, "ClusterRole", name, subjects, origin).push(out);
    };
    if let Some(admin) = &members.admin {
        bind("admin", &admin.subjects, admin.meta.origin);
    }
    if let Some(edit) = &members.edit {
        bind("edit", &edit.subjects, edit.meta.origin);
    }
    if let Some(view) = &members.view {
        bind("view", &view.subjects, view.meta.origin);
    }
    for role in &members.role {
        bind(role.name.value.as_str(), &role.subjects, role.meta.origin);
    }
    if let Some(user) = &members.vm_user {
        let origin = user.meta.origin;
        vm_user(&scope.clone().because(origin), out);
        let namespace = scope.namespace.clone().unwrap_or_default();
        let role = KubeId::namespaced(&format!("{GROUP}/v1"), "Role", &namespace, VM_USER);
        binding(&scope, "Role", VM_USER, &user.subjects, origin)
            .need(Need::Object(role))
            .push(out);
    }
}

fn binding(
    scope: &Scope<'_>,
    kind: &str,
    role: &str,
    subjects: &[V<Member>],
    origin: OriginId,
) -> crate::kube::Draft {
    let scope = scope.clone().because(origin);
    let draft = scope.object(&RoleBinding {
        metadata: scope.metadata(role),
        role_ref: RoleRef {
            api_group: GROUP.to_owned(),
            kind: kind.to_owned(),
            name: role.to_owned(),
        },
        subjects: Some(
            subjects
                .iter()
                .map(|member| subject(&member.value))
                .collect(),
        ),
    });
    subjects
        .iter()
        .enumerate()
        .fold(draft, |draft, (at, member)| {
            draft.mark(&format!("/subjects/{at}"), member.origin)
        })
}

fn subject(member: &Member) -> Rbac {
    let (kind, group) = match member.kind() {
        SubjectKind::Group => ("Group", Some(GROUP)),
        SubjectKind::User => ("User", Some(GROUP)),
        SubjectKind::ServiceAccount => ("ServiceAccount", None),
    };
    Rbac {
        api_group: group.map(str::to_owned),
        kind: kind.to_owned(),
        name: member.name().to_owned(),
        namespace: member.namespace().map(str::to_owned),
    }
}

/// Consoles, power and a look at the machines; not what they are made of.
fn vm_user(scope: &Scope<'_>, out: &mut Objects) {
    let rule = |group: &str, resources: &[&str], verbs: &[&str]| PolicyRule {
        api_groups: Some(vec![group.to_owned()]),
        resources: Some(resources.iter().map(|&name| name.to_owned()).collect()),
        verbs: verbs.iter().map(|&verb| verb.to_owned()).collect(),
        ..PolicyRule::default()
    };
    let machines = ["virtualmachineinstances", "virtualmachines"];
    let connect = [
        "virtualmachineinstances/console",
        "virtualmachineinstances/guestosinfo",
        "virtualmachineinstances/portforward",
        "virtualmachineinstances/vnc",
    ];
    let power = [
        "virtualmachineinstances/pause",
        "virtualmachineinstances/softreboot",
        "virtualmachineinstances/unpause",
        "virtualmachines/restart",
        "virtualmachines/start",
        "virtualmachines/stop",
    ];
    scope
        .object(&Role {
            metadata: scope.metadata(VM_USER),
            rules: Some(vec![
                rule("kubevirt.io", &machines, &["get", "list", "watch"]),
                rule("subresources.kubevirt.io", &connect, &["get"]),
                rule("subresources.kubevirt.io", &power, &["update"]),
            ]),
        })
        .push(out);
}

/// The account of a workload. It bears no token unless the workload asks for one: a pod that
/// never calls the API should not be able to.
pub(super) fn account(subject: &Subject<'_>, out: &mut Objects) {
    let Some(pod) = subject.pod() else { return };
    let scope = &subject.scope;
    scope
        .object(&ServiceAccount {
            automount_service_account_token: Some(pod.token.value),
            metadata: scope.metadata(&subject.plan.name),
            ..ServiceAccount::default()
        })
        .mark("/automountServiceAccountToken", pod.token.origin)
        .push(out);
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn members_get_the_roles_they_are_named_for() {
        let made = compile_tenant(
            r#"tenant acme {
                quota pods=5
                members {
                    admin "group:acme-admins"
                    vm-user "user:li"
                }
            }"#,
        );
        let admin = made.object("RoleBinding", "admin");
        assert_eq!(admin["roleRef"]["kind"], "ClusterRole");
        assert_eq!(admin["subjects"][0]["name"], "acme-admins");
        assert_eq!(admin["subjects"][0]["kind"], "Group");
        let user = made.object("RoleBinding", "vm-user");
        assert_eq!(user["roleRef"]["kind"], "Role");
        let role = made.object("Role", "vm-user");
        let rules = role["rules"].as_sequence().unwrap();
        let verbs = |at: usize| rules[at]["verbs"].as_sequence().unwrap().len();
        assert_eq!((rules.len(), verbs(1)), (3, 1), "{rules:?}");
    }
}
