//! Names that expressions say as texts: `env == 'prod'`, and in rules and tests
//! `estate.tenant['acme']`, `tenant.name == 'acme'`, `backup.to == 'nas'`.

use std::{borrow::Cow, ops::Range, sync::Arc};

use tenantry_core::{
    cel::{Expr, ExprKind, Operator, spelling},
    schema::ty::Class,
};
use tenantry_syntax::{Span, ast::Text};

use super::{DECLARED, ENV, Looked, Sort, Use, part, walk::Walk};

/// What the element of a macro stands for.
#[derive(Debug, Clone)]
struct Bound {
    name: Arc<str>,
    /// The list that it is of, where that is one of nodes.
    sort: Option<Sort>,
    /// What that list is called: `pools` of `workload.pools.exists(p, …)`.
    word: Option<Arc<str>>,
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
        self.texts_within(from, tree, &mut Vec::new());
        self.loose(from, tree);
    }

    fn texts_within(&mut self, from: &Source<'_, '_>, expr: &Expr, bound: &mut Vec<Bound>) {
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
        bound.push(Bound {
            name: Arc::clone(&var.text),
            sort: sort_of(over, bound),
            word: word_of(over, bound),
        });
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
                self.says(from, left, right, bound);
                self.says(from, right, left, bound);
            }
            Operator::In => {
                if let ExprKind::List(elements) = &right.kind {
                    for element in elements {
                        self.says(from, left, element, bound);
                    }
                } else if let Some(list) = list(right).filter(|_| from.asks) {
                    self.text_of(from, &[list.sort], left, looked(&list));
                } else {
                    self.says(from, right, left, bound);
                }
            }
            _ => {}
        }
    }

    /// `estate.tenant['acme']`, `{'prod': 3, 'staging': 1}[env]`.
    fn looked_up(&mut self, from: &Source<'_, '_>, of: &Expr, index: &Expr, bound: &[Bound]) {
        if let ExprKind::Map(entries) = &of.kind {
            for (key, _) in entries {
                self.says(from, index, key, bound);
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
    fn says(&mut self, from: &Source<'_, '_>, side: &Expr, text: &Expr, bound: &[Bound]) {
        if is_env(side, bound) {
            return self.text_of(from, &[ENV], text, Looked::Near(Vec::new()));
        }
        if !from.asks {
            return;
        }
        if let ExprKind::Field { of, name } = &side.kind
            && &*name.text == "name"
        {
            if let Some(sort) = sort_of(of, bound) {
                self.text_of(from, &[sort], text, Looked::Near(Vec::new()));
            }
            return;
        }
        if let Some(word) = word_of(side, bound) {
            let sorts = self.sorts_said_by(&word);
            self.text_of(from, &sorts, text, Looked::Near(Vec::new()));
        }
    }

    /// What the arguments and properties of a name may refer to, whatever they are of.
    fn sorts_said_by(&self, word: &str) -> Vec<Sort> {
        let mut sorts: Vec<Sort> = Vec::new();
        for (_, kind) in self.speaker.vocabulary().kinds() {
            let slots = kind.args.iter().chain(&kind.props);
            for slot in slots.filter(|slot| *spelling(&slot.name) == *word) {
                if let Class::Reference(kinds) = slot.ty.class {
                    sorts.extend(kinds);
                }
            }
        }
        sorts.sort_unstable();
        sorts.dedup();
        sorts
    }

    /// A literal that says a name; of `acme.db` the tenant is a name of its own.
    fn text_of(&mut self, from: &Source<'_, '_>, sorts: &[Sort], text: &Expr, looked: Looked) {
        let Some((value, at)) = literal(from, text).filter(|_| !sorts.is_empty()) else {
            return;
        };
        match value.split_once('.') {
            Some((scope, name)) => {
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
            None => self.text_use(from, sorts, (value, at), looked, false),
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
        self.outline.uses.push(Use {
            sorts: Cow::Owned(sorts.to_vec()),
            name: name.into(),
            looked,
            unit: self.speaker.unit,
            span: Span {
                file: self.file,
                ..span
            },
            in_expression,
        });
    }

    /// The other texts of an expression that speaks of the environment: what they mean there
    /// cannot be told.
    fn loose(&mut self, from: &Source<'_, '_>, tree: &Expr) {
        let mut speaks = false;
        tree.walk(&mut |expr, bound| {
            speaks |= matches!(&expr.kind, ExprKind::Name(name)
                if &**name == ENV && bound.iter().all(|one| &**one != ENV));
            true
        });
        if !speaks {
            return;
        }
        let mut found = Vec::new();
        let mut plain: Vec<Range<usize>> = Vec::new();
        tree.walk(&mut |expr, bound| {
            plain.extend(plain_texts(expr, bound));
            if let Some(at) = held_against(expr, bound) {
                let span = part(from.text, from.start + at.start..from.start + at.end);
                found.push((
                    Arc::default(),
                    Span {
                        file: self.file,
                        ..span
                    },
                ));
            }
            if let Some((value, at)) = literal(from, expr).filter(|_| !plain.contains(&expr.range))
            {
                let span = part(from.text, from.start + at.start..from.start + at.end);
                found.push((
                    Arc::<str>::from(value),
                    Span {
                        file: self.file,
                        ..span
                    },
                ));
            }
            true
        });
        let known = |span: &Span| {
            let mut uses = self.outline.uses.iter();
            uses.any(|one| one.span.start == span.start)
        };
        found.retain(|(_, span)| !known(span));
        self.outline.loose.extend(found);
    }
}

/// Where the environment is compared with a value that is worked out elsewhere.
fn held_against(expr: &Expr, bound: &[Arc<str>]) -> Option<Range<usize>> {
    let ExprKind::Binary {
        operator: Operator::Equal | Operator::NotEqual | Operator::In,
        left,
        right,
        ..
    } = &expr.kind
    else {
        return None;
    };
    let first = |side: &Expr| {
        let first = side.path()?.first().cloned();
        first.filter(|first| !bound.contains(first))
    };
    let (left, right) = (first(left)?, first(right)?);
    let is_one = (&*left == ENV) != (&*right == ENV);
    is_one.then(|| expr.range.clone())
}

/// Where texts right below a part stand that mean no environment: what comes out, what is looked
/// up elsewhere, what something else is compared with.
fn plain_texts(expr: &Expr, bound: &[Arc<str>]) -> Vec<Range<usize>> {
    let is_other = |side: &Expr| {
        let path = side.path();
        path.is_some_and(|path| path.first().is_some_and(|first| !bound.contains(first)))
    };
    let texts: Vec<&Expr> = match &expr.kind {
        ExprKind::Choice { yes, no, .. } => vec![yes, no],
        ExprKind::Index { index, .. } => vec![index],
        ExprKind::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
        ExprKind::Binary {
            operator,
            left,
            right,
            ..
        } if *operator == Operator::Add || is_other(left) || is_other(right) => vec![left, right],
        _ => Vec::new(),
    };
    texts.into_iter().map(|text| text.range.clone()).collect()
}

/// A string and its bytes within the quotes; none where it is written with escapes.
fn literal<'e>(from: &Source<'_, '_>, expr: &'e Expr) -> Option<(&'e str, Range<usize>)> {
    let ExprKind::Str(value) = &expr.kind else {
        return None;
    };
    let at = expr.range.start + 1..expr.range.end.checked_sub(1)?;
    (from.source.get(at.clone())? == &**value).then_some((&**value, at))
}

fn is_env(expr: &Expr, bound: &[Bound]) -> bool {
    matches!(&expr.kind, ExprKind::Name(name)
        if &**name == ENV && bound.iter().all(|one| &*one.name != ENV))
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

/// What a value is called: the field that it is in.
fn word_of(expr: &Expr, bound: &[Bound]) -> Option<Arc<str>> {
    match &expr.kind {
        ExprKind::Name(name) => {
            let bound = bound.iter().rev().find(|one| one.name == *name);
            bound?.word.clone()
        }
        ExprKind::Field { name, .. } => Some(Arc::clone(&name.text)),
        ExprKind::Index { of, .. } => word_of(of, bound),
        ExprKind::Each { over, .. } => word_of(over, bound),
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
