//! Where an object says what a workload of the spec says.

use tenantry_core::{cel::Value, lower::names::TENANT_LABEL};

use super::code::{Code, Term, quoted};

/// The sorts of objects that workloads are: each has its pods' template at another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// What runs until it is stopped.
    Service,
    /// What ends.
    Job,
    /// What is started at times, and ends.
    CronJob,
}

impl Sort {
    pub(super) const ALL: [Self; 3] = [Self::Service, Self::Job, Self::CronJob];

    /// What stands behind the name of the rule in the policy's.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Service => "apps",
            Self::Job => "jobs",
            Self::CronJob => "cronjobs",
        }
    }

    /// The API group, and the resources of it.
    pub(super) fn resources(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Service => ("apps", &["deployments", "statefulsets", "daemonsets"]),
            Self::Job => ("batch", &["jobs"]),
            Self::CronJob => ("batch", &["cronjobs"]),
        }
    }

    /// The spec of its pods.
    pub(super) fn pod(self) -> &'static str {
        match self {
            Self::Service | Self::Job => "object.spec.template.spec",
            Self::CronJob => "object.spec.jobTemplate.spec.template.spec",
        }
    }

    /// The node of the spec that it is made from.
    fn body(self) -> &'static str {
        match self {
            Self::Service => "container",
            Self::Job | Self::CronJob => "job",
        }
    }
}

/// The nodes that say what a workload is.
const BODIES: [&str; 5] = ["container", "job", "vm", "lxc", "chart"];

/// What the object says of a field, its names from the variable on; none where it does not.
/// `container` is what its container is called there.
pub(super) fn find(sort: Sort, container: &str, names: &[&str]) -> Option<Term> {
    let code = |text: &str| Some(Term::Code(Code::whole(text)));
    match names {
        ["workload", "name"] => code("object.metadata.name"),
        ["tenant", "name"] | ["workload", "tenant", "name"] => {
            let label = quoted(TENANT_LABEL);
            code(&format!("namespaceObject.metadata.labels[{label}]"))
        }
        ["workload", tags @ ("labels" | "annotations")] => {
            Some(Term::Map(guarded(&format!("object.metadata.{tags}"))))
        }
        ["workload", body] if BODIES.contains(body) => Some(if *body == sort.body() {
            Term::There
        } else {
            Term::NULL
        }),
        ["workload", body, ..] if BODIES.contains(body) && *body != sort.body() => Some(Term::NULL),
        ["workload", _, "image"] if is_body(names) => code(&format!("{container}.image")),
        ["workload", _, "uid"] if is_body(names) => Some(Term::Code(deep(
            "variables.pod",
            &["securityContext", "runAsUser"],
        ))),
        ["workload", _, "read_only_root"] if is_body(names) => Some(Term::Code(deep(
            container,
            &["securityContext", "readOnlyRootFilesystem"],
        ))),
        ["workload", _, "service_account_token"] if is_body(names) => Some(Term::Code(guarded(
            "variables.pod.automountServiceAccountToken",
        ))),
        ["workload", "memory", "size"] => Some(Term::Code(requested(container, "memory"))),
        ["workload", "cpu", "request"] => Some(Term::Code(requested(container, "cpu"))),
        ["workload", "replicas", "count"] if sort == Sort::Service => {
            // A halted workload has none, whatever it has when it runs.
            let count = "object.spec.replicas";
            let runs = format!("{count} > 0");
            Some(Term::Code(guarded(count).guarded([runs])))
        }
        // How many pods a job has, it says itself.
        ["workload", "replicas", "count"] => Some(Term::NULL),
        _ => None,
    }
}

fn is_body(names: &[&str]) -> bool {
    names.get(1).is_some_and(|body| BODIES.contains(body))
}

/// An optional field.
fn guarded(text: &str) -> Code {
    Code::whole(text).guarded([format!("has({text})")])
}

/// An optional field of optional ones.
fn deep(of: &str, path: &[&str]) -> Code {
    let mut text = of.to_owned();
    let mut guards = Vec::new();
    for name in path {
        text = format!("{text}.{name}");
        guards.push(format!("has({text})"));
    }
    Code::whole(text).guarded(guards)
}

/// What a container asks of its node.
fn requested(container: &str, resource: &str) -> Code {
    let code = deep(container, &["resources", "requests", resource]);
    Code {
        amount: true,
        ..code
    }
}

/// What a map of the object has under a key.
pub(super) fn entry(map: &Code, key: &Term) -> Option<Code> {
    let (key, guards) = match key {
        Term::Known(Value::Str(key)) => (quoted(key), Vec::new()),
        Term::Code(code) if !code.amount => (code.text.clone(), code.guards.clone()),
        _ => return None,
    };
    let there = format!("{key} in {}", map.text);
    let guards = map.guards.iter().cloned().chain(guards).chain([there]);
    Some(Code::whole(format!("{}[{key}]", map.text)).guarded(guards))
}
