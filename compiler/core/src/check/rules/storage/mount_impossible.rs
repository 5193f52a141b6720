//! A mount that no container can have.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use crate::{
    check::{Subject, rules::kubernetes::companions::companions},
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Workload},
    schema::kinds::{Mount, Writable},
};

declare_rule! { pub RULE = "mount-impossible", Storage, Error, "a mount without one source, one path from the root, and a place of its own", include_str!("mount_impossible.md") }

/// What a `mount` mounts.
const SOURCES: &str = "`volume`, `config`, `secret`, `disk` and `host-path`";

/// Reports each mount of a container that is no mount of one thing at one place.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let span = |path: &crate::origin::V<std::sync::Arc<str>>| (path.value.to_string(), subject.estate.span(path.origin));
        let disks = workload.spec.disk.iter().filter_map(|disk| disk.mount.as_ref());
        let scratch = writable(workload).iter().map(|writable| &writable.path);
        let own: Vec<_> = disks.chain(scratch).map(span).collect();
        let whose = format!("`{}`", workload.path);
        of_container(subject, &whose, own, &workload.spec.mount, findings);
        for beside in companions(workload) {
            let whose = format!("the {} `{}` of `{}`", beside.word, beside.name.value, workload.path);
            of_container(subject, &whose, Vec::new(), beside.mount, findings);
        }
    }
}

fn writable(workload: &Workload) -> &[Writable] {
    match &workload.body {
        Body::Container(run) => &run.writable,
        Body::Job(run) => &run.writable,
        Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => &[],
    }
}

/// One container: the paths that something is mounted at anyway, and its mounts.
fn of_container(subject: &Subject<'_>, whose: &str, own: Vec<(String, Span)>, mounts: &[Mount], findings: &mut Findings) {
    let mut taken = BTreeMap::new();
    findings.extend(mounts.iter().filter_map(|mount| source(whose, mount)));
    let said = mounts.iter().map(|mount| (mount.path.value.to_string(), subject.estate.span(mount.path.origin)));
    for (path, span) in own.into_iter().chain(said) {
        match shape(whose, &path, span) {
            Some(wrong) => findings.push(wrong),
            None => findings.extend(place(whose, &mut taken, path, span)),
        }
    }
}

/// A path that is none, or none to mount at.
fn shape(whose: &str, path: &str, span: Span) -> Option<Diagnostic> {
    let finding = |what: &str, label: &str| {
        Diagnostic::new(&RULE, span, format!("{whose} mounts something at `{path}`, {what}")).label(label.to_owned())
    };
    if !path.starts_with('/') {
        return Some(finding("which does not begin at the root", "no `/` before it").help(format!("write \"/{path}\"")));
    }
    if path.contains(':') {
        return Some(
            finding("which has a `:` in it", "a `:`")
                .why("runtimes separate paths by it, and Kubernetes asks for none in a mount")
                .help("choose a path without it"),
        );
    }
    path.trim_matches('/').is_empty().then(|| {
        finding("which is the root itself", "hides the image")
            .why("nothing of the image would be left to run")
            .help("mount it at a folder")
    })
}

/// None or several of what can be mounted.
fn source(whose: &str, mount: &Mount) -> Option<Diagnostic> {
    let sources = usize::from(mount.volume.is_some())
        + usize::from(mount.config.is_some())
        + usize::from(mount.secret.is_some())
        + usize::from(mount.disk.is_some())
        + usize::from(mount.host_path.is_some());
    let what = match sources {
        1 => return None,
        0 => "nothing",
        _ => "several things",
    };
    let message = format!("{whose} mounts {what} at `{}`", mount.path.value);
    Some(
        Diagnostic::new(&RULE, mount.meta.span, message)
            .label("mounts what?")
            .help(format!("write one of {SOURCES}")),
    )
}

/// A place where something else is mounted already.
fn place(
    whose: &str,
    taken: &mut BTreeMap<String, Span>,
    path: String,
    span: Span,
) -> Option<Diagnostic> {
    let message = format!("{whose} mounts two things at `{path}`");
    let first = taken.insert(path, span)?;
    Some(
        Diagnostic::new(&RULE, span, message)
            .label("the second")
            .also(first, "the first")
            .why("the one would hide the other, and the API server refuses it")
            .help("give each a path of its own"),
    )
}
