//! A config, or the annotations of something, is larger than the API server takes.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::{construct::Meta, kinds::Config},
    units::Bytes,
};

declare_rule! { pub RULE = "config-too-large", Platform, Error, "a config of more than 1 MiB, or annotations of more than 256 KiB", include_str!("config_too_large.md") }

/// The most bytes of a ConfigMap's values (Kubernetes' `MaxSecretSize`, which holds for both).
const CONFIG: u64 = 1 << 20;

/// The most bytes of all annotations of an object, keys included.
const ANNOTATIONS: u64 = 256 << 10;

/// Reports each config, tenant and workload beyond the bounds.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for tenant in estate.tenants.values() {
        for config in &tenant.spec.config {
            let size = size(config);
            if size > CONFIG {
                findings.push(too_large(&format!("config `{}`", config.name.value), &config.meta, size, CONFIG));
            }
        }
        annotations(&format!("tenant `{}`", tenant.name.value), &tenant.spec.meta, findings);
    }
    for workload in estate.workloads.values() {
        annotations(&format!("workload `{}`", workload.path), &workload.spec.meta, findings);
    }
}

fn size(config: &Config) -> u64 {
    let files = config.file.iter().map(|file| file.text.value.0.len());
    let entries = config.entry.iter().map(|entry| entry.value.value.len());
    files.chain(entries).map(|len| len as u64).sum()
}

fn annotations(what: &str, meta: &Meta, findings: &mut Findings) {
    let each = meta.annotations.iter().map(|(key, value)| key.len() + value.value.len());
    let size = each.map(|len| len as u64).sum();
    if size > ANNOTATIONS {
        findings.push(too_large(&format!("the annotations of {what}"), meta, size, ANNOTATIONS));
    }
}

fn too_large(what: &str, meta: &Meta, size: u64, most: u64) -> Diagnostic {
    let verb = if what.starts_with("the ") { "have" } else { "has" };
    let message = format!("{what} {verb} {}, and at most {} fit", Bytes::new(size), Bytes::new(most));
    Diagnostic::new(&RULE, meta.name_span, message)
        .label("too large")
        .why("the API server refuses larger ones, because every watcher and etcd keep a copy")
        .help("put what is large into an image or onto a volume, or split it")
}
