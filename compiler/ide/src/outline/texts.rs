//! Names that expressions say as texts: `env == 'prod'`, and in rules and tests
//! `estate.tenant['acme']`, `tenant.name == 'acme'`, `backup.to == 'nas'`.

use std::{borrow::Cow, ops::Range, sync::Arc};

use tenantry_core::cel::{Expr, ExprKind, Macro, Operator, spelling};
use tenantry_syntax::ast::Text;

use super::{
    DECLARED, ENV, Looked, Sort,
    loose::is_about_names,
    part,
    uses::{is_name, names_of},
    walk::Walk,
};

/// What the element of a macro stands for.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub(super) name: Arc<str>,
    /// The list that it is of, where that is one of nodes.
    sort: Option<Sort>,
    /// Where that is one of texts, what they are names of.
    names: Vec<Sort>,
}

/// An expression that stands in a text.
pub(super) struct Source<'s, 't> {
    pub(super) text: Text<'t>,
    /// Where it begins in that text's content.
    pub(super) start: usize,
    /// As it is written.
    pub(super) source: &'s str,
    /// Whether it asks about the estate, as those of rules and tests do.
    pub(super) asks: bool,
}

/// A node that an expression leads to from the estate.
struct Found {
    sort: Sort,
    /// `acme.web`: the scope of what stands in it.
    path: String,
}

impl Walk<'_, '_> {
    /// The names that texts of an expression are compared with, or looked up by.
    pub(super) fn texts(&mut self, from: &Source<'_, '_>, tree: &Expr) {
        let known = self.outline.loose.len();
        self.texts_within(from, tree, &mut Vec::new());
        if is_about_names(tree) {
            let own = self.outline.loose.iter_mut().skip(known);
            own.for_each(|loose| loose.is_form = true);
        }
        self.loose(from, tree);
    }

    fn texts_within(&mut self, from: &Source<'_, '_>, expr: &Expr, bound: &mut Vec<Bound>) {
        self.searched(from, expr, bound);
        match &expr.kind {
            ExprKind::Binary {
                operator,
                left,
                right,
                ..
            } => self.compared(from, *operator, (left, right), bound),
            ExprKind::Index { of, index } => self.looked_up(from, of, index, bound),
            ExprKind::Field { of, name } | ExprKind::Has { of, name } if from.asks => {
                if let Some(list) = list(of) {
                    let at = name.range.clone();
                    let looked = looked(&list);
                    self.text_use(from, &[list.sort], (&name.text, at), looked, true);
                }
            }
            _ => {}
        }
        let ExprKind::Each {
            over,
            var,
            only,
            body,
            ..
        } = &expr.kind
        else {
            for child in expr.children() {
                self.texts_within(from, child, bound);
            }
            return;
        };
        self.texts_within(from, over, bound);
        let element = self.element(from.asks, over, &var.text, bound);
        bound.push(element);
        for child in only.iter().chain([body]) {
            self.texts_within(from, child, bound);
        }
        bound.pop();
    }

    /// `env == 'prod'`, `'prod' != env`, `env in ['prod', 'staging']`, `'w' in tenant.workload`.
    fn compared(
        &mut self,
        from: &Source<'_, '_>,
        operator: Operator,
        (left, right): (&Expr, &Expr),
        bound: &[Bound],
    ) {
        match operator {
            Operator::Equal | Operator::NotEqual => {
                self.equals(from, left, right, bound);
                self.equals(from, right, left, bound);
            }
            Operator::In => {
                self.equals(from, left, right, bound);
                if let Some(list) = list(right).filter(|_| from.asks) {
                    self.text_of(from, &[list.sort], left, looked(&list));
                } else {
                    self.equals(from, right, left, bound);
                }
            }
            _ => {}
        }
    }

