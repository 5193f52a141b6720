//! Ends, sides and grounds in words.

use std::collections::BTreeMap;

use tenantry_reach::{Account, Addresses, Direction, End, Judge, PolicyId, Question};

use super::sheet::{Class, Sheet};

/// More blocks than this are told by what they leave out.
const BLOCKS: usize = 4;

/// Addresses outside of the cluster, the shorter way.
pub(super) fn addresses(addresses: &Addresses) -> String {
    let all = Addresses::all();
    if *addresses == all {
        return "every address outside".to_owned();
    }
    let blocks = addresses.blocks().len();
    let rest = all.without(addresses);
    if blocks > BLOCKS && rest.blocks().len() < blocks {
        return format!("every address outside but {rest}");
    }
    addresses.to_string()
}

/// What the ends of a sheet's flows are called.
pub(super) struct Names<'s> {
    sheet: &'s Sheet,
    /// How many workloads each group has.
    groups: BTreeMap<&'s str, usize>,
    /// How many there are in all.
    workloads: usize,
}

impl<'s> Names<'s> {
    pub(super) fn of(sheet: &'s Sheet) -> Self {
        let groups = sheet.groups().into_iter();
        let groups: BTreeMap<&str, usize> = groups
            .map(|(group, members)| (group, members.len()))
            .collect();
        Self {
            sheet,
            workloads: groups.values().sum(),
            groups,
        }
    }

    /// Ends of a flow, the shorter way: a group that is there whole by its name alone.
    pub(super) fn ends(&self, ends: &[usize]) -> Vec<String> {
        if let [one] = ends {
            return vec![self.name(*one)];
        }
        let mut held: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut others = Vec::new();
        for &at in ends {
            match self.sheet.nodes.get(at) {
                Some(node) if node.class == Class::Workload => {
                    held.entry(&node.group).or_default().push(at);
                }
                _ => others.push(at),
            }
        }
        let workloads: usize = held.values().map(Vec::len).sum();
        let mut names = Vec::new();
        if workloads == self.workloads && self.groups.len() > 1 {
            names.push("everybody inside".to_owned());
        } else {
            for (group, own) in held {
                if own.len() > 1 && self.groups.get(group) == Some(&own.len()) {
                    names.push(format!("all of {group}"));
                } else {
                    names.extend(own.into_iter().map(|at| self.name(at)));
                }
            }
        }
        names.extend(others.into_iter().map(|at| self.name(at)));
        names
    }

    fn name(&self, at: usize) -> String {
        let node = self.sheet.nodes.get(at);
        node.map_or_else(String::new, |node| node.name.clone())
    }
}

/// One end of a question.
pub(super) fn end(judge: &Judge<'_>, end: End) -> String {
    match end {
        End::Pod(pod) => judge.cluster().pod(pod).path(),
        End::Address(address) => address.to_string(),
    }
}

/// What one side says, and by which policy.
pub(super) fn account(
    judge: &Judge<'_>,
    question: &Question,
    direction: Direction,
    account: &Account,
) -> String {
    let side = match direction {
        Direction::Egress => question.from,
        Direction::Ingress => question.to,
    };
    let section = direction.section();
    let path = |policy: &PolicyId| judge.cluster().policy(*policy).path();
    let rule =
        |policy: &PolicyId, rule: usize| format!("`{section}[{rule}]` of `{}`", path(policy));
    match account {
        Account::Open if matches!(side, End::Address(_)) => {
            "it is outside, where no policy of the cluster speaks".to_owned()
        }
        Account::Open => format!("open: no policy isolates it for {section}"),
        Account::Admitted {
            policy,
            rule: place,
        } => {
            format!("admitted by {}", rule(policy, *place))
        }
        Account::Accepted { tier, rule } => format!(
            "accepted by `{section}[{rule}]` of `{}`, past the policies of its namespace",
            judge.cluster().tier(*tier).path()
        ),
        Account::Denied { tier, rule } => format!(
            "denied by `{section}[{rule}]` of `{}`",
            judge.cluster().tier(*tier).path()
        ),
        Account::Refused {
            isolated_by,
            other_ports,
        } => {
            let names: Vec<String> = isolated_by
                .iter()
                .map(|it| format!("`{}`", path(it)))
                .collect();
            let mut words = format!("refused: isolated by {}, ", listed(&names));
            match other_ports.as_slice() {
                [] => words += "and no rule admits the other end",
                some => {
                    let rules: Vec<String> = some.iter().map(|(it, at)| rule(it, *at)).collect();
                    words += &format!(
                        "and {} admits the other end on other ports only",
                        listed(&rules)
                    );
                }
            }
            words
        }
    }
}

/// The most names that are told one by one.
const LISTED: usize = 12;

/// `a`, `a or b`, `a, b or c`.
pub(super) fn either(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        names => names.concat(),
    }
}

/// `a`, `a and b`, `a, b and c`; of many, the first.
pub(super) fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(LISTED);
    let shown = names.get(..names.len() - more).unwrap_or_default();
    match (shown, more) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
