//! A variable with two sources, or with one that there is not.

use super::companions::variables;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest},
    model::Backend,
    schema::kinds::Var,
};

declare_rule! { pub RULE = "variable-unclear", Platform, Error, "a variable without one source, or with a name that the cluster refuses", include_str!("variable_unclear.md"); refused_by = ApiServer }

/// The fields of a pod that a variable can be (`validateObjectFieldSelector`).
const FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// The first Kubernetes 1.x that takes names with a digit in front: there
/// `RelaxedEnvironmentVariableValidation` is on by default.
const RELAXED: u64 = 32;

/// Reports each variable of containers on Kubernetes.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Backend::Kubernetes(version) = &subject.estate.clusters[workload.cluster].backend else {
            continue;
        };
        if workload.vm().is_some() {
            continue;
        }
        for (whose, var) in variables(workload) {
            let found = sources(&whose, var)
                .or_else(|| field(subject, &whose, var))
                .or_else(|| {
                    let strict = version.value.major() == 1 && version.value.minor() < RELAXED;
                    digit(subject, &whose, var).filter(|_| strict)
                });
            findings.extend(found);
        }
    }
}

/// None or several of the places that a value can come from.
fn sources(whose: &str, var: &Var) -> Option<Diagnostic> {
    let named = [
        ("a value", var.value.is_some()),
        ("a secret", var.secret.is_some()),
        ("a config", var.config.is_some()),
        ("a field", var.field.is_some()),
    ];
    let named: Vec<&str> = named.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
    let name = &var.name.value;
    let finding = |message: String, label: &str| Diagnostic::new(&RULE, var.meta.span, message).label(label.to_owned());
    match named.as_slice() {
        [_] if var.key.is_some() && var.secret.is_none() && var.config.is_none() => Some(
            finding(format!("the variable `{name}` of {whose} has a `key` and nothing that it is a key of"), "a key of what?")
                .help("name the `secret=` or `config=`, or leave `key` out"),
        ),
        [_] => None,
        [] => Some(
            finding(format!("the variable `{name}` of {whose} has no value"), "no value")
                .help(format!("write `var {name} VALUE`, or where it comes from: `secret=NAME key=KEY`")),
        ),
        several => Some(
            finding(format!("the variable `{name}` of {whose} has {}", crate::diag::words::and(several)), "which one?")
                .why("only one can be meant; the API server refuses a variable with two")
                .help("keep one of them"),
        ),
    }
}

/// A field that no variable can be.
fn field(subject: &Subject<'_>, whose: &str, var: &Var) -> Option<Diagnostic> {
    let field = var.field.as_ref()?;
    let text = &*field.value;
    let of_key = |map: &str| text.strip_prefix(map).and_then(|rest| rest.strip_prefix("['")?.strip_suffix("']")).is_some_and(|key| !key.is_empty());
    if FIELDS.contains(&text) || of_key("metadata.labels") || of_key("metadata.annotations") {
        return None;
    }
    let message = format!("the variable `{}` of {whose} is the field `{text}`, which a variable cannot be", var.name.value);
    let span = subject.estate.span(field.origin);
    let finding = Diagnostic::new(&RULE, span, message).label("no field for variables");
    Some(match nearest(text, FIELDS.iter().copied()) {
        Some(near) => finding
            .help(format!("did you mean `{near}`?"))
            .suggest(format!("write `{near}`"), vec![(span, format!("\"{near}\""))]),
        None => finding.help(format!("it may be {}, or `metadata.labels['KEY']`", FIELDS.join(", "))),
    })
}

/// A digit in front.
fn digit(subject: &Subject<'_>, whose: &str, var: &Var) -> Option<Diagnostic> {
    let name = &var.name.value;
    name.as_str().starts_with(|c: char| c.is_ascii_digit()).then(|| {
        let message = format!("the variable `{name}` of {whose} begins with a digit");
        Diagnostic::new(&RULE, subject.estate.span(var.name.origin), message)
            .label("begins with a digit")
            .why(format!("before 1.{RELAXED} the API server takes no such name, and no shell reads one"))
            .help(format!("call it `_{name}`"))
    })
}
