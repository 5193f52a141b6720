//! How grave findings are in this estate: `rules { set NAME LEVEL }`, and `allow NAME
//! because="…"` on a node, which silences a rule for what stands in it.

use std::{collections::BTreeSet, sync::Arc};

use tenantry_syntax::Span;

use crate::{
    diag::{Diagnostic, Findings, Level, RuleRef},
    instances::Instances,
    model::Estate,
    rules,
    schema::{
        TypedEstate,
        decode::UserRule,
        kinds::RuleLevel,
        node::TypedNode,
        words::{UnitId, Words},
    },
};

/// An `allow` of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allowance {
    rule: Arc<str>,
    /// Where the `allow` stands.
    at: Span,
    /// The node that it stands in, with its block.
    scope: Span,
}

impl Allowance {
    /// Whether a finding is about something in the node: its place, or another that it labels.
    fn covers(&self, finding: &Diagnostic, instances: &Instances) -> bool {
        finding.rule.name() == &*self.rule
            && finding
                .span
                .into_iter()
                .chain(finding.related.iter().map(|label| label.span))
                .any(|span| instances.within(span, self.scope))
    }
}

/// All `allow`s of an estate, and what is wrong with them.
pub(crate) fn allowances(typed: &TypedEstate) -> (Vec<Allowance>, Findings) {
    let profiles = typed.profiles.iter().map(|profile| &profile.body);
    let bodies = typed.words.defines.iter().flat_map(|d| d.bodies.values());
    let nodes = typed.nodes.iter().map(|node| &**node);
    allowances_in(typed, nodes.chain(profiles).chain(bodies))
}

/// The `allow`s of these nodes and of what stands in them.
pub(crate) fn allowances_in<'n>(
    typed: &TypedEstate,
    nodes: impl Iterator<Item = &'n TypedNode>,
) -> (Vec<Allowance>, Findings) {
    let mut all = Vec::new();
    nodes.for_each(|node| collect(node, &mut all));
    let mut findings = Findings::new();
    all.retain_mut(|allow| match rules::find(&allow.rule) {
        None => {
            let unit = typed.words.unit_of(allow.at.file);
            match own_rule(&typed.words, &typed.rules, unit, &allow.rule) {
                Own::Known(rule) => allow.rule.clone_from(&rule.head.name),
                Own::Lost => return false,
                Own::Unknown(names) => {
                    findings.push(rules::unknown(&allow.rule, allow.at, &names));
                    return false;
                }
            }
            true
        }
        Some(rule) if !rules::adjustable(rule) => {
            findings.push(rules::fixed(rule, allow.at));
            false
        }
        Some(_) => true,
    });
    (all, findings)
}

fn collect(node: &TypedNode, all: &mut Vec<Allowance>) {
    all.extend(node.allows.iter().map(|allow| Allowance {
        rule: allow.rule.clone(),
        at: allow.span,
        scope: node.whole,
    }));
    node.children
        .iter()
        .chain(node.overlays.iter().map(|overlay| &overlay.body))
        .for_each(|child| collect(child, all));
}

/// Applies the estate's levels and the allowances; returns which of them silenced something.
pub(crate) fn apply(
    estate: &Estate,
    allowances: &[Allowance],
    findings: &mut Findings,
) -> BTreeSet<usize> {
    set(estate, findings);
    let mut used = BTreeSet::new();
    findings.retain(|finding| {
        let by: Vec<usize> = (0..allowances.len())
            .filter(|at| allowances[*at].covers(finding, &estate.origins.instances))
            .collect();
        used.extend(&by);
        by.is_empty()
    });
    used
}

/// What is wrong with the name of a rule as a unit says it.
pub(crate) fn unknown_rule(
    typed: &TypedEstate,
    unit: UnitId,
    name: &str,
    span: Span,
) -> Option<Diagnostic> {
    if rules::find(name).is_some() {
        return None;
    }
    match own_rule(&typed.words, &typed.rules, unit, name) {
        Own::Unknown(names) => Some(rules::unknown(name, span, &names)),
        Own::Known(_) | Own::Lost => None,
    }
}

/// What a name that none of our rules has may be.
enum Own<'r> {
    /// A rule of the spec's own.
    Known(&'r UserRule),
    /// One of a package that could not be loaded, which was reported.
    Lost,
    /// None of these.
    Unknown(Vec<&'r str>),
}

/// The rule of that name, as a unit says it.
fn own_rule<'r>(words: &Words, rules: &'r [UserRule], unit: UnitId, name: &str) -> Own<'r> {
    if words.is_lost(unit, name) {
        return Own::Lost;
    }
    let owner = words.owner(unit, name);
    let known = rules
        .iter()
        .find(|rule| owner == Some((rule.unit, &*rule.name)));
    match known {
        Some(rule) => Own::Known(rule),
        None => Own::Unknown(rules.iter().map(|rule| &*rule.head.name).collect()),
    }
}

fn at_level(findings: &mut Findings, rule: &RuleRef, level: Level) {
    for finding in findings.iter_mut().filter(|finding| finding.rule == *rule) {
        finding.level = level;
    }
}

/// How grave a rule of the spec's own is in this estate.
pub(crate) fn of_own(estate: &Estate, rule: &UserRule) -> Level {
    let mut sets = estate.spec.rules.iter().flat_map(|rules| &rules.set);
    let text = &estate.text;
    let own = |name: &str| own_rule(&text.words, &text.rules, UnitId::ESTATE, name);
    sets.rfind(|set| matches!(own(&set.rule.value), Own::Known(known) if known.head == rule.head))
        .map_or(rule.head.level, |set| level_of(set.level.value))
}

fn level_of(word: RuleLevel) -> Level {
    match word {
        RuleLevel::Off => Level::Off,
        RuleLevel::Note => Level::Note,
        RuleLevel::Warn => Level::Warn,
        RuleLevel::Error => Level::Error,
    }
}

fn set(estate: &Estate, findings: &mut Findings) {
    for set in estate.spec.rules.iter().flat_map(|rules| &rules.set) {
        let level = level_of(set.level.value);
        match rules::find(&set.rule.value) {
            None => {
                let text = &estate.text;
                match own_rule(&text.words, &text.rules, UnitId::ESTATE, &set.rule.value) {
                    Own::Known(rule) => at_level(findings, &rule.head.clone().into(), level),
                    Own::Lost => {}
                    Own::Unknown(names) => {
                        let span = estate.span(set.rule.origin);
                        findings.push(rules::unknown(&set.rule.value, span, &names));
                    }
                }
            }
            Some(rule) if !rules::adjustable(rule) => {
                findings.push(rules::fixed(rule, estate.span(set.level.origin)))
            }
            Some(rule) => at_level(findings, &rule.into(), level),
        }
    }
    findings.retain(|finding| finding.level != Level::Off);
}

/// Reports the allowances that silenced nothing in any environment. In an estate with errors
/// nothing is said: what an allowance is for may not have been looked at.
pub(crate) fn unused(allowances: &[Allowance], used: &BTreeSet<usize>, findings: &mut Findings) {
    if findings.iter().any(|finding| finding.level == Level::Error) {
        return;
    }
    let idle = allowances
        .iter()
        .enumerate()
        .filter(|(at, _)| !used.contains(at));
    findings.extend(idle.map(|(_, allow)| rules::unused_allow(&allow.rule, allow.at)));
}
