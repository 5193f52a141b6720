use proptest::{prelude::*, sample::Index};

use super::*;
use crate::{
    Cluster,
    ask::End,
    matrix::{Ends, Naive, matrix},
    policy::By,
    random,
};

/// Each takes a few milliseconds without optimization.
const CASES: u32 = 300;

/// What is wanted: most of what goes through, some of it changed, and something else.
fn wanted(
    cluster: &Cluster,
    changes: &[(Index, u8)],
    more: &[(Index, Index, Addresses, bool)],
) -> Vec<Wanted> {
    let judge = Judge::new(cluster);
    let mut wanted = matrix(&judge).expect("a small matrix");
    for (index, change) in changes {
        if wanted.is_empty() {
            break;
        }
        let at = index.index(wanted.len());
        let flow = &mut wanted[at];
        match change % 4 {
            0 => drop(wanted.remove(at)),
            1 => {
                flow.ports = flow
                    .ports
                    .without(&PortSet::range(crate::Protocol::Tcp, 80, 81))
            }
            2 => flow.ports.add(crate::Protocol::Udp, 79, 80),
            _ => match &mut flow.from {
                Ends::Pods(pods) => drop(pods.pop()),
                Ends::Addresses(addresses) => *addresses = Addresses::none(),
            },
        }
    }
    let pods: Vec<PodId> = cluster.pod_ids().collect();
    for (from, to, outside, inward) in more.iter().filter(|_| !pods.is_empty()) {
        let pod = |at: &Index| Ends::Pods(vec![*at.get(&pods)]);
        let (from, to) = match inward {
            true => (pod(from), pod(to)),
            false => (pod(from), Ends::Addresses(outside.clone())),
        };
        let ports = PortSet::range(crate::Protocol::Tcp, 80, 90);
        wanted.push(Flow { from, to, ports });
    }
    wanted
}

impl Parties {
    fn holds(&self, end: End) -> bool {
        match end {
            End::Pod(pod) => self.pods.binary_search(&pod).is_ok(),
            End::Address(address) => self.addresses.contains(address),
        }
    }
}

/// What differs between every two ends, one by one.
struct Slow<'j> {
    naive: Naive<'j>,
    terms: Terms<'j>,
}

impl<'j> Slow<'j> {
    fn of(judge: &'j Judge<'j>, terms: Terms<'j>) -> Self {
        let ends = terms.wanted.iter().flat_map(|flow| [&flow.from, &flow.to]);
        let sets = ends.filter_map(|ends| match ends {
            Ends::Addresses(set) => Some(set),
            Ends::Pods(_) => None,
        });
        let sets: Vec<_> = sets.collect();
        Self {
            naive: Naive::of(judge, &sets),
            terms,
        }
    }

    fn speaks_of(&self, from: End, to: End) -> bool {
        let told = |end| match (end, self.terms.of) {
            (End::Pod(pod), Some(of)) => of.contains(&pod),
            (End::Pod(_), None) => true,
            (End::Address(_), _) => false,
        };
        let told = match self.terms.side {
            None => told(from) || told(to),
            Some(Direction::Egress) => told(from),
            Some(Direction::Ingress) => told(to),
        };
        told && self.naive.speaks_of(from, to)
    }

    fn side(&self, from: End, to: End, direction: Direction) -> PortSet {
        let looked_at = self.terms.side.is_none_or(|side| side == direction);
        let (end, peer) = match direction {
            Direction::Egress => (from, to),
            Direction::Ingress => (to, from),
        };
        match looked_at {
            true => self.naive.side(end, direction, peer),
            false => PortSet::all(),
        }
    }

    fn differs(&self, from: End, to: End, fault: Fault) -> PortSet {
        if !self.speaks_of(from, to) {
            return PortSet::none();
        }
        let out = self.side(from, to, Direction::Egress);
        let through = out.and(&self.side(from, to, Direction::Ingress));
        let mut wanted = PortSet::none();
        for flow in self.terms.wanted {
            if flow.from.holds(from) && flow.to.holds(to) {
                wanted.extend(&flow.ports);
            }
        }
        match fault {
            Fault::Extra => through.without(&wanted),
            Fault::Missing => wanted.without(&through),
        }
    }
}

