//! Two declarations of the spec that become one object. Names of objects are made of names of the
//! spec, so that two of these can meet: `web` that exposes `http`, and a workload `web-http`.

use std::collections::BTreeSet;

use crate::{
    diag::{Diagnostic, Findings, rule_set},
    emit::objects::{Body, KubeId, Object, Owner},
    origin::Origins,
};

rule_set! {
    /// The rules about names of objects.
    pub RULES;
    OBJECT_NAME_TAKEN = "object-name-taken", Output, Error, "two declarations that become one object of the cluster", include_str!("pages/object-name-taken.md");
}

/// Whether the spec is to blame that two objects are one: they are of two declarations of its
/// tenants. What is written out under `raw` was told before.
pub(super) fn is_of_the_spec(object: &Object, first: &Object) -> bool {
    let is_tenants = |object: &Object| match &object.body {
        Body::Kube { owner, .. } => matches!(owner, Owner::Tenant(_)),
        Body::File { .. } => false,
    };
    is_tenants(object) && is_tenants(first) && object.spec_path != first.spec_path
}

/// Two declarations may meet in objects of several kinds, which is one mistake.
#[derive(Default)]
pub(super) struct Told<'o>(BTreeSet<(&'o str, &'o str)>);

impl<'o> Told<'o> {
    pub(super) fn tell(
        &mut self,
        id: &KubeId,
        (object, first): (&'o Object, &'o Object),
        findings: &mut Findings,
        origins: &Origins,
    ) {
        if self.0.insert((&first.spec_path, &object.spec_path)) {
            findings.push(taken(id, object, first, origins));
        }
    }
}

fn taken(id: &KubeId, object: &Object, first: &Object, origins: &Origins) -> Diagnostic {
    let message = format!(
        "`{}` and `{}` both make {id}",
        first.spec_path, object.spec_path
    );
    let finding = match origins.span(object.origin) {
        Some(span) => Diagnostic::new(&OBJECT_NAME_TAKEN, span, message).label("the second"),
        None => Diagnostic::nowhere(&OBJECT_NAME_TAKEN, message),
    };
    let finding = match origins.span(first.origin) {
        Some(span) => finding.also(span, "the first"),
        None => finding,
    };
    finding
        .why("a namespace has each name once for a kind: whichever is applied last would take the other's place")
        .help("give one of them another name: what is exposed is called after the workload and its port, or after that and the host")
}
