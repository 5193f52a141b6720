//! A mount that no container can have.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    schema::kinds::Mount,
};

declare_rule! { pub RULE = "mount-impossible", Storage, Error, "a mount without one source, one path from the root, and a place of its own", include_str!("mount_impossible.md") }

/// What a `mount` mounts.
const SOURCES: &str = "`volume`, `config`, `secret`, `disk` and `host-path`";

/// Reports each mount of the main container that is no mount of one thing at one place.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let mut taken = BTreeMap::new();
        for disk in &workload.spec.disk {
            if let Some(path) = &disk.mount {
                let span = subject.estate.span(path.origin);
                let path = path.value.to_string();
                findings.extend(place(workload, &mut taken, path, span));
            }
        }
        for mount in &workload.spec.mount {
            findings.extend(source(workload, mount));
            let span = subject.estate.span(mount.path.origin);
            let path = mount.path.value.to_string();
            if path.starts_with('/') {
                findings.extend(place(workload, &mut taken, path, span));
            } else {
                findings.push(
                    Diagnostic::new(
                        &RULE,
                        span,
                        format!("`{}` mounts something at `{path}`, which does not begin at the root", workload.path),
                    )
                    .label("no `/` before it")
                    .help(format!("write \"/{path}\"")),
                );
            }
        }
    }
}

/// None or several of what can be mounted.
fn source(workload: &Workload, mount: &Mount) -> Option<Diagnostic> {
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
    let message = format!("`{}` mounts {what} at `{}`", workload.path, mount.path.value);
    Some(
        Diagnostic::new(&RULE, mount.meta.span, message)
            .label("mounts what?")
            .help(format!("write one of {SOURCES}")),
    )
}

/// A place where something else is mounted already.
fn place(
    workload: &Workload,
    taken: &mut BTreeMap<String, Span>,
    path: String,
    span: Span,
) -> Option<Diagnostic> {
    let message = format!("`{}` mounts two things at `{path}`", workload.path);
    let first = taken.insert(path, span)?;
    Some(
        Diagnostic::new(&RULE, span, message)
            .label("the second")
            .also(first, "the first")
            .why("the one would hide the other, and the API server refuses it")
            .help("give each a path of its own"),
    )
}
