//! Rules over the model: everything that needs no search.
//!
//! A family is a folder under `rules`; a rule is a page with a function. [`run`] makes
//! [`Checked`], which means "the rules have run", not "no errors": later phases go on without
//! what is tainted, so that capacity and flow errors appear in the same run as a misspelt image.

mod common;
pub mod features;
mod own;
pub mod rules;
mod ssh_key;

use tenantry_syntax::Span;

use crate::{
    close::Platform,
    diag::Findings,
    model::{Estate, Id, Workload},
    origin::{How, OriginId},
    outcome::Outcome,
    par,
    schema::kinds::Vm,
    target::Target,
};

/// What a rule looks at.
pub struct Subject<'a> {
    /// The model.
    pub estate: &'a Estate,
    /// What each cluster runs.
    pub platform: &'a Platform,
    /// The backends.
    pub targets: &'a [&'a dyn Target],
}

impl Subject<'_> {
    /// The workloads of which nothing is broken: rules that need the whole of one look at these.
    pub fn whole_workloads(&self) -> impl Iterator<Item = (Id<Workload>, &Workload)> {
        self.estate
            .workloads
            .iter()
            .filter(|(id, _)| !self.estate.is_tainted(*id))
    }

    /// The virtual machines of which nothing is broken.
    pub fn whole_machines(&self) -> impl Iterator<Item = (&Workload, &Vm)> {
        self.whole_workloads()
            .filter_map(|(_, workload)| Some((workload, workload.vm()?)))
    }

    /// Those of them that KubeVirt runs.
    pub fn kubevirt_machines(&self) -> impl Iterator<Item = (&Workload, &Vm)> {
        self.whole_machines()
            .filter(|(workload, _)| self.estate.clusters[workload.cluster].is_kubernetes())
    }

    /// Where a value stands as itself, for no other node than its own, so that another can be
    /// written in its place. `None` for what was worked out, inherited or left out, and for text
    /// that a call or a row shares with others.
    pub fn rewritable(&self, origin: OriginId) -> Option<Span> {
        self.estate.literal(origin)
    }

    /// Whether the node says a value itself: neither a profile brought it nor the kind's default.
    pub fn is_own(&self, origin: OriginId) -> bool {
        let how = self.estate.origins.get(origin).how;
        !matches!(how, How::Default(_) | How::Profile)
    }

    /// Whether the spec says a value itself, or leaves it to the kind's default.
    pub fn is_said(&self, origin: OriginId) -> bool {
        !matches!(self.estate.origins.get(origin).how, How::Default(_))
    }
}

/// An estate that the rules have seen.
#[derive(Debug)]
pub struct Checked<'a> {
    estate: &'a Estate,
    platform: &'a Platform,
}

impl<'a> Checked<'a> {
    /// The model.
    pub fn estate(&self) -> &'a Estate {
        self.estate
    }

    /// What each cluster runs.
    pub fn platform(&self) -> &'a Platform {
        self.platform
    }
}

/// Runs all rules.
pub fn run<'a>(
    estate: &'a Estate,
    platform: &'a Platform,
    targets: &[&dyn Target],
) -> Outcome<Checked<'a>> {
    let subject = Subject {
        estate,
        platform,
        targets,
    };
    let checks: Vec<_> = rules::checks().collect();
    let found = par::map(&checks, |check| {
        let mut findings = Findings::new();
        check(&subject, &mut findings);
        findings
    });
    let mut findings: Findings = found.into_iter().flatten().collect();
    own::judge(estate, &mut findings);
    Outcome::new(Checked { estate, platform }, findings)
}
