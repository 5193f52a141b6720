//! Differences as findings: of the spec where something in it makes policies let through more
//! than its flows say, else of the compiler.

use std::collections::BTreeMap;

use tenantry_reach::{
    Account, By, Cluster, Difference, Direction, End, Fault, Judge, PodId, ask,
    policy::{Peer, Rule},
};
use tenantry_syntax::Span;

use super::{Beyond, Ground, Proof, Whose};
use crate::{
    diag::{Diagnostic, Findings, rule_set},
    emit::{Body, Object, Tree},
    lower::names::DOMAIN,
    model::{self, Id},
};

rule_set! {
    /// The rules of the proof of flows.
    pub RULES;
    FLOW_BEYOND_SPEC = "flow-beyond-spec", Network, Error, "pods that the emitted policies let do what no flow of the spec says", include_str!("../pages/flow-beyond-spec.md");
    UNPROVEN_FLOW = "unproven-flow", Output, Error, "emitted policies that let through other flows than the spec's: a defect of the compiler", include_str!("../pages/unproven-flow.md");
}

/// How many defects of one cluster are told; the first ones tell as much as all.
const TOLD: usize = 5;

/// What a proof that does not hold says.
pub(in crate::prove) fn findings(
    ground: Ground<'_>,
    on: Id<model::Cluster>,
    proof: &Proof,
    objects: &[Option<&Object>],
) -> Findings {
    let report = Report {
        ground,
        on,
        proof,
        objects,
        network: None,
    };
    let mut defects = report.unread();
    let mut beyond = report.told(&proof.differences, &mut defects);
    defects.extend(proof.breaches.iter().map(|it| report.breach(it)));
    for network in &proof.networks {
        let report = Report {
            network: Some(network),
            ..report
        };
        beyond.extend(report.told(&network.differences, &mut defects));
    }
    defects.truncate(TOLD);
    beyond.into_iter().chain(defects).collect()
}

/// What in the spec lets pods through where nobody meant them to go.
struct Blame {
    span: Span,
    label: String,
    help: String,
}

/// What is told of the pod network, or of a network beside it.
#[derive(Clone, Copy)]
struct Report<'r> {
    ground: Ground<'r>,
    on: Id<model::Cluster>,
    proof: &'r Proof,
    objects: &'r [Option<&'r Object>],
    network: Option<&'r Beyond>,
}

