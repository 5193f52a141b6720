//! What can be wrong with flows.

use tenantry_syntax::{Span, change::Change};

use super::Port;
use crate::{
    diag::{Diagnostic, rule_set, words},
    model::{Connect, Estate, Expose, Offer, OfferTo, Workload},
    schema::kinds::Via,
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    CONNECTION_NOT_OFFERED = "connection-not-offered", Network, Error, "a connection to another tenant that its owner does not offer", include_str!("pages/connection-not-offered.md");
    OFFER_UNANSWERED = "offer-unanswered", Network, Error, "an offer to another tenant of which nobody connects", include_str!("pages/offer-unanswered.md");
    CONNECTION_NOT_EXPOSED = "connection-not-exposed", Network, Error, "a connection to another cluster whose port is not exposed there", include_str!("pages/connection-not-exposed.md");
    EDGE_UNKNOWN = "edge-unknown", Network, Error, "a connection to another cluster of which nobody says at which address it answers", include_str!("pages/edge-unknown.md");
}

/// A port as its owner calls it, else by its number.
fn named(owner: &Workload, port: Port) -> String {
    let declared = owner.listens().find(|(_, known)| *known == port);
    declared.map_or_else(|| port.number(), |(name, _)| name.to_string())
}

fn numbers(ports: &[Port]) -> String {
    let words: Vec<String> = ports.iter().map(|port| port.number()).collect();
    words.join(", ")
}

const TWO_HALVES: &str = "a flow between tenants takes both sides' word, so that neither opens a door in the other's wall; with one half nothing is opened";

/// How many callers a message names, and how many of their places it shows.
const NAMED: usize = 3;

/// Whether a caller says by itself that it knows.
pub fn silences_not_offered(from: &Workload, connect: &Connect) -> bool {
    let metas = [&from.spec.meta, &connect.spec.meta];
    let rule = CONNECTION_NOT_OFFERED.name;
    metas.into_iter().any(|meta| meta.silences(rule))
}

/// The other tenant does not offer it to these, who are of one tenant. `meant` is what it offers,
/// and the caller does not take.
pub fn not_offered(
    estate: &Estate,
    callers: &[(&Workload, &Connect)],
    to: &Workload,
    missing: Port,
    meant: Option<&Offer>,
) -> Option<Diagnostic> {
    let ((from, connect), others) = callers.split_first()?;
    let tenant = &estate.tenants[from.tenant].name.value;
    let owner = &estate.tenants[to.tenant].name.value;
    let port = named(to, missing);
    let mut paths: Vec<&str> = callers.iter().map(|(from, _)| &*from.path).collect();
    paths.dedup();
    let alone = paths.len() == 1;
    let line = match alone {
        true => format!("offer {port} to={}", from.path),
        false => format!("offer {port} to={tenant}"),
    };
    let connects = if alone { "connects" } else { "connect" };
    let finding = Diagnostic::new(
        &CONNECTION_NOT_OFFERED,
        connect.spec.meta.span,
        format!(
            "{} {connects} to `{}` on port {port}, which tenant `{owner}` does not offer to `{tenant}`",
            words::few(&paths, NAMED),
            to.path
        ),
    )
    .label("one half of a flow between tenants")
    .why(TWO_HALVES);
    // A profile's line is one, whoever is like it.
    let mut places: Vec<Span> = others.iter().map(|(_, it)| it.spec.meta.span).collect();
    places.retain(|place| *place != connect.spec.meta.span);
    places.dedup();
    let places = places.into_iter().take(NAMED - 1);
    let finding = places.fold(finding, |finding, place| finding.also(place, "and here"));
    Some(mended(
        estate,
        finding,
        from,
        to,
        (missing, meant),
        &line,
        alone,
    ))
}

/// The same with what to write: the other half, or what is offered.
fn mended(
    estate: &Estate,
    finding: Diagnostic,
    from: &Workload,
    to: &Workload,
    (missing, meant): (Port, Option<&Offer>),
    line: &str,
    alone: bool,
) -> Diagnostic {
    let tenant = &estate.tenants[from.tenant].name.value;
    let owner = &estate.tenants[to.tenant].name.value;
    if let Some(offer) = meant.filter(|offer| offer.port == missing) {
        return finding
            .also(
                offer.spec.meta.span,
                format!("offered to tenant `{owner}`, its own, where nothing needs to be"),
            )
            .help(match alone {
                true => format!(
                    "write `to={tenant}` there, or `to={}` for this workload alone",
                    from.path
                ),
                false => format!("write `to={tenant}` there"),
            });
    }
    if let Some(offer) = meant {
        let port = named(to, offer.port);
        return finding
            .also(
                offer.spec.meta.span,
                format!("port {port} is what is offered"),
            )
            .help(format!(
                "write `port={port}`, or ask the owner for `{line}` in workload `{}`",
                to.path
            ));
    }
    finding
        .missing_in(
            to.spec.meta.span,
            format!("the other half is missing below: `{line}`"),
        )
        .help(match alone {
            true => format!(
                "ask the owner for `{line}` in workload `{}`, or `to={tenant}` for all of the tenant's",
                to.path
            ),
            false => format!("ask the owner for `{line}` in workload `{}`", to.path),
        })
        .suggest(
            match alone {
                true => format!("offer it to `{}`", from.path),
                false => format!("offer it to tenant `{tenant}`"),
            },
            vec![Change::AddChild(to.spec.meta.span, line.to_owned())],
        )
}

