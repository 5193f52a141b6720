//! What can be wrong with flows.

use super::Port;
use crate::{
    diag::{Diagnostic, rule_set},
    model::{Connect, Estate, Workload},
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    CONNECTION_NOT_OFFERED = "connection-not-offered", Network, Error, "a connection to another tenant that its owner does not offer", include_str!("pages/connection-not-offered.md");
    CONNECTION_NOT_EXPOSED = "connection-not-exposed", Network, Error, "a connection to another cluster whose port is not exposed there", include_str!("pages/connection-not-exposed.md");
}

fn ports(ports: &[Port]) -> String {
    let words: Vec<String> = ports
        .iter()
        .map(|port| {
            if port.from == port.to {
                port.from.to_string()
            } else {
                format!("{}-{}", port.from, port.to)
            }
        })
        .collect();
    words.join(", ")
}

/// The other tenant does not offer it.
pub fn not_offered(
    estate: &Estate,
    from: &Workload,
    to: &Workload,
    connect: &Connect,
    missing: &[Port],
) -> Diagnostic {
    let tenant = &estate.tenants[from.tenant].name.value;
    let owner = &estate.tenants[to.tenant].name.value;
    let named = to
        .spec
        .port
        .iter()
        .find(|port| missing.iter().any(|m| port.number.value.first() == m.from))
        .map(|port| port.name.value.to_string());
    let port = named.unwrap_or_else(|| ports(missing));
    Diagnostic::new(
        &CONNECTION_NOT_OFFERED,
        connect.spec.meta.span,
        format!("`{}` connects to `{}` on port {port}, which tenant `{owner}` does not offer to `{tenant}`", from.path, to.path),
    )
    .label("half of a flow between tenants")
    .also(to.spec.meta.span, "the other half is missing here")
    .help(format!("in workload `{}` write `offer {port} to={tenant}`, or `to={}` for this workload alone", to.path, from.path))
}

/// The port is not exposed in its cluster.
pub fn not_exposed(
    estate: &Estate,
    from: &Workload,
    to: &Workload,
    connect: &Connect,
) -> Diagnostic {
    let (ours, theirs) = (
        &estate.clusters[from.cluster].name.value,
        &estate.clusters[to.cluster].name.value,
    );
    Diagnostic::new(
        &CONNECTION_NOT_EXPOSED,
        connect.spec.meta.span,
        format!("`{}` in cluster `{ours}` connects to `{}` in cluster `{theirs}` on port {}, which is not exposed there", from.path, to.path, ports(&connect.ports)),
    )
    .label("leaves its cluster")
    .also(to.spec.meta.span, "declared here")
    .why("a selector reaches no further than its own cluster, so such a flow goes through an `expose`")
    .help(format!("in workload `{}` add `expose PORT`", to.path))
}
