//! What the sheets of a placement have in common: verdicts, amounts and mends in words.

use std::collections::BTreeSet;

use tenantry_placement::{
    Verdict,
    answer::{Answer, Mend},
    element::Element,
    headroom::Headroom,
    problem::{Failures, Mode, Relax, Topology},
    usage::Taken,
};

use super::case::Case;
use crate::render::counted;

/// How the amounts of a problem are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Units {
    /// As they stand: whoever wrote the problem knows what they count.
    Plain,
    /// Those of problems that are made from an estate.
    Estate,
}

impl Units {
    /// An amount, as short as it can be said.
    pub(super) fn amount(self, resource: &str, amount: u128) -> String {
        match self {
            Self::Estate if resource == "cpu" => decimal(amount, 1000),
            Self::Estate if is_bytes(resource) => bytes(amount),
            _ => amount.to_string(),
        }
    }

    /// A sentence of the engine's with its amounts in these units: it says them as whole numbers
    /// before the resource's name, as in "16015 `cpu`".
    pub(super) fn said(self, sentence: &str, resources: &BTreeSet<&str>) -> String {
        let mut parts = sentence.split('`');
        let mut out = parts.next().unwrap_or_default().to_owned();
        while let (Some(name), rest) = (parts.next(), parts.next()) {
            let before = out.trim_end_matches(' ');
            let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            let number = before.get(before.len() - digits..).unwrap_or_default();
            match number.parse() {
                Ok(amount) if self == Self::Estate && resources.contains(name) => {
                    out.truncate(before.len() - digits);
                    out += &self.amount(name, amount);
                    out += self.unit(name);
                    out += &called(name);
                }
                _ => out += &format!("`{name}`"),
            }
            out += rest.unwrap_or_default();
        }
        out
    }

    /// What is counted, where the amount does not say it.
    pub(super) fn unit(self, resource: &str) -> &'static str {
        match self {
            Self::Estate if resource == "cpu" => " cores",
            _ => "",
        }
    }
}

/// Resources that an estate's problem counts in bytes.
fn is_bytes(resource: &str) -> bool {
    let kinds = ["hugepages-", "disk/"];
    matches!(resource, "memory" | "cell-memory")
        || kinds.iter().any(|kind| resource.starts_with(kind))
}

/// What the amount of a resource is of, where the amount alone does not say it.
fn called(name: &str) -> String {
    match name.split_once('/') {
        _ if name == "cpu" => String::new(),
        _ if name == "memory" => " of memory".to_owned(),
        _ if name == "cell-memory" => " of memory by NUMA cell".to_owned(),
        _ if name == "dedicated-cpu" => " dedicated cores".to_owned(),
        Some(("disk", storage)) => format!(" of storage `{storage}`"),
        Some((_, model)) => format!(" `{model}`"),
        None => match name.strip_prefix("hugepages-") {
            Some(page) => format!(" in {page} pages"),
            None => format!(" `{name}`"),
        },
    }
}

/// So many of so many parts: `45.25`, `45`.
fn decimal(amount: u128, parts: u128) -> String {
    let part = amount % parts * 1000 / parts;
    let text = format!("{}.{part:03}", amount / parts);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Bytes to a tenth of the largest unit of which there is one.
fn bytes(amount: u128) -> String {
    let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];
    // Up to 10 TiB are said in GiB: nodes are compared, and few have more.
    let unit = units.into_iter().find(|(name, shift)| {
        let least = if *name == "TiB" { 10 } else { 1 };
        amount >= least << shift
    });
    match unit {
        Some((name, shift)) => {
            let tenths = (amount * 10) >> shift;
            let text = format!("{}.{}", tenths / 10, tenths % 10);
            format!("{} {name}", text.trim_end_matches(".0"))
        }
        None => format!("{amount} B"),
    }
}

/// The verdict in a word.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Feasible => "fits",
        Verdict::Infeasible => "does not fit",
        Verdict::Undecided => "undecided",
    }
}

/// A mend as a line to follow.
pub(super) fn mend(case: &Case, mend: &Mend) -> String {
    match mend {
        Mend::AddNodes { pool, nodes } => {
            let more = if *nodes == 1 { "node" } else { "nodes" };
            format!("add {nodes} {more} to pool {}", case.pool(pool))
        }
        Mend::Replicas { workload, fit: 0 } => format!("leave out `{workload}`"),
        Mend::Replicas { workload, fit } => {
            format!("run {} of `{workload}`", replicas(u64::from(*fit)))
        }
        Mend::Drop { element } => format!("do without {}", element_words(element)),
        Mend::All(all) => {
            let all: Vec<String> = all.iter().map(|one| self::mend(case, one)).collect();
            listed(&all)
        }
    }
}

/// A part of a problem, as one would call it.
pub(super) fn element_words(element: &Element) -> String {
    match element {
        Element::Workload(name) => format!("`{name}`"),
        Element::Capacity(name) => format!("the bound of `{name}`"),
        Element::Taints => "the taints".to_owned(),
        Element::MaxPods => "the most pods of a node".to_owned(),
        Element::Numa => "single NUMA cells".to_owned(),
        Element::Failures => "room for what may fail".to_owned(),
        Element::AntiAffinity(name) => format!("what keeps `{name}` apart"),
        Element::Affinity(name) => format!("what keeps `{name}` together"),
        Element::Spread(name) => format!("the spread of `{name}`"),
        Element::Selector(name) => format!("the labels that `{name}` asks for"),
        Element::Isolation(name) => format!("the isolation of `{name}`"),
    }
}