/// Nobody of those to whom it is offered connects.
pub fn offer_unanswered(estate: &Estate, owner: &Workload, offer: &Offer) -> Diagnostic {
    let port = named(owner, offer.port);
    let line = format!("connect {} port={port}", owner.path);
    let finding = |to: String| {
        Diagnostic::new(
            &OFFER_UNANSWERED,
            offer.spec.meta.span,
            format!("`{}` offers port {port} to {to}", owner.path),
        )
        .label("one half of a flow between tenants")
        .why(TWO_HALVES)
    };
    match offer.to {
        OfferTo::Tenant(to) if to.to == owner.tenant => {
            finding(format!("tenant `{}`, its own", estate.tenants[to.to].name.value))
                .help("within a tenant `connect` alone opens a flow: take the `offer` away, or write the tenant that is meant")
        }
        OfferTo::Workload(to) => {
            let caller = &estate.workloads[to.to];
            let block = caller.spec.meta.span;
            finding(format!("`{}`, which does not connect to it", caller.path))
                .missing_in(block, format!("the other half is missing below: `{line}`"))
                .help(format!(
                    "write `{line}` in workload `{}`, or take the `offer` away",
                    caller.path
                ))
                .suggest(
                    format!("connect `{}` to it", caller.path),
                    vec![Change::AddChild(block, line)],
                )
        }
        OfferTo::Tenant(to) => {
            let tenant = &estate.tenants[to.to];
            finding(format!(
                "tenant `{}`, of which nobody connects to it",
                tenant.name.value
            ))
            .also(
                tenant.spec.meta.span,
                format!("the other half is missing in a workload of this tenant: `{line}`"),
            )
            .help(format!(
                "write `{line}` in the workload of `{}` that calls it, or take the `offer` away",
                tenant.name.value
            ))
        }
    }
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
    let port = connect
        .ports
        .first()
        .map_or_else(String::new, |port| named(to, *port));
    Diagnostic::new(
        &CONNECTION_NOT_EXPOSED,
        connect.spec.meta.span,
        format!("`{}` in cluster `{ours}` connects to `{}` in cluster `{theirs}` on port {}, which is not exposed there", from.path, to.path, numbers(&connect.ports)),
    )
    .label("leaves its cluster")
    .missing_in(to.spec.meta.span, format!("nothing leads in here: `expose {port}`"))
    .why("a selector reaches no further than its own cluster, so such a flow goes through an `expose`")
    .help(format!("in workload `{}` add `expose {port}`, with the `host` or `ip` that it answers under", to.path))
}

/// The port is exposed, and nobody knows where.
pub fn edge_unknown(
    estate: &Estate,
    from: &Workload,
    to: &Workload,
    connect: &Connect,
    expose: &Expose,
) -> Diagnostic {
    let (ours, theirs) = (
        &estate.clusters[from.cluster].name.value,
        &estate.clusters[to.cluster].name.value,
    );
    let help = match (expose.spec.via.value, &expose.spec.host) {
        (Via::NodePort, _) => {
            "the port of the nodes is chosen by the cluster: use `via=load-balancer` with an `ip`"
                .to_owned()
        }
        (Via::Direct, _) => {
            "give the interface a network with a `cidr`, or write `ip=` at the `expose`".to_owned()
        }
        (_, Some(host)) => format!(
            "write `ip=` at the `expose`, or `network-plan {{ gateway-pool CIDR; }}` in cluster `{theirs}`; `{host}` alone is enough where cluster `{ours}` has `cni cilium`",
            host = host.value
        ),
        (_, None) => format!(
            "write `ip=` at the `expose`, or `network-plan {{ gateway-pool CIDR; }}` in cluster `{theirs}`"
        ),
    };
    Diagnostic::new(
        &EDGE_UNKNOWN,
        connect.spec.meta.span,
        format!("`{}` in cluster `{ours}` connects to `{}` in cluster `{theirs}`, and nobody says at which address that answers", from.path, to.path),
    )
    .label("to which address?")
    .also(expose.spec.meta.span, "exposed here")
    .why("a policy names whom it lets out to; without an address only a way to everywhere would do")
    .help(help)
}
