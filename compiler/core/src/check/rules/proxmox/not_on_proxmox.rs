//! Something is asked for that the server's API has no word for. It is said, so that nothing asked
//! for is left out in silence.

use super::{ground, guest};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Backend,
    origin::OriginId,
};

declare_rule! { pub RULE = "not-on-proxmox", Platform, Error, "something that Proxmox VE has no means for", include_str!("not_on_proxmox.md") }

/// One thing that is asked for.
pub(super) struct Gap {
    /// The line.
    pub(super) origin: OriginId,
    /// The thing: "variables of the environment".
    pub(super) what: String,
    /// Why it cannot be.
    pub(super) why: &'static str,
    /// What to write instead.
    pub(super) help: &'static str,
}

impl Gap {
    pub(super) fn new(
        origin: OriginId,
        what: impl Into<String>,
        why: &'static str,
        help: &'static str,
    ) -> Self {
        Self {
            origin,
            what: what.into(),
            why,
            help,
        }
    }
}

/// Looks at every Proxmox cluster and its workloads.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter() {
        if !matches!(cluster.backend, Backend::Proxmox(_)) {
            continue;
        }
        let name = &cluster.name.value;
        let mut report = |by: &str, gap: Gap| {
            let message = format!("{by} asks for {}, which Proxmox VE cannot give", gap.what);
            findings.push(
                Diagnostic::new(&RULE, estate.span(gap.origin), message)
                    .label("not on Proxmox VE")
                    .why(gap.why)
                    .help(gap.help),
            );
        };
        for gap in ground::gaps(estate, id) {
            report(&format!("cluster `{name}`"), gap);
        }
        for (_, workload) in subject
            .whole_workloads()
            .filter(|(_, workload)| workload.cluster == id)
        {
            for gap in guest::gaps(estate, workload) {
                report(&format!("workload `{}`", workload.path), gap);
            }
        }
    }
}
