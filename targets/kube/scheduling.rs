//! Where a workload's pods may and should run: pools, zones, labels, taints, and who they must be
//! near to or far from. The same for a pod and for a virtual machine.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{
        Affinity, NodeAffinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm,
        PodAffinity, PodAffinityTerm, PodAntiAffinity, Toleration, TopologySpreadConstraint,
    },
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};
use tenantry_core::{
    lower::names::TENANT_LABEL,
    model::{Estate, Id, Pool, Ref, Workload},
    origin::OriginId,
    schema::kinds::{On, SpreadBy, TaintEffect},
};

use super::{
    draft::{Draft, pointer},
    labels::{self, POOL_LABEL, RACK_LABEL},
};

/// What the scheduler is told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scheduling {
    /// Near to and far from whom, and which nodes where one label does not say it.
    pub(crate) affinity: Option<Affinity>,
    /// Labels that the node must have.
    pub(crate) node_selector: BTreeMap<String, String>,
    /// Taints that are borne.
    pub(crate) tolerations: Vec<Toleration>,
    /// How replicas are kept apart from each other.
    pub(crate) topology_spread_constraints: Vec<TopologySpreadConstraint>,
}

/// What the scheduler is told of a workload.
pub(crate) fn of(estate: &Estate, workload: &Workload) -> Scheduling {
    let on = workload.spec.on.as_ref();
    let (node_selector, node_affinity) = nodes(estate, workload, on);
    let affinity = Affinity {
        node_affinity,
        pod_affinity: on.and_then(|on| together(estate, workload, on)),
        pod_anti_affinity: on.and_then(|on| apart(estate, workload, on)),
    };
    Scheduling {
        affinity: (affinity != Affinity::default()).then_some(affinity),
        node_selector,
        tolerations: tolerations(estate, workload, on)
            .into_iter()
            .map(|(toleration, _)| toleration)
            .collect(),
        topology_spread_constraints: spread(workload, on),
    }
}

/// Why the tenant has machines of a pool alone, or all of it, where it has; its workloads then run
/// on those, and bear the taint that keeps everybody else away.
fn alone(estate: &Estate, workload: &Workload, pool: Id<Pool>) -> Option<OriginId> {
    let whole = estate.pools[pool].tenant;
    if let Some(owner) = whole.filter(|owner| owner.to == workload.tenant) {
        return Some(owner.at);
    }
    let mut dedicated = estate.tenants[workload.tenant].dedicated.iter();
    let (_, dedicated) = dedicated.find(|(own, _)| own.to == pool)?;
    Some(dedicated.meta.origin)
}

/// Says of what the scheduler is told, in the pod's spec at `at`, why it is so.
pub(crate) fn mark(estate: &Estate, workload: &Workload, draft: Draft, at: &str) -> Draft {
    let on = workload.spec.on.as_ref();
    let mut marks: Vec<(String, OriginId)> = Vec::new();
    let selector = format!("{at}/nodeSelector");
    for pool in &workload.pools {
        marks.push((pointer(&selector, POOL_LABEL), pool.at));
        let why = alone(estate, workload, pool.to);
        marks.extend(why.map(|why| (pointer(&selector, TENANT_LABEL), why)));
    }
    let tolerations = tolerations(estate, workload, on).into_iter().enumerate();
    let tolerations = tolerations.map(|(n, (_, why))| (format!("{at}/tolerations/{n}"), why));
    let tolerations: Vec<_> = tolerations.collect();
    let mut draft = draft;
    if let Some(on) = on {
        for field in ["affinity", "nodeSelector", "topologySpreadConstraints"] {
            draft = draft.mark_there(&format!("{at}/{field}"), on.meta.origin);
        }
        for spec in &on.r#where {
            marks.push((pointer(&selector, &spec.key.value), spec.meta.origin));
        }
        let zone = topology(SpreadBy::Zone);
        marks.extend(
            on.zone
                .iter()
                .map(|it| (pointer(&selector, zone), it.meta.origin)),
        );
        let node = on.node.iter().map(|node| node.origin);
        marks.extend(node.map(|why| (pointer(&selector, "kubernetes.io/hostname"), why)));
        let spread = on.spread.iter().enumerate();
        marks.extend(spread.map(|(n, spread)| {
            (
                format!("{at}/topologySpreadConstraints/{n}"),
                spread.meta.origin,
            )
        }));
        let near = on.together.iter().map(|together| together.meta.origin);
        marks.extend(near.map(|why| (format!("{at}/affinity/podAffinity"), why)));
        let far = on.apart.iter().map(|apart| apart.meta.origin);
        marks.extend(far.map(|why| (format!("{at}/affinity/podAntiAffinity"), why)));
    }
    let marks = marks.into_iter().chain(tolerations);
    marks.fold(draft, |draft, (at, why)| draft.mark_there(&at, why))
}

