//! A port of nodes whose clients nothing holds to their list.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Expose, Workload},
    schema::kinds::Via,
    units::Cidr,
};

declare_rule! { pub RULE = "clients-not-held", Network, Error, "a port of nodes for some clients alone, on a port that is open to others by another way", include_str!("clients_not_held.md") }

/// Reports each port of nodes whose `from` is voided by another way in of the same port. Gateways
/// and load balancers hold their lists themselves; a port of nodes has the policy alone, and that
/// is of the port, not of the way.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let nodes = workload.exposes.iter();
        let held = nodes.filter(|it| it.spec.via.value == Via::NodePort && !it.clients.is_empty());
        for expose in held {
            let mut others = workload.exposes.iter();
            if let Some(wider) = others.find(|other| opens(other, expose)) {
                findings.push(told(workload, expose, wider));
            }
        }
    }
}

/// Whether another way opens the same port to addresses that are none of the list's.
fn opens(other: &Expose, held: &Expose) -> bool {
    let is_direct = matches!(other.spec.via.value, Via::NodePort | Via::LoadBalancer);
    let listed = |client: &Cidr| held.clients.iter().any(|cidr| cidr.contains_net(*client));
    let is_wider = other.clients.is_empty() || !other.clients.iter().all(listed);
    is_direct && other.port == held.port && is_wider
}

fn told(workload: &Workload, held: &Expose, wider: &Expose) -> Diagnostic {
    let message = format!(
        "clients of `{}` on a port of the nodes cannot be held to its `from`",
        workload.path
    );
    Diagnostic::new(&RULE, held.spec.meta.span, message)
        .label("for some clients alone")
        .also(wider.spec.meta.span, "the same port, for others too")
        .why("a port of the nodes has no list of clients of its own: a NetworkPolicy holds them, and it is of the workload's port, which the other way opens")
        .help("give both the same `from`, expose another `port`, or use `via=load-balancer`, which has a list of its own")
}
