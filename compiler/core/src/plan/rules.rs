//! What can go wrong with the order. All of these are defects of the compiler.

use crate::{
    diag::{Diagnostic, rule_set},
    emit::objects::{Body, KubeId, Object, Objects},
    origin::Origins,
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    UNORDERED_OUTPUT = "unordered-output", Output, Error, "emitted objects that cannot be put in an order: a defect of the compiler", include_str!("pages/unordered-output.md");
}

fn at(object: &Object, origins: &Origins, message: String) -> Diagnostic {
    let finding = match origins.span(object.origin) {
        Some(span) => Diagnostic::new(&UNORDERED_OUTPUT, span, message),
        None => Diagnostic::nowhere(&UNORDERED_OUTPUT, message),
    };
    finding.why("this is a defect of tenantry, not of the estate: please report it with the spec")
}

/// Two objects with one identity.
pub fn twice(id: &KubeId, object: &Object, first: &Object, origins: &Origins) -> Diagnostic {
    at(
        object,
        origins,
        format!(
            "{id} is emitted twice: for {} by {} and for {} by {}",
            first.spec_path, first.target, object.spec_path, object.target
        ),
    )
}

/// A need that nothing meets.
pub fn unmet(need: &str, object: &Object, origins: &Origins) -> Diagnostic {
    at(
        object,
        origins,
        format!(
            "what is emitted for {} needs {need}, which nothing provides",
            object.spec_path
        ),
    )
}

/// Objects that wait for each other.
pub fn circle(objects: &Objects, members: &[usize]) -> Diagnostic {
    let names: Vec<String> = members
        .iter()
        .filter_map(|at| objects.iter().nth(*at))
        .map(|object| match &object.body {
            Body::Kube { id, .. } => id.to_string(),
            Body::File { path, .. } => path.as_str().to_owned(),
        })
        .collect();
    Diagnostic::nowhere(
        &UNORDERED_OUTPUT,
        format!("these objects wait for each other: {}", names.join(" → ")),
    )
    .why("this is a defect of tenantry, not of the estate: please report it with the spec")
}
