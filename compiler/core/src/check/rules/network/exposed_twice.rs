//! Two ways in answer under one name.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::Port,
    model::{Cluster, Expose, Id, Workload},
    schema::kinds::AppProtocol,
};

declare_rule! { pub RULE = "exposed-twice", Network, Error, "two ways in under the same host and path, or one of HTTP and one of gRPC under the same host", include_str!("exposed_twice.md") }

/// A way in, and whose it is.
type Way<'e> = (&'e Workload, &'e Expose);

/// Reports the later of two, by the order of the model, with the earlier beside it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    under_a_host(subject, findings);
    for workload in subject.estate.workloads.values() {
        of_one_port(workload, findings);
    }
}

/// What the gateway tells apart by hosts, of all workloads.
fn under_a_host(subject: &Subject<'_>, findings: &mut Findings) {
    let mut taken: BTreeMap<(Id<Cluster>, &str, &str), Way<'_>> = BTreeMap::new();
    let mut spoken: BTreeMap<(Id<Cluster>, &str, bool), (AppProtocol, Way<'_>)> = BTreeMap::new();
    for workload in subject.estate.workloads.values() {
        for expose in workload.exposes.iter().filter(|expose| expose.through_gateway()) {
            let Some(host) = expose.spec.host.as_ref().map(|host| host.value.as_str()) else { continue };
            let path = expose.spec.path.as_ref().map_or("/", |path| path.value.as_str());
            let way = (workload, expose);
            if let Some(first) = taken.insert((workload.cluster, host, path), way) {
                if !is_told(first, way) {
                    findings.push(same(first, way, &format!("{host}{path}")));
                }
                continue;
            }
            let app = workload.app(expose).unwrap_or(AppProtocol::Http);
            if app == AppProtocol::Tls {
                continue;
            }
            let listener = (workload.cluster, host, expose.spec.tls.value);
            let (other, first) = *spoken.entry(listener).or_insert((app, way));
            if other != app {
                findings.push(mixed(first, way, host));
            }
        }
    }
}

/// A port, how it is reached, under which host and below which path.
type Said<'e> = (Port, &'static str, Option<&'e str>, Option<&'e str>);

/// One port by its name and by its number, where no host at the gateway tells of it.
fn of_one_port(workload: &Workload, findings: &mut Findings) {
    let mut taken: BTreeMap<Said<'_>, &Expose> = BTreeMap::new();
    for expose in &workload.exposes {
        let spec = &expose.spec;
        let host = spec.host.as_ref().map(|host| host.value.as_str());
        if host.is_some() && expose.through_gateway() {
            continue;
        }
        let path = spec.path.as_ref().map(|path| path.value.as_str());
        let key = (expose.port, expose.feature(), host, path);
        let Some(first) = taken.insert(key, expose) else { continue };
        if is_told((workload, first), (workload, expose)) {
            continue;
        }
        let message = format!("`{}` exposes port {} twice in one way", workload.path, expose.port.number());
        findings.push(
            Diagnostic::new(&RULE, spec.meta.span, message)
                .label("the second one")
                .also(first.spec.meta.span, "the first one")
                .why("by its name and by its number it is one port: both would lead to the same place")
                .help("keep one of them"),
        );
    }
}

/// The same words twice were told as such.
fn is_told((workload, expose): Way<'_>, (other, second): Way<'_>) -> bool {
    let is_flawed = expose.spec.meta.broken || second.spec.meta.broken;
    workload.path == other.path && is_flawed
}

/// Who is exposed twice, or the two who are.
fn who((first, _): Way<'_>, (second, _): Way<'_>) -> String {
    match first.path == second.path {
        true => format!("`{}` is exposed twice", first.path),
        false => format!("`{}` and `{}` are both exposed", first.path, second.path),
    }
}

fn same(first: Way<'_>, second: Way<'_>, place: &str) -> Diagnostic {
    let message = format!("{} as {place}", who(first, second));
    Diagnostic::new(&RULE, second.1.spec.meta.span, message)
        .label("the second one")
        .also(first.1.spec.meta.span, "the first one")
        .why("the gateway sends everything to one of them, whichever route is older")
        .help("give one of them another `host`, or a `path` of its own")
}

fn mixed(first: Way<'_>, second: Way<'_>, host: &str) -> Diagnostic {
    let message = format!("{} as {host}, by HTTP and by gRPC", who(first, second));
    Diagnostic::new(&RULE, second.1.spec.meta.span, message)
        .label("the second one")
        .also(first.1.spec.meta.span, "the first one")
        .why("a listener of the gateway takes a host's routes of HTTP or those of gRPC, whichever is older, and refuses the other (Gateway API, `GRPCRoute`)")
        .help("give one of them another `host`")
}
