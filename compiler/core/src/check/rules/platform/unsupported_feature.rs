//! A workload, or the ground itself, asks for what no backend of its cluster can do.

use crate::{
    check::{Subject, features},
    diag::{Diagnostic, Findings, declare_rule},
    model::{Backend, Cluster},
    target::{Capability, Support, Target},
};

declare_rule! { pub RULE = "unsupported-feature", Platform, Error, "a feature that the cluster's backend lacks", include_str!("unsupported_feature.md") }

/// Why plain machines can nothing.
const BARE: &str = "plain machines are set up by Ansible, and nothing else of an estate is made on them";

/// Reports each such feature at the line that asks for it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (id, cluster) in subject.estate.clusters.iter() {
        for ask in features::asked(subject.estate, id) {
            let rows: Vec<(&dyn Target, Option<&Capability>)> = subject
                .targets
                .iter()
                .filter(|target| target.serves(cluster))
                .map(|target| (*target, target.capabilities().get(ask.feature)))
                .collect();
            if !rows.iter().any(|(_, row)| row.is_some_and(|row| can(row, cluster))) {
                findings.push(finding(subject, &ask, cluster, &rows));
            }
        }
    }
}

/// Whether a row grants the feature in a cluster of this version.
fn can(row: &Capability, cluster: &Cluster) -> bool {
    let version = cluster.backend.version();
    let old = row.since.as_ref().is_some_and(|since| version.is_some_and(|version| version.value < *since));
    !old && !matches!(row.support, Support::None(_))
}

fn finding(subject: &Subject<'_>, ask: &features::Ask, cluster: &Cluster, rows: &[(&dyn Target, Option<&Capability>)]) -> Diagnostic {
    let span = subject.estate.span(ask.origin);
    let backend = cluster.backend.name();
    let version = cluster.backend.version().map_or_else(String::new, |version| format!(" {}", version.value));
    let message = format!("{} asks for {}, which cluster `{}` ({backend}{version}) cannot give", ask.by, ask.what, cluster.name.value);
    let mut finding = Diagnostic::new(&RULE, span, message).label(format!("asks for {}", ask.what));
    let why = rows.iter().find_map(|(target, row)| match row {
        Some(Capability { support: Support::None(why), .. }) => Some(format!("{}: {why}", target.name())),
        Some(Capability { since: Some(since), .. }) => Some(format!("{} can from {since} on; the cluster has{version}", target.name())),
        _ => None,
    });
    let bare = || matches!(cluster.backend, Backend::Hosts).then(|| BARE.to_owned());
    if let Some(why) = why.or_else(bare) {
        finding = finding.why(why);
    }
    let able: Vec<&str> = subject
        .targets
        .iter()
        .filter(|target| target.capabilities().get(ask.feature).is_some_and(|row| !matches!(row.support, Support::None(_))))
        .map(|target| target.name())
        .collect();
    match able.as_slice() {
        [] => finding.help("no backend of this version can: leave it out"),
        able => finding.help(format!("{} can: put the workload on a pool of such a cluster, or leave this out", able.join(", "))),
    }
}
