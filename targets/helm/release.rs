//! What is installed: the components that are ours and have a chart, in the order that they
//! need each other.

use tenantry_core::{close::library, emit::Tree, origin::OriginId, schema::kinds::ComponentSpec};

use super::{
    catalog::{self, Chart},
    values::{Context, Values},
};

/// A release of a chart.
pub(crate) struct Release<'a> {
    /// The chart.
    pub chart: &'static Chart,
    /// Its version, as its repository lists it.
    pub version: String,
    /// The namespace.
    pub namespace: String,
    /// What the spec decides of its values, its own `values` laid over ours; none where that is
    /// nothing.
    pub values: Option<Tree>,
    /// Components whose release must be there before.
    pub needs: Vec<&'a str>,
    /// Why it is there.
    pub origin: OriginId,
}

/// All releases of a cluster: what others need first, then by name.
pub(crate) fn all<'a>(cx: &Context<'a>) -> Vec<Release<'a>> {
    let components = cx.platform.components(cx.id);
    let ours = components.filter(|(_, component)| component.is_ours());
    let releases = ours.filter_map(|(name, component)| {
        let chart = catalog::chart(name)?;
        // Without a version the check has reported it.
        let version = chart.version(&component.version.as_ref()?.value);
        let mut values = Values::default();
        (chart.values)(cx, &mut values);
        let own = spec(cx, name).and_then(|spec| spec.values.as_ref());
        if let Some(own) = own {
            values.lay_over(own);
        }
        Some(Release {
            chart,
            version,
            namespace: cx.platform.namespace(cx.id, name)?,
            needs: needs(cx, name, values.monitors),
            values: values.into_tree(),
            origin: component.origin(),
        })
    });
    ordered(releases.collect())
}

/// What the spec says of a component.
pub(crate) fn spec<'a>(cx: &Context<'a>, name: &str) -> Option<&'a ComponentSpec> {
    let platform = cx.cluster().spec.platform.as_ref()?;
    platform
        .component
        .iter()
        .find(|component| component.name.value.as_str() == name)
}

/// What a release waits for, of what is ours: what its component needs; the pod network, without
/// which no pod starts; and the Prometheus operator, whose kinds a monitor is of.
fn needs<'a>(cx: &Context<'a>, name: &str, monitors: bool) -> Vec<&'a str> {
    let known = library::known(name)
        .map(|known| known.needs)
        .unwrap_or_default();
    let cni = cx
        .cluster()
        .spec
        .cni
        .as_ref()
        .map(|cni| cni.name.value.word());
    let mut wanted: Vec<&str> = known.iter().map(|need| need.component).collect();
    wanted.extend(cni);
    wanted.extend(monitors.then_some("kube-prometheus-stack"));
    let components = cx.platform.components(cx.id);
    let there = components.filter(|(other, component)| {
        component.is_ours()
            && *other != name
            && wanted.contains(other)
            && catalog::chart(other).is_some()
    });
    // The network itself waits for nobody.
    there
        .map(|(other, _)| other)
        .filter(|_| cni != Some(name))
        .collect()
}

/// By need. What waits for something that never comes, which the table of components does not
/// have, stands at the end.
fn ordered(mut open: Vec<Release<'_>>) -> Vec<Release<'_>> {
    let mut done: Vec<Release<'_>> = Vec::new();
    while !open.is_empty() {
        let ready = open.iter().position(|release| {
            let there = |need: &&str| done.iter().any(|done| done.chart.component == *need);
            release.needs.iter().all(there)
        });
        done.push(open.remove(ready.unwrap_or(0)));
    }
    done
}
