//! Names of what is emitted, and the limits that backends put on them.

use crate::{
    diag::{Diagnostic, Findings, rule_set},
    model::{Body, Estate, Replicas, Workload},
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    NAME_TOO_LONG = "name-too-long", References, Error, "a name from which a longer one is derived than the backend takes", include_str!("pages/name-too-long.md");
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

/// The annotation whose value is the model path.
pub const PATH_ANNOTATION: &str = "tenantry.dev/path";

/// The longest name that a workload may have so that everything derived from it fits.
///
/// A CronJob's own limit is 52 characters, because its Jobs get 11 more. A virtual machine's
/// disks are claims called `<machine>-<disk>`, which stay labels of 63. Everything else keeps to
/// the 63 of a label.
pub fn longest(workload: &Workload) -> (usize, String) {
    let digits = match &workload.replicas {
        Replicas::Fixed(count) if workload.spec.replicas.is_some() && workload.has_identity() => {
            count.value.saturating_sub(1).to_string().len() + 1
        }
        _ => 0,
    };
    match &workload.body {
        Body::Job(job) if job.schedule.is_some() => (
            52,
            "a CronJob's name has at most 52 characters, because its Jobs get 11 more".to_owned(),
        ),
        Body::Vm(..) => {
            let disk = workload
                .disks
                .iter()
                .map(|disk| disk.spec.name.value.as_str().len())
                .max()
                .unwrap_or(0);
            let suffix = digits + disk + 1;
            (
                63 - suffix.min(62),
                format!(
                    "its longest disk is called NAME plus {suffix} characters, and a label has at most 63"
                ),
            )
        }
        _ => (63 - digits, "a label has at most 63 characters".to_owned()),
    }
}

/// Reports a workload whose derived names are too long.
pub fn check(_: &Estate, workload: &Workload, findings: &mut Findings) {
    let (longest, why) = longest(workload);
    let name = workload.name.value.as_str();
    if name.len() > longest {
        findings.push(
            Diagnostic::new(
                &NAME_TOO_LONG,
                workload.spec.meta.name_span,
                format!(
                    "the name `{name}` has {} characters; here at most {longest} fit",
                    name.len()
                ),
            )
            .label("too long")
            .why(why)
            .help("shorten the workload's name"),
        );
    }
}
