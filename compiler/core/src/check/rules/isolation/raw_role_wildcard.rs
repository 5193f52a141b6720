//! A role in an object of one's own that gives away everything.

use tenantry_syntax::Span;

use crate::{
    check::{Subject, rules::platform::raw_beyond_scope::everywhere},
    diag::{Diagnostic, Findings, declare_rule},
    emit::NodeRef,
    raw,
};

declare_rule! { pub RULE = "raw-role-wildcard", Isolation, Error, "a role of an object of one's own that gives every right, or the right to take any", include_str!("raw_role_wildcard.md") }

/// Reports the first right of each role that has no bound, and bindings to `cluster-admin`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (home, spec) in everywhere(subject.estate) {
        if !raw::may_be(spec, &["Role"]) {
            continue;
        }
        let Ok(object) = raw::read(spec) else {
            continue;
        };
        let gives = match object.kind.as_str() {
            "Role" | "ClusterRole" => unbounded(&object),
            "RoleBinding" | "ClusterRoleBinding" => {
                let role = object
                    .tree
                    .at("/roleRef/name")
                    .and_then(|name| name.as_str());
                (role == Some("cluster-admin"))
                    .then(|| "gives `cluster-admin`, every right there is".to_owned())
            }
            _ => continue,
        };
        let Some(gives) = gives else { continue };
        let span: Span = match &spec.object {
            Some(text) => subject.estate.span(text.text.origin),
            None => spec.meta.span,
        };
        let message = format!(
            "`raw {}` of {} holds a {} that {gives}",
            spec.name.value, home.what, object.kind
        );
        findings.push(
            Diagnostic::new(&RULE, span, message)
                .label("no bound")
                .why("whoever holds it may read all secrets, start any pod and give itself every other role; one stolen token is then the whole of it")
                .help("list the verbs and resources that are needed, such as `verbs: [get, list, watch]` of `resources: [pods]`"),
        );
    }
}

/// The first rule of a role that stands for everything, or leads to it.
fn unbounded(object: &raw::Object) -> Option<String> {
    let rules = object.tree.at("/rules")?;
    rules.children().find_map(|rule| {
        let has = |list: &str, word: &str| list_of(rule, list).any(|item| item == word);
        if has("verbs", "*") {
            return Some("gives every verb (`verbs: [\"*\"]`)".to_owned());
        }
        if has("resources", "*") {
            return Some("is about every kind (`resources: [\"*\"]`)".to_owned());
        }
        // The API server checks that nobody gives what he has not, unless he has one of these.
        let verb = ["escalate", "bind", "impersonate"]
            .into_iter()
            .find(|verb| has("verbs", verb))?;
        Some(format!(
            "gives the verb `{verb}`, with which one takes any other right"
        ))
    })
}

fn list_of<'t>(rule: NodeRef<'t>, list: &str) -> impl Iterator<Item = &'t str> {
    let list = rule.get(list).into_iter();
    list.flat_map(NodeRef::children).filter_map(NodeRef::as_str)
}
