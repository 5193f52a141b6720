//! The file that `helmfile apply` reads.

use std::collections::BTreeMap;

use tenantry_core::emit::Tree;

use super::{catalog::Source, release::Release, values::Context};

/// How long a release may take to become ready, in seconds: images of a platform are large.
const TIMEOUT: u32 = 900;

/// Writes it.
pub(crate) fn write(cx: &Context<'_>, releases: &[Release<'_>]) -> Tree {
    let mut tree = Tree::map();
    let mut root = tree.root_mut();
    let cluster = cx.cluster();
    let sources: BTreeMap<&str, Source> = releases
        .iter()
        .map(|release| (release.chart.component, release.chart.source(cluster)))
        .collect();
    let mut distinct: Vec<&Source> = sources.values().collect();
    distinct.sort();
    distinct.dedup();
    let mut list = root.list("repositories");
    for source in distinct {
        let mut entry = list.push_map();
        entry.set("name", &source.name);
        entry.set("url", &source.url);
        if source.oci {
            entry.set("oci", true);
        }
        if let Some(catalog) = cluster
            .spec
            .platform
            .as_ref()
            .and_then(|platform| platform.catalog.as_ref())
        {
            entry.mark(catalog.meta.origin);
        }
    }
    // The next release finds the one before it running.
    let mut defaults = root.map("helmDefaults");
    defaults.set("wait", true);
    defaults.set("waitForJobs", true);
    defaults.set("timeout", TIMEOUT);
    defaults.set("createNamespace", true);
    let mut list = root.list("releases");
    for release in releases {
        let name = release.chart.component;
        let mut entry = list.push_map();
        entry.mark(release.origin);
        entry.set("name", name);
        entry.set("namespace", &release.namespace);
        if let Some(source) = sources.get(name) {
            entry.set("chart", &format!("{}/{}", source.name, release.chart.name));
        }
        let version = cx
            .component(name)
            .and_then(|component| component.version.as_ref());
        entry
            .set("version", &release.version)
            .mark(version.map_or(release.origin, |version| version.origin));
        if !release.needs.is_empty() {
            let mut needs = entry.list("needs");
            for need in &release.needs {
                let before = releases.iter().find(|other| other.chart.component == *need);
                if let Some(before) = before {
                    needs.push(&format!("{}/{need}", before.namespace));
                }
            }
        }
        if release.values.is_some() {
            entry.list("values").push(&format!("{name}.values.yaml"));
        }
    }
    tree
}
