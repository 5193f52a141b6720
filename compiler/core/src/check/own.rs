//! The rules that a spec declares: each is asked of the nodes that it is about.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    cel::{self, Budget, Problem, Value},
    diag::{Diagnostic, Findings, Label},
    model::Estate,
    query::{Names, Place, View},
    schema::{
        decode::{Judgement, UserRule},
        kind::KindId,
        node::{Expr, Formula, Node, Piece},
        rules::expression,
    },
};

/// Asks all rules.
pub(super) fn judge(estate: &Estate, findings: &mut Findings) {
    let rules = &estate.text.rules;
    if rules.is_empty() {
        return;
    }
    let view = View::of(estate);
    let nodes = nodes(&view, rules);
    for rule in &**rules {
        let Some(judgement) = &rule.judgement else {
            continue;
        };
        let mut asking = Asking {
            estate,
            view: &view,
            rule,
            budget: Budget::new(STEPS),
            failed: false,
            findings,
        };
        if !asking.holds() {
            continue;
        }
        for chain in nodes.get(&judgement.on).into_iter().flatten() {
            if asking.concerns(chain) {
                asking.node(judgement, chain);
            }
        }
    }
}

/// The steps that one rule may take in an environment, over all nodes.
const STEPS: u64 = 100 * cel::limits::STEPS;

/// The nodes of the kinds that rules are about, each with those around it, outermost first.
fn nodes(view: &View, rules: &[UserRule]) -> BTreeMap<KindId, Vec<Vec<Place>>> {
    let mut found: BTreeMap<KindId, Vec<Vec<Place>>> = rules
        .iter()
        .filter_map(|rule| Some((rule.judgement.as_ref()?.on, Vec::new())))
        .collect();
    let mut open: Vec<(&Node, Vec<Place>)> = vec![(view.root(), Vec::new())];
    while let Some((node, chain)) = open.pop() {
        if let Some(of) = found.get_mut(&node.kind) {
            of.push(chain.clone());
        }
        let place = chain.last().cloned().unwrap_or_else(Place::root);
        // The last one first, as the open ones are taken from the end.
        for (at, child) in node.children.iter().enumerate().rev() {
            let mut longer = chain.clone();
            longer.push(place.child(at));
            open.push((child, longer));
        }
    }
    found
}

/// A rule being asked.
struct Asking<'a> {
    estate: &'a Estate,
    view: &'a Arc<View>,
    rule: &'a UserRule,
    budget: Budget,
    /// Whether its expressions failed before: that is said once.
    failed: bool,
    findings: &'a mut Findings,
}

impl Asking<'_> {
    /// Whether its `if` is true, if it has one.
    fn holds(&mut self) -> bool {
        let Some(condition) = &self.rule.condition else {
            return true;
        };
        let names = Names::of_estate(self.estate, self.view, self.rule.unit);
        match cel::evaluate(&condition.program, &names, &mut self.budget) {
            Ok(value) => matches!(value, Value::Bool(true)),
            Err(problem) => {
                self.findings.push(expression(&problem, &condition.at));
                false
            }
        }
    }

    /// A rule in a profile is about what is like it, and what is in that.
    fn concerns(&self, chain: &[Place]) -> bool {
        let Some(profile) = &self.rule.profile else {
            return true;
        };
        let mut nodes = chain.iter().filter_map(|place| self.view.node(place));
        nodes.any(|node| node.profiles.contains(profile))
    }

    fn node(&mut self, judgement: &Judgement, chain: &[Place]) {
        let Some(node) = chain.last().and_then(|place| self.view.node(place)) else {
            return;
        };
        let names = Names::of_node(self.estate, self.view, self.rule.unit, chain);
        match self.ask(&judgement.when, &names) {
            Ok(Value::Bool(true)) => {}
            Ok(_) => return,
            Err(failure) => return self.fail(&failure, node),
        }
        let said = self.sentence(&judgement.say, &names);
        let fix = judgement.fix.as_ref().map(|fix| self.sentence(fix, &names));
        match (said, fix.transpose()) {
            (Ok(said), Ok(fix)) => {
                let label = format!("`{}` finds this", self.rule.head.name);
                self.findings.push(
                    Diagnostic::new(self.rule.head.clone(), node.span, said)
                        .label(label)
                        .also(self.rule.head.declared, "the rule")
                        .maybe_why(self.rule.head.doc.as_deref())
                        .maybe_help(fix),
                );
            }
            (Err(failure), _) | (_, Err(failure)) => self.fail(&failure, node),
        }
    }

    /// The value of an expression; nothing where it leant on what is broken.
    fn ask<'f>(&mut self, formula: &'f Formula, names: &Names<'_>) -> Result<Value, Failure<'f>> {
        self.view.was_unsure();
        let value = cel::evaluate(&formula.program, names, &mut self.budget);
        match value {
            _ if self.view.was_unsure() => Ok(Value::Null),
            Ok(value) => Ok(value),
            Err(problem) => Err(Failure { problem, formula }),
        }
    }

    fn sentence<'f>(&mut self, expr: &'f Expr, names: &Names<'_>) -> Result<String, Failure<'f>> {
        match expr {
            Expr::Broken => Ok(String::new()),
            Expr::Lit(lit) => Ok(lit.to_string()),
            Expr::Formula(formula) => Ok(self.ask(formula, names)?.to_string()),
            Expr::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(plain) => text.push_str(plain),
                        Piece::Formula(formula) => {
                            text.push_str(&self.ask(formula, names)?.to_string());
                        }
                    }
                }
                Ok(text)
            }
        }
    }

    fn fail(&mut self, failure: &Failure<'_>, node: &Node) {
        if std::mem::replace(&mut self.failed, true) {
            return;
        }
        let mut finding = expression(&failure.problem, &failure.formula.at);
        finding
            .related
            .push(Label::new(node.span, "asked of this one"));
        self.findings.push(finding);
    }
}

/// An expression without a value.
struct Failure<'f> {
    problem: Problem,
    formula: &'f Formula,
}
