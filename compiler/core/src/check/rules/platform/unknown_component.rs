//! `component` names something that the compiler cannot install.

use crate::{
    check::Subject,
    close::library::{self, COMPONENTS},
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest},
};

declare_rule! { pub RULE = "unknown-component", Platform, Error, "a component that the library does not have", include_str!("unknown_component.md") }

/// Looks at what the spec asks to install; what is there already may bear any name.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, cluster) in subject.estate.clusters.iter() {
        let listed = cluster.spec.platform.iter().flat_map(|platform| &platform.component);
        for component in listed.filter(|component| library::known(component.name.value.as_str()).is_none()) {
            let name = component.name.value.to_string();
            let span = subject.estate.span(component.name.origin);
            let finding = Diagnostic::new(&RULE, span, format!("there is no component `{name}`"))
                .label("unknown")
                .why("it would not be installed, and nothing would say so");
            let near = nearest(&name, COMPONENTS.iter().map(|known| known.name));
            findings.push(match near {
                Some(near) => finding
                    .help(format!("did you mean `{near}`?"))
                    .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]),
                None => finding.help(format!("if it runs there already, write `installed {name}` into the cluster's `facts`")),
            });
        }
    }
}