    /// `estate.tenant['acme']`, `{'prod': 3, 'staging': 1}[env]`.
    fn looked_up(&mut self, from: &Source<'_, '_>, of: &Expr, index: &Expr, bound: &[Bound]) {
        if let ExprKind::Map(entries) = &of.kind {
            for (key, _) in entries {
                self.equals(from, index, key, bound);
            }
        } else if from.asks {
            if let Some(list) = list(of) {
                self.text_of(from, &[list.sort], index, looked(&list));
            } else if let ExprKind::Field { name, .. } = &of.kind
                && let Some(sort) = sort_called(&name.text)
            {
                self.text_of(from, &[sort], index, Looked::Near(Vec::new()));
            }
        }
    }

    /// A text that `side` may be equal to is the name of what that leads to.
    fn equals(&mut self, from: &Source<'_, '_>, side: &Expr, text: &Expr, bound: &[Bound]) {
        let sorts = self.names_in(from.asks, side, bound);
        self.text_of(from, &sorts, text, Looked::Near(Vec::new()));
    }

    /// What the text that an expression is, or the texts that it holds, are names of.
    pub(super) fn names_in(&self, asks: bool, expr: &Expr, bound: &[Bound]) -> Vec<Sort> {
        match &expr.kind {
            ExprKind::Name(name) => match bound.iter().rev().find(|one| one.name == *name) {
                Some(one) => one.names.clone(),
                None if **name == *ENV => vec![ENV],
                None => Vec::new(),
            },
            ExprKind::Field { of, name } if asks && &*name.text == "name" => {
                sort_of(of, bound).into_iter().collect()
            }
            ExprKind::Field { name, .. } if asks => self.sorts_said_by(&name.text),
            ExprKind::Index { of, .. } => self.names_in(asks, of, bound),
            ExprKind::List(all) => {
                let all = all.iter();
                all.flat_map(|one| self.names_in(asks, one, bound))
                    .collect()
            }
            ExprKind::Choice { yes, no, .. } => {
                let both = [yes, no].into_iter();
                both.flat_map(|one| self.names_in(asks, one, bound))
                    .collect()
            }
            ExprKind::Each {
                macro_: Macro::Filter,
                over,
                ..
            } => self.names_in(asks, over, bound),
            ExprKind::Each {
                macro_: Macro::Map,
                over,
                var,
                body,
                ..
            } => {
                let mut inner = bound.to_vec();
                inner.push(self.element(asks, over, &var.text, bound));
                self.names_in(asks, body, &inner)
            }
            _ => Vec::new(),
        }
    }

    /// What the element of a macro over a list stands for.
    fn element(&self, asks: bool, over: &Expr, name: &Arc<str>, bound: &[Bound]) -> Bound {
        Bound {
            name: Arc::clone(name),
            sort: sort_of(over, bound),
            names: self.names_in(asks, over, bound),
        }
    }

    /// What the arguments and properties of a name may refer to, whatever they are of.
    fn sorts_said_by(&self, word: &str) -> Vec<Sort> {
        let mut sorts: Vec<Sort> = Vec::new();
        for (_, kind) in self.speaker.vocabulary().kinds() {
            let slots = kind.args.iter().chain(&kind.props);
            for slot in slots.filter(|slot| *spelling(&slot.name) == *word) {
                sorts.extend(names_of(slot));
            }
        }
        sorts.sort_unstable();
        sorts.dedup();
        sorts
    }

    /// A literal that says a name, or one of several; of `acme.db` the tenant is a name of its own.
    fn text_of(&mut self, from: &Source<'_, '_>, sorts: &[Sort], text: &Expr, looked: Looked) {
        if sorts.is_empty() {
            return;
        }
        let among: Vec<&Expr> = match &text.kind {
            ExprKind::List(all) => all.iter().collect(),
            ExprKind::Map(entries) => entries.iter().map(|(key, _)| key).collect(),
            ExprKind::Choice { yes, no, .. } => vec![yes, no],
            _ => Vec::new(),
        };
        for one in among {
            self.text_of(from, sorts, one, looked.clone());
        }
        let Some((value, at)) = literal(from, text) else {
            return;
        };
        match value.split_once('.') {
            Some((scope, name)) if is_name(scope) && is_name(name) => {
                let outer = (scope, at.start..at.start + scope.len());
                self.text_use(
                    from,
                    &["tenant", "cluster"],
                    outer,
                    Looked::Near(Vec::new()),
                    false,
                );
                let inner = (name, at.start + scope.len() + 1..at.end);
                self.text_use(from, sorts, inner, Looked::Within(scope.into()), false);
            }
            _ => self.text_use(from, sorts, (value, at), looked, false),
        }
    }