/// What is told is so: the packet, the rules, and that everybody told of is concerned.
fn check(slow: &Slow<'_>, judge: &Judge<'_>, told: &Difference) -> Result<(), TestCaseError> {
    let Question {
        from,
        to,
        protocol,
        port,
    } = told.packet;
    prop_assert!(
        slow.differs(from, to, told.fault).contains(protocol, port),
        "{told:?}"
    );
    if slow.terms.side.is_none() {
        prop_assert_eq!(
            crate::ask(judge, &told.packet).allowed,
            told.fault == Fault::Extra
        );
    }
    prop_assert!(told.from.holds(from) && told.to.holds(to) && told.ports.contains(protocol, port));
    for (direction, rule) in [Direction::Egress, Direction::Ingress]
        .into_iter()
        .zip(told.through)
    {
        let end = if direction == Direction::Egress {
            from
        } else {
            to
        };
        let isolated = match end {
            End::Pod(pod) => !judge.isolating(pod, direction).is_empty(),
            End::Address(_) => false,
        };
        let looked_at = slow.terms.side.is_none_or(|side| side == direction);
        let is_rule = told.fault == Fault::Extra && isolated && looked_at;
        match (rule, end) {
            (Some(By::Policy(policy, at)), End::Pod(pod)) => {
                let grant = judge
                    .grants(pod, direction)
                    .find(|it| it.policy == policy && it.at == at as usize);
                prop_assert!(grant.is_some() && is_rule, "{told:?}");
            }
            (Some(By::Tier(tier, at)), End::Pod(pod)) => {
                let rule = judge.cluster().tier(tier).rules(direction).get(at as usize);
                prop_assert!(judge.tiers(pod, direction).contains(&tier), "{told:?}");
                prop_assert!(rule.is_some_and(|rule| rule.accepts()), "{told:?}");
            }
            (Some(_), End::Address(_)) => prop_assert!(false, "{told:?}"),
            (None, _) => prop_assert!(!is_rule, "{told:?}"),
        }
        let refuses = !slow.side(from, to, direction).contains(protocol, port);
        prop_assert_eq!(told.refused.contains(&direction), refuses, "{:?}", told);
    }
    let ends = slow.naive.ends();
    // A single pod may be among those of a class of which the others are called by it.
    let concerns = |from: End, to: End| {
        from == to
            || !slow
                .differs(from, to, told.fault)
                .and(&told.ports)
                .is_empty()
    };
    for end in &ends {
        let called = ends.iter().filter(|to| told.to.holds(**to));
        let calls = ends.iter().filter(|from| told.from.holds(**from));
        if told.from.holds(*end) {
            prop_assert!(
                called.clone().any(|to| concerns(*end, *to)),
                "{end:?} {told:?}"
            );
        }
        if told.to.holds(*end) {
            prop_assert!(
                calls.clone().any(|from| concerns(*from, *end)),
                "{end:?} {told:?}"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn it_tells_all_that_differs_and_nothing_else(
        cluster in random::cluster(),
        changes in prop::collection::vec(any::<(Index, u8)>(), 0..4),
        more in prop::collection::vec((any::<Index>(), any::<Index>(), random::block(), any::<bool>()), 0..2),
        of in prop::option::of(prop::collection::vec(any::<Index>(), 0..4)),
        side in prop_oneof![
            3 => Just(None),
            1 => Just(Some(Direction::Egress)),
            1 => Just(Some(Direction::Ingress)),
        ],
    ) {
        let wanted = wanted(&cluster, &changes, &more);
        let pods: Vec<PodId> = cluster.pod_ids().collect();
        let of = of.filter(|_| !pods.is_empty());
        let of: Option<Vec<PodId>> = of.map(|of| of.iter().map(|at| *at.get(&pods)).collect());
        let terms = Terms { wanted: &wanted, of: of.as_deref(), side };
        let judge = Judge::new(&cluster);
        let slow = Slow::of(&judge, terms);
        let differences = compare_under(&judge, &terms).expect("a small cluster");
        for told in &differences {
            check(&slow, &judge, told)?;
        }
        for from in slow.naive.ends() {
            for to in slow.naive.ends() {
                for fault in [Fault::Extra, Fault::Missing] {
                    let mut left = slow.differs(from, to, fault);
                    for told in differences.iter().filter(|told| told.fault == fault) {
                        if told.from.holds(from) && told.to.holds(to) {
                            left = left.without(&told.ports);
                        }
                    }
                    prop_assert!(left.is_empty(), "{from:?} {to:?} {fault:?} {left} {differences:?}");
                }
            }
        }
    }

    #[test]
    fn what_goes_through_is_what_goes_through(cluster in random::cluster()) {
        let judge = Judge::new(&cluster);
        let flows = matrix(&judge).expect("a small matrix");
        prop_assert_eq!(compare(&judge, &flows).expect("a small matrix"), []);
    }
}
