//! What goes through, held against what shall.

use crate::{
    Judge, PodId, PortSet,
    ask::{End, Question},
    matrix::{Ends, Flow, Naive, TooMuch},
    policy::{Direction, PolicyId},
};

/// Which way what goes through differs from what shall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It goes through, and nobody asked for it.
    Extra,
    /// It was asked for, and does not go through.
    Missing,
}

/// One mistake: what differs because of one rule, of one flow that was asked for, or of pods that
/// nothing isolates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which way.
    pub fault: Fault,
    /// One packet for which it is so.
    pub packet: Question,
    /// For what goes through: the rule of each side that lets the packet through, by policy and
    /// place in its section; none for a side that nothing isolates. Caller's side first.
    pub through: [Option<(PolicyId, usize)>; 2],
    /// For what does not: the sides that refuse the packet. Caller's side first.
    pub refused: Vec<Direction>,
    /// Everybody who calls whom they should not, or cannot call whom they should, by the same
    /// mistake. Not each of them need differ with each of `to`.
    pub from: Ends,
    /// Whom they call.
    pub to: Ends,
    /// The ports that differ somewhere between them.
    pub ports: PortSet,
    /// For what is missing: the places in what was wanted, sorted.
    pub wanted: Vec<usize>,
}

/// What shall go through. What several say adds up; nothing else shall.
pub type Wanted = Flow;

/// What is compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms<'t> {
    /// What shall go through.
    pub wanted: &'t [Wanted],
    /// The pods of which `wanted` tells everything: connections with none of these at either end
    /// are not looked at. None for all pods.
    pub of: Option<&'t [PodId]>,
    /// The only side to look at, as if everything were let through at the other ends: what this
    /// side alone would let through then is exactly what is wanted, or it differs. None for what
    /// both sides let through.
    pub side: Option<Direction>,
}

/// How what goes through differs from what shall; nothing where they are the same.
///
/// # Errors
/// Where that would be millions of pairs that are not alike.
pub fn compare(judge: &Judge<'_>, wanted: &[Wanted]) -> Result<Vec<Difference>, TooMuch> {
    compare_under(
        judge,
        &Terms {
            wanted,
            ..Terms::default()
        },
    )
}

/// The same, of some pods or of one side alone.
///
/// # Errors
/// Where that would be millions of pairs that are not alike.
pub fn compare_under(judge: &Judge<'_>, terms: &Terms<'_>) -> Result<Vec<Difference>, TooMuch> {
    let sets = terms.wanted.iter().flat_map(|flow| [&flow.from, &flow.to]);
    let sets: Vec<_> = sets
        .filter_map(|ends| match ends {
            Ends::Addresses(set) => Some(set),
            Ends::Pods(_) => None,
        })
        .collect();
    let naive = Naive::of(judge, &sets);
    let ends = naive.ends();
    let mut differences = Vec::new();
    let speaks = |end: &End| match (end, terms.of) {
        (End::Address(_), _) => false,
        (End::Pod(_), None) => true,
        (End::Pod(pod), Some(of)) => of.contains(pod),
    };
    for &from in &ends {
        for to in ends
            .iter()
            .copied()
            .filter(|to| speaks(&from) || speaks(to))
        {
            if !naive.speaks_of(from, to) {
                continue;
            }
            let through = naive.ports(from, to);
            let mut wanted = PortSet::none();
            for flow in terms.wanted {
                if flow.from.holds(from) && flow.to.holds(to) {
                    wanted.extend(&flow.ports);
                }
            }
            let both = [
                (Fault::Extra, through.without(&wanted)),
                (Fault::Missing, wanted.without(&through)),
            ];
            for (fault, ports) in both {
                let Some((protocol, port)) = ports.first() else {
                    continue;
                };
                differences.push(Difference {
                    fault,
                    packet: Question {
                        from,
                        to,
                        protocol,
                        port,
                    },
                    through: [None, None],
                    refused: Vec::new(),
                    from: naive.whole(from),
                    to: naive.whole(to),
                    ports,
                    wanted: Vec::new(),
                });
            }
        }
    }
    Ok(differences)
}