/// The nodes: what all pools have in common as labels, the rest as alternatives.
fn nodes(
    estate: &Estate,
    workload: &Workload,
    on: Option<&On>,
) -> (BTreeMap<String, String>, Option<NodeAffinity>) {
    let mut selector = BTreeMap::new();
    let node = on.and_then(|on| on.node.as_ref());
    selector.extend(node.map(|node| ("kubernetes.io/hostname".to_owned(), node.value.to_string())));
    let tenant = estate.tenants[workload.tenant].name.value.to_string();
    let alternatives: Vec<Vec<(&str, String)>> = workload
        .pools
        .iter()
        .map(|pool| {
            let mut labels = vec![(POOL_LABEL, estate.pools[pool.to].name.value.to_string())];
            if alone(estate, workload, pool.to).is_some() {
                labels.push((TENANT_LABEL, tenant.clone()));
            }
            labels
        })
        .collect();
    let common = common(on, &mut selector);
    let terms: Vec<NodeSelectorTerm> = match alternatives.as_slice() {
        [only] => {
            selector.extend(
                only.iter()
                    .map(|(key, value)| ((*key).to_owned(), value.clone())),
            );
            vec![common]
                .into_iter()
                .filter(|all| !all.is_empty())
                .map(term)
                .collect()
        }
        several => several
            .iter()
            .map(|labels| {
                let own = labels
                    .iter()
                    .map(|(key, value)| any_of(key, vec![value.clone()]));
                term(own.chain(common.iter().cloned()).collect())
            })
            .collect(),
    };
    let affinity = (!terms.is_empty()).then(|| NodeAffinity {
        required_during_scheduling_ignored_during_execution: Some(NodeSelector {
            node_selector_terms: terms,
        }),
        ..NodeAffinity::default()
    });
    (selector, affinity)
}

/// What holds on every pool: `where` and `zone`. One value is a label, several are alternatives.
fn common(
    on: Option<&On>,
    selector: &mut BTreeMap<String, String>,
) -> Vec<NodeSelectorRequirement> {
    let mut wanted: Vec<(String, Vec<String>)> = Vec::new();
    for spec in on.iter().flat_map(|on| &on.r#where) {
        let values = spec
            .values
            .iter()
            .map(|value| value.value.to_string())
            .collect();
        wanted.push((spec.key.value.to_string(), values));
    }
    if let Some(zones) = on.and_then(|on| on.zone.as_ref()) {
        let values = zones
            .names
            .iter()
            .map(|zone| zone.value.to_string())
            .collect();
        wanted.push((topology(SpreadBy::Zone).to_owned(), values));
    }
    let mut requirements = Vec::new();
    for (key, mut values) in wanted {
        match values.len() {
            1 => {
                selector.extend(values.pop().map(|value| (key, value)));
            }
            _ => requirements.push(any_of(&key, values)),
        }
    }
    requirements
}

fn term(requirements: Vec<NodeSelectorRequirement>) -> NodeSelectorTerm {
    NodeSelectorTerm {
        match_expressions: Some(requirements),
        match_fields: None,
    }
}

fn any_of(key: &str, values: Vec<String>) -> NodeSelectorRequirement {
    NodeSelectorRequirement {
        key: key.to_owned(),
        operator: "In".to_owned(),
        values: Some(values),
    }
}

/// The label of what fails together.
fn topology(by: SpreadBy) -> &'static str {
    match by {
        SpreadBy::Node => "kubernetes.io/hostname",
        SpreadBy::Zone => "topology.kubernetes.io/zone",
        SpreadBy::Rack => RACK_LABEL,
    }
}

/// The taints that a workload bears, each with the reason for it.
pub(crate) fn borne(estate: &Estate, workload: &Workload) -> Vec<(Toleration, OriginId)> {
    tolerations(estate, workload, workload.spec.on.as_ref())
}

