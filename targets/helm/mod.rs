//! The platform of a Kubernetes cluster as Helm releases: one helmfile per cluster, a file of
//! values per release with what the spec decides, and the list of what no chart installs.

mod addresses;
pub(crate) mod catalog;
mod credentials;
mod helmfile;
mod release;
mod requirements;
pub(crate) mod values;

use std::sync::LazyLock;

use tenantry_core::{
    check::Checked,
    close::Platform,
    diag::Findings,
    emit::{ArtifactPath, Body, Content, Object, Objects, Tree, layout},
    flows::Derived,
    lower::Lowered,
    model::{Cluster, Id, Workload},
    origin::OriginId,
    target::{Capabilities, Footprint, Target},
};

use self::{release::Release, values::Context};

const NAME: &str = "helm";

/// The target.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Helm;

static CAPABILITIES: LazyLock<Capabilities> =
    LazyLock::new(|| crate::table(include_str!("capabilities.kdl")));

impl Target for Helm {
    fn name(&self) -> &'static str {
        NAME
    }

    fn serves(&self, on: &Cluster) -> bool {
        on.is_kubernetes()
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn footprint(&self, _: &Checked<'_>, _: Id<Workload>) -> Option<Footprint> {
        None
    }

    fn traffic(&self, _: &Checked<'_>, _: Id<Cluster>, _: &Platform) -> Vec<Derived> {
        Vec::new()
    }

    fn objects(&self, lowered: &Lowered<'_>, out: &mut Objects) -> Findings {
        for cluster in &lowered.clusters {
            let cx = Context {
                estate: lowered.estate,
                platform: lowered.platform,
                id: cluster.id,
            };
            if self.serves(cx.cluster()) {
                emit(&cx, out);
            }
        }
        Findings::new()
    }
}

fn emit(cx: &Context<'_>, out: &mut Objects) {
    let name = cx.cluster().name.value.as_str();
    let releases: Vec<Release<'_>> = release::all(cx);
    if !releases.is_empty() {
        let file = helmfile::write(cx, &releases);
        push(
            cx,
            layout::helmfile(name),
            file,
            cx.cluster().name.origin,
            out,
        );
    }
    for release in releases {
        if let Some(values) = release.values {
            let path = layout::helm_values(name, release.chart.component);
            push(cx, path, values, release.origin, out);
        }
    }
    if let Some(list) = requirements::write(cx) {
        push(
            cx,
            layout::helm_requirements(name),
            list,
            cx.cluster().name.origin,
            out,
        );
    }
    addresses::write(cx, out);
    credentials::write(cx, out);
}

/// A path made of the names of clusters and components is always one.
fn push(
    cx: &Context<'_>,
    path: Result<ArtifactPath, tenantry_core::emit::PathError>,
    tree: Tree,
    origin: OriginId,
    out: &mut Objects,
) {
    let Ok(path) = path else {
        return;
    };
    out.push(Object {
        target: NAME,
        cluster: Some(cx.id),
        body: Body::File {
            path,
            content: Content::Yaml(tree),
        },
        wave: 0,
        unproven: false,
        needs: Vec::new(),
        spec_path: cx.cluster().name.value.as_str().into(),
        also: Vec::new(),
        origin,
    });
}

#[cfg(test)]
mod tests;