impl<'r> Report<'r> {
    fn cluster(&self) -> &'r Cluster {
        let network = self.network.map(|it| &it.cluster);
        network.unwrap_or(&self.proof.cluster)
    }

    /// A pod's place among all of the cluster; none of nobody's on a network beside the pod network.
    fn place(&self, id: PodId) -> Option<usize> {
        let id = match self.network {
            None => id,
            Some(network) => network.pods.get(id.0 as usize).copied().flatten()?,
        };
        Some(id.0 as usize)
    }

    fn whose(&self, id: PodId) -> Option<&'r Whose> {
        self.proof.pods.get(self.place(id)?)
    }

    fn object(&self, id: PodId) -> Option<&'r Object> {
        self.objects.get(self.place(id)?).copied().flatten()
    }

    /// Where all of it is: "in cluster `one`".
    fn whereabouts(&self) -> String {
        let cluster = &self.ground.estate.clusters[self.on].name.value;
        match self.network {
            None => format!("in cluster `{cluster}`"),
            Some(network) => format!("on network `{}` of cluster `{cluster}`", network.name),
        }
    }

    /// What the spec is to blame for, and what the compiler.
    fn told(&self, differences: &'r [Difference], defects: &mut Findings) -> Findings {
        let mut blamed: BTreeMap<Span, Vec<(Blame, &Difference)>> = BTreeMap::new();
        for difference in differences {
            match self.blame(difference) {
                Some(blame) => blamed
                    .entry(blame.span)
                    .or_default()
                    .push((blame, difference)),
                None => defects.push(self.defect(difference)),
            }
        }
        let beyond = blamed.into_values();
        beyond.filter_map(|alike| self.beyond(&alike)).collect()
    }

    /// What goes through because of something in the spec.
    fn beyond(&self, alike: &[(Blame, &Difference)]) -> Option<Diagnostic> {
        let (blame, difference) = alike.first()?;
        let more = match alike.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more flows of that kind"),
        };
        let message = format!(
            "{}, which no flow of the spec says{more}",
            self.packet(difference, "can open")
        );
        Some(
            Diagnostic::new(&FLOW_BEYOND_SPEC, blame.span, message)
                .label(blame.label.clone())
                .why(self.way(difference))
                .help(blame.help.clone()),
        )
    }

    /// A difference for which nothing in the spec is to blame.
    fn defect(&self, difference: &Difference) -> Diagnostic {
        let place = self.whereabouts();
        let message = match difference.fault {
            Fault::Extra => format!(
                "{place}, {}, which no flow of the spec says: {}",
                self.packet(difference, "can open"),
                self.way(difference)
            ),
            Fault::Missing => format!(
                "{place}, {}, but the emitted policies refuse it {}",
                self.packet(difference, "is to open"),
                self.refused(difference)
            ),
        };
        let finding = Diagnostic::nowhere(&UNPROVEN_FLOW, message).why(super::super::REPORT);
        match self.declared(difference) {
            Some(span) => finding.also(span, "the flow is said here"),
            None => finding,
        }
    }

    /// What a baseline lets through as soon as somebody opens the namespace.
    fn breach(&self, difference: &Difference) -> Diagnostic {
        let name = &self.ground.estate.clusters[self.on].name.value;
        let message = format!(
            "in cluster `{name}`, the baseline of a tenant does not hold: with one more policy in \
             the namespace, which lets everything through, {}",
            self.packet(difference, "can open"),
        );
        Diagnostic::nowhere(&UNPROVEN_FLOW, message).why(super::super::REPORT)
    }

    /// What could not be read, and what could not be compared.
    fn unread(&self) -> Findings {
        let name = &self.ground.estate.clusters[self.on].name.value;
        let complaints = self.proof.complaints.iter().map(|complaint| {
            let parts = [&complaint.object, &complaint.path, &complaint.message];
            // What is about all of an object has no path.
            let said = parts.into_iter().filter(|part| !part.is_empty());
            said.cloned().collect::<Vec<_>>().join(": ")
        });
        let networks = self.proof.networks.iter();
        let too_much = networks.filter_map(|network| network.too_much.as_ref());
        let too_much = self.proof.too_much.iter().chain(too_much);
        let too_much = too_much.map(ToString::to_string);
        let all = complaints.chain(too_much);
        all.map(|words| {
            let message = format!("the flows of cluster `{name}` are not proved: {words}");
            Diagnostic::nowhere(&UNPROVEN_FLOW, message).why(super::super::REPORT)
        })
        .collect()
    }

    /// Where a flow that does not go through is said.
    fn declared(&self, difference: &Difference) -> Option<Span> {
        let wanted = *difference.wanted.first()?;
        let at = match self.network {
            None => *self.proof.because.get(wanted)?,
            Some(network) => network.because.get(wanted).copied().flatten()?,
        };
        let flow = self.ground.flows.of(self.on).get(at)?;
        self.ground.estate.origins.span(flow.origin)
    }

    /// One packet: "`shop.web` can open TCP 443 of the address 192.0.2.1".
    fn packet(&self, difference: &Difference, does: &str) -> String {
        let packet = &difference.packet;
        format!(
            "{} {does} {} {} of {}",
            self.end(packet.from),
            packet.protocol.name(),
            packet.port,
            self.end(packet.to)
        )
    }

    fn end(&self, end: End) -> String {
        let id = match end {
            End::Address(address) => return format!("the address {address}"),
            End::Pod(id) => id,
        };
        let pod = self.cluster().pod(id);
        match self.whose(id) {
            Some(Whose::Workload(path)) => format!("`{path}`"),
            Some(Whose::Own(path)) => format!("{} `{}` of `{path}`", pod.kind, pod.name),
            Some(Whose::Platform(service)) => format!("`platform.{}`", service.word()),
            Some(Whose::Importer(tenant)) => format!("the importer of `{tenant}`"),
            Some(Whose::Stranger) | None => match pod.labels.is_empty() {
                true => format!("any other pod of namespace `{}`", pod.namespace),
                false => format!(
                    "any pod of namespace `{}` with the labels {}",
                    pod.namespace,
                    pairs(pod.labels.iter())
                ),
            },
        }
    }

    /// Which rules let a packet through.
    fn way(&self, difference: &Difference) -> String {
        let rule = |path: String, does: &str, side: usize, rule: u32| {
            let section = ["egress", "ingress"][side];
            format!("{path} lets it {does} ({section} rule {})", rule + 1)
        };
        let said = |side: usize, does: &str| match difference.through[side] {
            Some(By::Policy(policy, at)) => {
                let path = format!("policy {}", self.cluster().policy(policy).path());
                rule(path, does, side, at)
            }
            Some(By::Tier(policy, at)) => rule(self.cluster().tier(policy).path(), does, side, at),
            None => format!("nothing keeps it from going {does}"),
        };
        format!("{}, and {}", said(0, "out"), said(1, "in"))
    }

    fn refused(&self, difference: &Difference) -> String {
        let answer = ask(&Judge::new(self.cluster()), &difference.packet);
        let sides = difference.refused.iter().map(|side| {
            let (place, account) = match side {
                Direction::Egress => ("where it leaves", &answer.egress),
                Direction::Ingress => ("where it arrives", &answer.ingress),
            };
            match account {
                Account::Denied { tier, rule } => {
                    let path = self.cluster().tier(*tier).path();
                    format!("{place} ({path}, {} rule {})", side.section(), rule + 1)
                }
                _ => place.to_owned(),
            }
        });
        sides.collect::<Vec<_>>().join(" and ")
    }

    /// What in the spec makes an end one that a rule admits: an object of its own, or a label.
    fn blame(&self, difference: &Difference) -> Option<Blame> {
        if difference.fault == Fault::Missing {
            return None;
        }
        let ends = [difference.packet.from, difference.packet.to];
        let pods = ends.map(|end| match end {
            End::Pod(id) => Some(id),
            End::Address(_) => None,
        });
        let own = pods.iter().flatten().find_map(|id| self.own(*id));
        own.or_else(|| {
            (0..2).find_map(|side| {
                let keys = self.keys(difference, side, pods[side]?);
                keys.iter().find_map(|key| self.label(pods[side]?, key))
            })
        })
    }

    /// Where a pod is of an object that the spec writes itself.
    fn own(&self, id: PodId) -> Option<Blame> {
        let object = self.object(id).filter(|object| object.unproven)?;
        let labels = pairs(self.cluster().pod(id).labels.iter());
        Some(Blame {
            span: self.ground.estate.origins.span(object.origin)?,
            label: "policies that are made for others select its pods".to_owned(),
            help: format!(
                "take the label away by which they do (its pods have {labels}), or let the \
                 language make the pods: a workload says its flows with `connect` and `expose`"
            ),
        })
    }

    /// The keys by which rules tell a pod: those of the policy that is its own, and those of the
    /// peers by which the other side admits it.
    fn keys(&self, difference: &Difference, side: usize, pod: PodId) -> Vec<String> {
        let mut keys = Vec::new();
        if let Some(By::Policy(policy, _)) = difference.through[side] {
            let requirements = &self.cluster().policy(policy).pods.requirements;
            keys.extend(requirements.iter().map(|it| it.key.clone()));
        }
        if let Some(By::Policy(policy, rule)) = difference.through[1 - side] {
            let direction = [Direction::Egress, Direction::Ingress][1 - side];
            let policy = self.cluster().policy(policy);
            let rules = policy.rules(direction);
            let rule = rules.and_then(|rules| rules.get(rule as usize));
            keys.extend(rule.map(admitting).unwrap_or_default());
        }
        let labels = &self.cluster().pod(pod).labels;
        keys.retain(|key| !key.starts_with(DOMAIN) && labels.contains_key(key));
        keys
    }

    /// Where a label of a pod is written.
    fn label(&self, id: PodId, key: &str) -> Option<Blame> {
        let object = self.object(id)?;
        let Body::Kube { tree, .. } = &object.body else {
            return None;
        };
        let span = self.ground.estate.origins.span(written(tree, key)?)?;
        let value = self.cluster().pod(id).labels.get(key)?;
        Some(Blame {
            span,
            label: format!("gives its pods the label {key}={value}"),
            help: format!(
                "policies that are made for other pods select by {key}={value}: use another key \
                 or value here, and say a flow that is meant with `connect` or `expose`"
            ),
        })
    }
}

