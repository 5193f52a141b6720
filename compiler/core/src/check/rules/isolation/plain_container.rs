//! A container on the host's kernel, of a tenant that promises more than that.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Workload},
    origin::OriginId,
    schema::kinds::{Isolation, Sandbox},
};

declare_rule! { pub RULE = "plain-container", Isolation, Error, "a container that is held apart less than its tenant's isolation says", include_str!("plain_container.md") }

/// Reports each container, job and system container that shares more than the level allows.
/// From `dedicated-nodes` on a tenant's nodes are its own, and what runs there is its business.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        let tenant = &estate.tenants[workload.tenant];
        let level = &tenant.spec.isolation;
        let Some((shares, origin)) = shares(workload) else {
            continue;
        };
        let (refused, needs) = match (level.value, shares) {
            (Isolation::Sandbox, Shares::HostKernel) => (true, "sandbox=gvisor` or `sandbox=kata"),
            (Isolation::Vm, Shares::HostKernel | Shares::UserSpaceKernel) => (true, "sandbox=kata"),
            _ => (false, ""),
        };
        if !refused {
            continue;
        }
        let message = format!(
            "tenant `{}` is kept apart by `isolation={}`, and `{}` {}",
            tenant.name.value,
            level.value,
            workload.path,
            shares.what()
        );
        let help = match workload.body {
            Body::Lxc(_) => "make it a `vm`".to_owned(),
            _ => format!("add `{needs}`, or make it a `vm`"),
        };
        findings.push(
            Diagnostic::new(&RULE, estate.span(origin), message)
                .label("held apart less than that")
                .also(estate.span(level.origin), "the tenant's level")
                .why("one hole in that kernel leads to every tenant of the node")
                .help(help),
        );
    }
}

/// What a container has in common with its neighbours.
#[derive(Clone, Copy)]
enum Shares {
    HostKernel,
    UserSpaceKernel,
}

impl Shares {
    fn what(self) -> &'static str {
        match self {
            Self::HostKernel => "shares the kernel of its node",
            Self::UserSpaceKernel => "has no virtual machine of its own",
        }
    }
}

/// `None` where a virtual machine stands between.
fn shares(workload: &Workload) -> Option<(Shares, OriginId)> {
    let sandbox = match &workload.body {
        Body::Vm(..) | Body::Chart(_) => return None,
        Body::Lxc(lxc) => return Some((Shares::HostKernel, lxc.meta.origin)),
        Body::Container(container) => &container.sandbox,
        Body::Job(job) => &job.sandbox,
    };
    match sandbox.value {
        Sandbox::None => Some((Shares::HostKernel, sandbox.origin)),
        Sandbox::Gvisor => Some((Shares::UserSpaceKernel, sandbox.origin)),
        Sandbox::Kata | Sandbox::KataClh | Sandbox::KataFc | Sandbox::KataGpu | Sandbox::KataSnp | Sandbox::KataTdx => None,
    }
}