/// The taints of the pools that the workload names, that of the tenant's own machines, and those
/// that it says it bears; each once.
fn tolerations(
    estate: &Estate,
    workload: &Workload,
    on: Option<&On>,
) -> Vec<(Toleration, OriginId)> {
    let mut all: Vec<(Toleration, OriginId)> = Vec::new();
    for pool in &workload.pools {
        all.extend(estate.pools[pool.to].spec.taint.iter().map(|taint| {
            let effect = match taint.effect.value {
                TaintEffect::NoSchedule => "NoSchedule",
                TaintEffect::PreferNoSchedule => "PreferNoSchedule",
                TaintEffect::NoExecute => "NoExecute",
            };
            let bears = bears(&taint.key.value, Some(&taint.value.value), Some(effect));
            (bears, taint.meta.origin)
        }));
        if let Some(why) = alone(estate, workload, pool.to) {
            let tenant = estate.tenants[workload.tenant].name.value.as_str();
            all.push((bears(TENANT_LABEL, Some(tenant), Some("NoSchedule")), why));
        }
    }
    all.extend(on.iter().flat_map(|on| &on.tolerate).map(|tolerate| {
        let value = tolerate.value.as_ref().map(|value| &*value.value);
        (
            bears(&tolerate.key.value, value, None),
            tolerate.meta.origin,
        )
    }));
    let mut seen = Vec::new();
    all.retain(|(toleration, _)| {
        let new = !seen.contains(toleration);
        seen.extend(new.then(|| toleration.clone()));
        new
    });
    all
}

fn bears(key: &str, value: Option<&str>, effect: Option<&str>) -> Toleration {
    Toleration {
        effect: effect.map(str::to_owned),
        key: Some(key.to_owned()),
        operator: Some(if value.is_some() { "Equal" } else { "Exists" }.to_owned()),
        value: value.map(str::to_owned),
        ..Toleration::default()
    }
}

/// How replicas are kept apart. Nodes that they could not run on do not count as empty ones.
fn spread(workload: &Workload, on: Option<&On>) -> Vec<TopologySpreadConstraint> {
    on.iter()
        .flat_map(|on| &on.spread)
        .map(|spread| TopologySpreadConstraint {
            label_selector: Some(pods_of(workload)),
            max_skew: i32::try_from(spread.max_skew.value).unwrap_or(i32::MAX),
            node_taints_policy: Some("Honor".to_owned()),
            topology_key: topology(spread.by.value).to_owned(),
            when_unsatisfiable: if spread.hard.value {
                "DoNotSchedule"
            } else {
                "ScheduleAnyway"
            }
            .to_owned(),
            ..TopologySpreadConstraint::default()
        })
        .collect()
}

fn together(estate: &Estate, workload: &Workload, on: &On) -> Option<PodAffinity> {
    let by = on.together.as_ref()?.by.value;
    let terms = terms(estate, workload, &workload.together, by);
    Some(PodAffinity {
        required_during_scheduling_ignored_during_execution: Some(terms),
        ..PodAffinity::default()
    })
}

fn apart(estate: &Estate, workload: &Workload, on: &On) -> Option<PodAntiAffinity> {
    on.apart.as_ref()?;
    let terms = terms(estate, workload, &workload.apart, SpreadBy::Node);
    Some(PodAntiAffinity {
        required_during_scheduling_ignored_during_execution: Some(terms),
        ..PodAntiAffinity::default()
    })
}

/// A term for each of the named workloads.
fn terms(
    estate: &Estate,
    workload: &Workload,
    named: &[Ref<Workload>],
    by: SpreadBy,
) -> Vec<PodAffinityTerm> {
    let others = named.iter().map(|other| &estate.workloads[other.to]);
    others
        .map(|other| PodAffinityTerm {
            label_selector: Some(pods_of(other)),
            namespaces: (other.tenant != workload.tenant)
                .then(|| vec![estate.tenants[other.tenant].namespace.value.to_string()]),
            topology_key: topology(by).to_owned(),
            ..PodAffinityTerm::default()
        })
        .collect()
}

fn pods_of(workload: &Workload) -> LabelSelector {
    LabelSelector {
        match_labels: Some(labels::selector(workload)),
        match_expressions: None,
    }
}