/// The keys of labels by which a rule's peers tell pods.
fn admitting(rule: &Rule) -> Vec<String> {
    let peers = rule.peers.iter().flatten();
    let selectors = peers.filter_map(|peer| match peer {
        Peer::Pods { pods, .. } => Some(pods),
        Peer::Addresses(_) => None,
    });
    let requirements = selectors.flat_map(|selector| selector.requirements.iter());
    requirements.map(|it| it.key.clone()).collect()
}

/// Where the labels of the pods are that an object makes.
const TEMPLATES: [&str; 4] = [
    "/spec/template/metadata/labels",
    "/spec/jobTemplate/spec/template/metadata/labels",
    "/spec/virtualMachineTemplate/spec/template/metadata/labels",
    "/metadata/labels",
];

/// Why an object's pods have a label.
fn written(tree: &Tree, key: &str) -> Option<crate::origin::OriginId> {
    let escaped = key.replace('~', "~0").replace('/', "~1");
    let pointers = TEMPLATES.iter().map(|labels| format!("{labels}/{escaped}"));
    let mut there = pointers.filter(|pointer| tree.at(pointer).is_some());
    there.next().map(|pointer| tree.origin_at(&pointer))
}

fn pairs<'l>(labels: impl Iterator<Item = (&'l String, &'l String)>) -> String {
    let pairs: Vec<String> = labels
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    pairs.join(", ")
}
