//! A workload, or the ground itself, asks for what no backend of its cluster can do.

use std::collections::BTreeMap;

use crate::{
    check::{Subject, features},
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Backend, Cluster, Id},
    target::{Capability, OutOfWindow, Support, Target},
};

declare_rule! { pub RULE = "unsupported-feature", Platform, Error, "a feature that the cluster's backend lacks", include_str!("unsupported_feature.md") }

/// Why plain machines can nothing.
const BARE: &str = "plain machines are set up by Ansible, and nothing else of an estate is made on them";

/// A backend of the cluster and its row for what is asked.
type Row<'a> = (&'a dyn Target, Option<&'a Capability>);

/// Reports each such feature at the line that asks for it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (id, cluster) in subject.estate.clusters.iter() {
        // By feature: few are asked for by many.
        let mut lacking: BTreeMap<&str, Option<Vec<Row<'_>>>> = BTreeMap::new();
        for ask in subject.platform.asked(id) {
            let rows = lacking.entry(ask.feature);
            let rows = rows.or_insert_with_key(|it| unless_one_can(subject, id, cluster, it));
            if let Some(rows) = rows {
                findings.push(finding(subject, ask, id, cluster, rows));
            }
        }
    }
}

/// What the backends of a cluster say of a feature, if none of them can.
fn unless_one_can<'a>(subject: &Subject<'a>, id: Id<Cluster>, cluster: &Cluster, feature: &str) -> Option<Vec<Row<'a>>> {
    let serving = subject.targets.iter().filter(|target| target.serves(cluster));
    let rows: Vec<Row<'_>> = serving.map(|target| (*target, target.capabilities().get(feature))).collect();
    let can = |row: &Capability| !is_none(row) && out(subject, id, cluster, row).is_none();
    (!rows.iter().any(|(_, row)| row.is_some_and(can))).then_some(rows)
}

fn is_none(row: &Capability) -> bool {
    matches!(row.support, Support::None(_))
}

/// The bound of a row that the versions of a cluster do not meet.
fn out<'r>(subject: &Subject<'_>, id: Id<Cluster>, cluster: &Cluster, row: &'r Capability) -> Option<OutOfWindow<'r>> {
    row.out_of_window(|component| match component {
        None => cluster.backend.version().map(|version| version.value.clone()),
        Some(name) => subject.platform.version(id, name),
    })
}

fn finding(subject: &Subject<'_>, ask: &features::Ask, id: Id<Cluster>, cluster: &Cluster, rows: &[Row<'_>]) -> Diagnostic {
    let late = rows.iter().find_map(|(target, row)| {
        let row = row.filter(|row| !is_none(row))?;
        Some((*target, out(subject, id, cluster, row)?))
    });
    match late {
        Some((target, out)) => of_version(subject, ask, id, cluster, target, &out),
        None => of_backend(subject, ask, cluster, rows),
    }
}

/// The backend can, and its version cannot.
fn of_version(subject: &Subject<'_>, ask: &features::Ask, id: Id<Cluster>, cluster: &Cluster, target: &dyn Target, out: &OutOfWindow<'_>) -> Diagnostic {
    let software = out.bound.component.as_deref().unwrap_or(cluster.backend.name());
    let version = &out.bound.version;
    let (window, run) = match out.too_old {
        true => (format!("from {version} on"), format!("run {software} {version} or later")),
        false => (format!("before {version} only"), format!("run {software} older than {version}")),
    };
    let message = format!(
        "{} asks for {}, which {software} has {window}; cluster `{}` runs {}",
        ask.by,
        ask.what,
        cluster.name.value,
        out.runs
    );
    let at = match &out.bound.component {
        None => cluster.backend.version().map(|version| version.origin),
        Some(name) => subject.platform.get(id, name).and_then(|component| Some(component.version.as_ref()?.origin)),
    };
    let mut finding = Diagnostic::new(&RULE, subject.estate.span(ask.origin), message).label(format!("asks for {}", ask.what));
    if let Some(at) = at {
        finding = finding.also(subject.estate.span(at), format!("{software} {}", out.runs));
    }
    let others = able(subject, ask.feature, &[target.name()]);
    finding
        .why("a version without it refuses the field or the kind, or drops it without a word")
        .help(match others.as_slice() {
            [] => format!("{run}, or leave it out"),
            others => format!("{run}, or leave it out; {} can too", words::and(others)),
        })
}

/// No version of any backend of the cluster can.
fn of_backend(subject: &Subject<'_>, ask: &features::Ask, cluster: &Cluster, rows: &[Row<'_>]) -> Diagnostic {
    let span = subject.estate.span(ask.origin);
    let backend = cluster.backend.name();
    let version = cluster.backend.version().map_or_else(String::new, |version| format!(" {}", version.value));
    let message = format!("{} asks for {}, which cluster `{}` ({backend}{version}) cannot give", ask.by, ask.what, cluster.name.value);
    let mut finding = Diagnostic::new(&RULE, span, message).label(format!("asks for {}", ask.what));
    let why = rows.iter().find_map(|(target, row)| match row {
        Some(Capability { support: Support::None(why), .. }) => Some(format!("{}: {why}", target.name())),
        _ => None,
    });
    let bare = || matches!(cluster.backend, Backend::Hosts).then(|| BARE.to_owned());
    if let Some(why) = why.or_else(bare) {
        finding = finding.why(why);
    }
    match able(subject, ask.feature, &[]).as_slice() {
        [] => finding.help("no backend of this version can: leave it out"),
        able => finding.help(format!("{} can: put the workload on a pool of such a cluster, or leave this out", able.join(", "))),
    }
}

/// The targets that can in some version, without some.
fn able<'s>(subject: &Subject<'s>, feature: &str, without: &[&str]) -> Vec<&'s str> {
    let can = |target: &&&dyn Target| target.capabilities().get(feature).is_some_and(|row| !is_none(row));
    let targets = subject.targets.iter().filter(can).map(|target| target.name());
    targets.filter(|name| !without.contains(name)).collect()
}