/// What is the next to run out. Without room for what may fail more fits wherever something
/// must be borne, so that this is said only where nothing else can be.
pub(super) fn limits(headroom: &Headroom) -> Vec<String> {
    let all = &headroom.limits;
    let telling = all
        .iter()
        .filter(|limit| all.len() == 1 || **limit != Element::Failures);
    telling.map(limit).collect()
}

/// Percent that are taken, rounded down; but what is taken shows.
pub(super) fn percent(taken: Taken) -> String {
    match taken.percent() {
        None => "–".to_owned(),
        Some(0) if taken.taken > 0 => "<1 %".to_owned(),
        Some(percent) => format!("{percent} %"),
    }
}

/// What is the next to run out, in a word or two.
fn limit(element: &Element) -> String {
    match element {
        Element::Capacity(name) => name.clone(),
        Element::MaxPods => "pods per node".to_owned(),
        Element::Numa => "the room in one NUMA cell".to_owned(),
        Element::AntiAffinity(_) => "nodes to stand apart on".to_owned(),
        Element::Affinity(_) => "room beside what it stands with".to_owned(),
        Element::Spread(_) => "the spread".to_owned(),
        Element::Isolation(_) => "nodes of its own".to_owned(),
        Element::Failures => "the room kept for what may fail".to_owned(),
        other => element_words(other),
    }
}

/// What may fail, as a promise: `any 1 node of gpu may fail`.
pub(super) fn failures(case: &Case, failures: &Failures) -> String {
    let what = match failures.domain {
        Topology::Node => "node",
        Topology::Rack => "rack",
        Topology::Zone => "zone",
    };
    let what = counted(usize::try_from(failures.k).unwrap_or(usize::MAX), what);
    let of = match &failures.pools {
        Some(pools) => {
            let pools = case.pools(pools).into_iter();
            let pools: Vec<String> = pools.map(|pool| format!("`{pool}`")).collect();
            format!(" of {}", listed(&pools))
        }
        None => String::new(),
    };
    let how = match failures.mode {
        Mode::Replan => "everything may move then",
        Mode::Evacuate => "what survives stays where it is",
    };
    let relaxed: Vec<String> = failures.relax.iter().map(relaxed).collect();
    let but = if relaxed.is_empty() {
        String::new()
    } else {
        format!(", {} need not hold", listed(&relaxed))
    };
    format!("any {what}{of} may fail ({how}{but})")
}

fn relaxed(relax: &Relax) -> String {
    match relax {
        Relax::Spread => "spreads".to_owned(),
        Relax::AntiAffinity => "who stands apart".to_owned(),
    }
}

/// How many replicas are known to fit, of an undecided problem.
pub(super) fn band(answer: &Answer) -> Option<String> {
    let bounds = answer.bounds.as_ref()?;
    let (name, fits, most) = (&bounds.workload, bounds.fits, bounds.at_most);
    Some(if fits == most {
        format!("of `{name}`, {fits} fit and not one more")
    } else {
        format!("of `{name}`, {fits} were shown to fit, and more than {most} were shown not to")
    })
}

/// `1 replica`, `2 replicas`.
pub(super) fn replicas(count: u64) -> String {
    format!("{count} replica{}", if count == 1 { "" } else { "s" })
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_an_estate_are_said_in_its_units() {
        let say = |resource: &str, amount| Units::Estate.amount(resource, amount);
        assert_eq!(say("cpu", 45_250), "45.25");
        assert_eq!(say("cpu", 16_000), "16");
        assert_eq!(say("cpu", 500), "0.5");
        assert_eq!(say("memory", 3 << 29), "1.5 GiB");
        assert_eq!(say("hugepages-1Gi", 2048 << 30), "2048 GiB");
        assert_eq!(say("memory", 20 << 40), "20 TiB");
        assert_eq!(say("memory", 17), "17 B");
        assert_eq!(say("disk/local", 1 << 40), "1024 GiB");
        assert_eq!(say("pods", 17), "17");
        assert_eq!(Units::Plain.amount("cpu", 45_250), "45250");
    }

    #[test]
    fn sentences_are_said_in_the_units_of_the_estate() {
        let resources = BTreeSet::from(["cpu", "memory", "gpu/a100", "hugepages-1GiB"]);
        let say = |text: &str| Units::Estate.said(text, &resources);
        assert_eq!(
            say("3 replicas of `cpu.x` take 16015 `cpu`, 2 `gpu/a100` of (8 `gpu/a100`)"),
            "3 replicas of `cpu.x` take 16.015 cores, 2 `a100` of (8 `a100`)"
        );
        assert_eq!(
            say("asks 1610612736 `memory` and 1073741824 `hugepages-1GiB`."),
            "asks 1.5 GiB of memory and 1 GiB in 1GiB pages."
        );
        assert_eq!(say("more `cpu` than 5 `x`"), "more `cpu` than 5 `x`");
        assert_eq!(Units::Plain.said("5 `cpu`", &resources), "5 `cpu`");
    }
}