    fn text_use(
        &mut self,
        from: &Source<'_, '_>,
        sorts: &[Sort],
        (name, at): (&str, Range<usize>),
        looked: Looked,
        in_expression: bool,
    ) {
        let span = part(from.text, from.start + at.start..from.start + at.end);
        self.says(
            Cow::Owned(sorts.to_vec()),
            name,
            looked,
            span,
            in_expression,
        );
    }
}

/// A string and its bytes within the quotes; none where it is written with escapes.
pub(super) fn literal<'e>(
    from: &Source<'_, '_>,
    expr: &'e Expr,
) -> Option<(&'e str, Range<usize>)> {
    let ExprKind::Str(value) = &expr.kind else {
        return None;
    };
    let at = expr.range.start + 1..expr.range.end.checked_sub(1)?;
    (from.source.get(at.clone())? == &**value).then_some((&**value, at))
}

/// The sort of nodes that a field holds: `tenant`, and `pools` of a workload.
fn sort_called(word: &str) -> Option<Sort> {
    let called = |sort: &&Sort| {
        let sort = spelling(sort);
        *sort == *word || word.strip_suffix('s') == Some(&*sort)
    };
    DECLARED.iter().find(called).copied()
}

/// The sort of the node, or of the nodes, that an expression is.
fn sort_of(expr: &Expr, bound: &[Bound]) -> Option<Sort> {
    if let Some(node) = node(expr) {
        return Some(node.sort);
    }
    match &expr.kind {
        ExprKind::Name(name) => match bound.iter().rev().find(|one| one.name == *name) {
            Some(one) => one.sort,
            None => sort_called(name),
        },
        ExprKind::Field { name, .. } => sort_called(&name.text),
        ExprKind::Index { of, .. } => sort_of(of, bound),
        ExprKind::Each { over, .. } => sort_of(over, bound),
        _ => None,
    }
}

/// The node that an expression leads to by names alone: `estate.tenant['acme'].workload.web`.
fn node(expr: &Expr) -> Option<Found> {
    let (of, name): (&Expr, &str) = match &expr.kind {
        ExprKind::Index { of, index } => match &index.kind {
            ExprKind::Str(name) => (of, name),
            _ => return None,
        },
        ExprKind::Field { of, name } => (of, &name.text),
        _ => return None,
    };
    let list = list(of)?;
    let path = match &*list.path {
        "" => name.to_owned(),
        around => format!("{around}.{name}"),
    };
    Some(Found {
        sort: list.sort,
        path,
    })
}

/// The nodes that are looked up by name there, and the path of what holds them.
fn list(expr: &Expr) -> Option<Found> {
    let ExprKind::Field { of, name } = &expr.kind else {
        return None;
    };
    let sort = *DECLARED.iter().find(|sort| *spelling(sort) == *name.text)?;
    if matches!(&of.kind, ExprKind::Name(name) if &**name == "estate") {
        return Some(Found {
            sort,
            path: String::new(),
        });
    }
    let holder = node(of)?;
    // `workload.cluster` is the cluster itself, and none of several.
    let holds: &[Sort] = match holder.sort {
        "tenant" => &["workload", "secret", "config", "volume"],
        "workload" => &["port", "secret", "config", "volume"],
        "cluster" => &["pool", "storage", "network", "queue"],
        "external" => &["port"],
        _ => &[],
    };
    holds.contains(&sort).then_some(Found {
        sort,
        path: holder.path,
    })
}

fn looked(list: &Found) -> Looked {
    match &*list.path {
        "" => Looked::Near(Vec::new()),
        path => Looked::Within(path.into()),
    }
}
