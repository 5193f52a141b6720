//! Names of what is emitted, and the limits that backends put on them.

use super::ways::ways;
use crate::{
    diag::{Diagnostic, rule_set},
    model::{Body, Replicas, Workload},
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    NAME_TOO_LONG = "name-too-long", References, Error, "a name from which a longer one is derived than the backend takes", include_str!("pages/name-too-long.md");
    NOT_ENFORCEABLE = "not-enforceable", Platform, Error, "a rule for the cluster that asks for what no object there says", include_str!("pages/not-enforceable.md");
    NO_FREE_ADDRESS = "no-free-address", Network, Error, "a network without a free address for an interface", include_str!("pages/no-free-address.md");
}

/// The prefix of all labels and annotations of ours.
pub const DOMAIN: &str = "tenantry.dev";

/// The label whose value is the workload: what policies select. The estate's own namespaces
/// make it unique, so the value is the workload's name.
pub const WORKLOAD_LABEL: &str = "tenantry.dev/workload";

/// The label whose value is the tenant.
pub const TENANT_LABEL: &str = "tenantry.dev/tenant";

/// The label whose value is the estate.
pub const ESTATE_LABEL: &str = "tenantry.dev/estate";

/// The label of a claim whose value is the disk: by it backups choose.
pub const DISK_LABEL: &str = "tenantry.dev/disk";

/// The annotation whose value is the model path.
pub const PATH_ANNOTATION: &str = "tenantry.dev/path";

/// The most characters of a label, and of what is named like one.
pub(super) const LABEL: usize = 63;

/// The longest name that a workload may have so that everything derived from it fits, and why no
/// longer one does.
///
/// A CronJob's own limit is 52 characters, because its Jobs get 11 more. Everything else keeps to
/// the 63 of a label, with the longest that is put behind the name.
pub fn longest(workload: &Workload) -> (usize, String) {
    match (&workload.body, longest_suffix(workload)) {
        (Body::Job(job), _) if job.schedule.is_some() => (
            52,
            "a CronJob's name has at most 52 characters, because its Jobs get 11 more".to_owned(),
        ),
        (_, Some((suffix, what))) => (
            LABEL - suffix.len().min(LABEL - 1),
            format!("{what} is called NAME{suffix}, and a label has at most {LABEL} characters"),
        ),
        (_, None) => (LABEL, format!("a label has at most {LABEL} characters")),
    }
}

/// The longest that something of the workload has behind its name, and what that is: the last of
/// its replicas, a machine's disk, the service of its replicas' own names, an exposed port.
fn longest_suffix(workload: &Workload) -> Option<(String, &'static str)> {
    let number = match &workload.replicas {
        Replicas::Fixed(count) if workload.spec.replicas.is_some() && workload.has_identity() => {
            format!("-{}", count.value.saturating_sub(1))
        }
        // A pool of machines numbers them itself.
        Replicas::Fixed(count) | Replicas::Scaled { max: count, .. }
            if workload.vm().is_some() && !workload.has_identity() =>
        {
            format!("-{}", count.value.saturating_sub(1))
        }
        _ => String::new(),
    };
    let mut all = Vec::new();
    if workload.vm().is_some() {
        all.extend(workload.disks.iter().map(|disk| {
            let suffix = format!("{number}-{}", disk.spec.name.value);
            (suffix, "its longest disk")
        }));
    }
    let disks = workload.disks.iter().any(|disk| !disk.spec.ephemeral.value);
    let container = matches!(workload.body, Body::Container(_));
    let per_node = matches!(workload.replicas, Replicas::PerNode(_));
    if container && !per_node && (disks || workload.has_identity()) {
        all.push((
            "-0123456789".to_owned(),
            "the revision of its StatefulSet, a label of each pod,",
        ));
    }
    if (!number.is_empty() && workload.has_identity()) || (container && disks) {
        all.push((
            "-peers".to_owned(),
            "the service of its replicas' own names",
        ));
    }
    let ways = ways(workload).into_iter();
    all.extend(ways.map(|(_, way)| (format!("-{way}"), "what exposes its port")));
    all.push((number, "its last replica"));
    all.retain(|(suffix, _)| !suffix.is_empty());
    all.into_iter().max_by_key(|(suffix, _)| suffix.len())
}

/// Reports a workload whose derived names are too long.
pub fn check(workload: &Workload) -> Option<Diagnostic> {
    let (longest, why) = longest(workload);
    let name = workload.name.value.as_str();
    let length = name.len();
    (length > longest).then(|| {
        Diagnostic::new(
            &NAME_TOO_LONG,
            workload.spec.meta.name_span,
            format!("the name `{name}` has {length} characters; here at most {longest} fit"),
        )
        .label("too long")
        .why(why)
        .help("shorten the workload's name")
    })
}
