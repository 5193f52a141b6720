//! What must be in the cluster and no release here installs: each with its version, what it
//! brings and where it comes from, so that whoever applies the output knows it beforehand.

use tenantry_core::{
    close::{
        Component, Source,
        library::{self, Install},
    },
    emit::Tree,
};

use super::values::Context;

/// Writes the list; none where nothing is missing.
pub(crate) fn write(cx: &Context<'_>) -> Option<Tree> {
    let components: Vec<_> = cx
        .platform
        .components(cx.id)
        .filter_map(|(name, component)| Some((name, component, how(name, component)?)))
        .collect();
    if components.is_empty() {
        return None;
    }
    let mut tree = Tree::map();
    let mut root = tree.root_mut();
    let mut list = root.list("requirements");
    for (name, component, how) in components {
        let mut entry = list.push_map();
        entry.mark(component.origin());
        entry.set("component", name);
        if let Some(version) = &component.version {
            entry
                .set("version", &version.value.to_string())
                .mark(version.origin);
        }
        if let Some(known) = library::known(name) {
            entry.set("brings", known.brings);
        }
        entry.set("install", &how);
        let mut askers: Vec<&str> = component
            .asked_by
            .iter()
            .map(|(by, _)| by.as_str())
            .collect();
        askers.sort_unstable();
        askers.dedup();
        let mut by = entry.list("askedBy");
        for asker in askers {
            by.push(asker);
        }
    }
    Some(tree)
}

/// How it gets there; none where a release here installs it.
fn how(name: &str, component: &Component) -> Option<String> {
    if component.source == Source::Installed {
        return Some("runs there already".to_owned());
    }
    match library::known(name)?.install {
        Install::Chart => None,
        Install::Manifest(from) => Some(format!("by hand, before the other objects: {from}")),
        Install::Installer => Some("by whoever installs Kubernetes".to_owned()),
    }
}
