//! Sheets as JSON. The document's shape is a promise: a change that a reader could notice raises
//! the version.

use serde::Serialize;
use tenantry_reach::{Basis, PortSet, Protocol};

use super::sheet::{Flow, Node, Sheet};

/// Everything that goes through.
#[derive(Serialize)]
pub(super) struct Document<'s> {
    version: u32,
    sheets: Vec<One<'s>>,
}

/// Of one cluster, or of manifests.
#[derive(Serialize)]
struct One<'s> {
    title: &'s str,
    figures: Vec<Figure<'s>>,
    /// What was shown of it.
    verdicts: &'s [String],
    ends: Vec<About<'s>>,
    flows: Vec<Flows<'s>>,
    /// What policies do not decide.
    unproven: Vec<Unproven<'s>>,
}

#[derive(Serialize)]
struct Figure<'s> {
    what: &'s str,
    count: &'s str,
}

/// What may call, or be called.
#[derive(Serialize)]
struct About<'s> {
    name: &'s str,
    class: &'static str,
    /// The namespace or tenant; null of what is outside.
    group: Option<&'s str>,
    kind: &'s str,
    /// Of what is outside: its blocks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<String>,
}

/// From each of some ends to each of others.
#[derive(Serialize)]
struct Flows<'s> {
    from: Vec<&'s str>,
    to: Vec<&'s str>,
    ports: Vec<Ports>,
    reason: &'static str,
    why: &'s str,
    /// Where the spec says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'s str>,
}

/// Ports of a protocol, both ends included.
#[derive(Serialize)]
pub(super) struct Ports {
    protocol: &'static str,
    from: u16,
    to: u16,
}

#[derive(Serialize)]
struct Unproven<'s> {
    basis: Option<&'static str>,
    what: &'s str,
    why: &'s str,
}

/// A set of ports, range by range.
pub(super) fn ports(set: &PortSet) -> Vec<Ports> {
    let each = Protocol::ALL.into_iter().flat_map(|protocol| {
        set.ranges(protocol).iter().map(move |(from, to)| Ports {
            protocol: protocol.name(),
            from: *from,
            to: *to,
        })
    });
    each.collect()
}

impl<'s> Document<'s> {
    /// All sheets.
    pub(super) fn of(sheets: &'s [Sheet]) -> Self {
        Self {
            version: 1,
            sheets: sheets.iter().map(one).collect(),
        }
    }
}

fn one(sheet: &Sheet) -> One<'_> {
    let figures = sheet
        .figures
        .iter()
        .map(|(count, what)| Figure { what, count });
    let unproven = sheet.beyond.iter().map(|cell| Unproven {
        basis: cell.basis.map(Basis::name),
        what: &cell.what,
        why: &cell.why,
    });
    One {
        title: &sheet.title,
        figures: figures.collect(),
        verdicts: &sheet.verdicts,
        ends: sheet.nodes.iter().map(about).collect(),
        flows: sheet.flows.iter().map(|flow| flows(sheet, flow)).collect(),
        unproven: unproven.collect(),
    }
}

fn about(node: &Node) -> About<'_> {
    let blocks = node.addresses.blocks();
    About {
        name: &node.name,
        class: node.class.name(),
        group: (!node.group.is_empty()).then_some(&node.group),
        kind: &node.about,
        blocks: blocks.iter().map(ToString::to_string).collect(),
    }
}

fn flows<'s>(sheet: &'s Sheet, flow: &'s Flow) -> Flows<'s> {
    let names = |ends: &[usize]| -> Vec<&'s str> {
        let nodes = ends.iter().filter_map(|at| sheet.nodes.get(*at));
        nodes.map(|node| node.name.as_str()).collect()
    };
    Flows {
        from: names(&flow.from),
        to: names(&flow.to),
        ports: ports(&flow.ports),
        reason: flow.reason.name(),
        why: &flow.why,
        place: flow.place.as_deref(),
    }
}
