//! Rows and columns that are alike, merged for reading.

use std::collections::BTreeMap;

use super::{
    Ends, Flow, TooMuch,
    classes::{Class, Classes},
    ground::{Element, Ground, narrow},
    rows::{Rows, within_lists, within_memory},
};
use crate::{PodId, PortSet};

/// Whom some ports of a called class are open to: whether everybody is among them whom nothing
/// isolates, and who else.
type Callers = (bool, Vec<Class>);

/// All that goes through: first everybody who may call an end on the same ports, then the ends
/// that the same may call.
pub(crate) fn flows(rows: &Rows<'_>) -> Result<Vec<Flow>, TooMuch> {
    let mut alike: BTreeMap<(PortSet, Callers), Vec<Class>> = BTreeMap::new();
    for (to, column) in columns(rows)?.into_iter().enumerate() {
        for (ports, callers) in column {
            alike.entry((ports, callers)).or_default().push(narrow(to));
        }
    }
    let mut listed = 0;
    let mut flows = Vec::new();
    for ((ports, (open, callers)), called) in alike {
        let mut callers = callers;
        if open {
            callers.extend(&rows.open_from);
        }
        let from = ends(&rows.ground, &rows.from, &callers);
        let to = ends(&rows.ground, &rows.to, &called);
        for from in &from {
            for to in &to {
                let Some((from, to)) = told(&rows.ground, from.clone(), to.clone()) else {
                    continue;
                };
                listed += from.count() + to.count();
                within_lists(listed)?;
                let ports = ports.clone();
                flows.push(Flow { from, to, ports });
            }
        }
    }
    flows.sort();
    Ok(flows)
}

/// By called class: whom which ports are open to.
fn columns(rows: &Rows<'_>) -> Result<Vec<BTreeMap<PortSet, Callers>>, TooMuch> {
    let mut kept = 0;
    let mut columns: Vec<BTreeMap<PortSet, Callers>> = Vec::new();
    columns.resize_with(rows.to.all().len(), BTreeMap::new);
    for to in &rows.open_to {
        columns[*to as usize].insert(PortSet::all(), (true, Vec::new()));
    }
    for from in rows.from.all() {
        for (to, ports) in rows.row(from).cells {
            let column = &mut columns[to as usize];
            column.entry(ports).or_default().1.push(from);
            kept += 1;
        }
        within_memory(kept)?;
    }
    Ok(columns)
}

/// The ends of classes: pods, and addresses.
fn ends(ground: &Ground<'_>, classes: &Classes, of: &[Class]) -> Vec<Ends> {
    let (pods, addresses): (Vec<Class>, Vec<Class>) =
        of.iter().partition(|class| classes.is_pods(**class));
    let members = |of: &[Class]| -> Vec<Element> {
        let mut all: Vec<_> = of
            .iter()
            .flat_map(|class| classes.members(*class))
            .copied()
            .collect();
        all.sort_unstable();
        all
    };
    let pods = members(&pods).into_iter().map(PodId).collect();
    let ranges = members(&addresses)
        .into_iter()
        .map(|range| ground.atom(range));
    let both = [Ends::Pods(pods), Ends::Addresses(ground.atoms.sets(ranges))];
    both.into_iter().filter(|ends| !ends.is_empty()).collect()
}

/// The two ends as they are told: without what is no connection.
fn told(ground: &Ground<'_>, mut from: Ends, to: Ends) -> Option<(Ends, Ends)> {
    if let (Ends::Addresses(_), Ends::Addresses(_)) = (&from, &to) {
        return None;
    }
    if let (Ends::Pods(callers), Ends::Pods(called)) = (&mut from, &to)
        && let [sole] = called.as_slice()
        && ground.pod(sole.0).is_some_and(|pod| pod.alone)
    {
        callers.retain(|caller| caller != sole);
    }
    (!from.is_empty()).then_some((from, to))
}

impl Ends {
    /// How long a list of them is.
    fn count(&self) -> usize {
        match self {
            Self::Pods(pods) => pods.len(),
            Self::Addresses(addresses) => addresses.ranges(),
        }
    }
}
