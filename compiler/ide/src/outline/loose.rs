//! Texts of expressions that may say a name, with no telling whether they do: what `env` is
//! searched for, what a name is compared with that is put together.

use std::{ops::Range, sync::Arc};

use tenantry_core::cel::{self, Budget, Expr, ExprKind, Function, NoTypes, Operator, Scope, Value};
use tenantry_syntax::Span;

use super::{
    ENV, GROUND, Loose, Meant, Sort, part,
    texts::{Bound, Source, literal},
    walk::Walk,
};

impl Meant {
    /// Whether it has the name in it as a whole.
    pub(crate) fn says(&self, name: &str) -> bool {
        match self {
            Self::Anything => false,
            Self::Name(text)
            | Self::Part(text)
            | Self::Whole(text)
            | Self::Searched { text, .. } => text.contains(name),
        }
    }

    /// Whether it says something of what is called so.
    pub(crate) fn is_of(&self, name: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Name(text) => **text == *name,
            Self::Part(text) => text.contains(name),
            Self::Whole(text) => words(text).any(|word| word == name),
            Self::Searched { call, text } => {
                // What the name leads to may stand behind a dot, or in front of one.
                let dotted = [format!("{name}."), format!("{name}\\"), format!(".{name}")];
                holds(name, call) || dotted.iter().any(|dotted| text.contains(dotted))
            }
        }
    }
}

/// Whether an expression asks for nothing but names: for how things are called, which is what a
/// rename may be made for.
pub(crate) fn is_about_names(tree: &Expr) -> bool {
    let paths = tree.paths();
    let is_name = |path: &cel::Path| matches!(&*path.names, [_, .., last] if **last == *"name");
    !paths.is_empty() && paths.iter().all(is_name)
}

/// The names that a text may be made of: what stands between dots, and signs of a pattern.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
}

/// What the part before the dot of such a reference names: of `acme.web` the tenant.
fn scopes_of(sorts: &[Sort]) -> Vec<Sort> {
    let inner = ["workload", "secret", "config", "volume"];
    let is_any = |of: &[Sort]| sorts.iter().any(|sort| of.contains(sort));
    let tenant = is_any(&inner).then_some("tenant");
    let cluster = is_any(GROUND).then_some("cluster");
    tenant.into_iter().chain(cluster).collect()
}

/// Whether a text answers a call with true: `'acme'` does `.startsWith('ac')`.
fn holds(text: &str, call: &str) -> bool {
    let source = format!("'{text}'{call}");
    let Ok(program) = cel::compile(&source, &Scope::new(), &NoTypes, None) else {
        return false;
    };
    let none = std::collections::BTreeMap::<Arc<str>, Value>::new();
    let value = cel::evaluate(&program, &none, &mut Budget::default());
    matches!(value, Ok(Value::Bool(true)))
}

impl Walk<'_, '_> {
    /// What a name is searched for, and what a text that a name is part of is compared with.
    pub(super) fn searched(&mut self, from: &Source<'_, '_>, expr: &Expr, bound: &[Bound]) {
        match &expr.kind {
            ExprKind::Call {
                function: Some(function),
                receiver,
                arguments,
                ..
            } if is_search(*function) => {
                let mut all = receiver.iter().map(|of| &**of).chain(arguments);
                if let (Some(within), Some(wanted)) = (all.next(), all.next()) {
                    self.search(from, *function, within, wanted, bound);
                }
            }
            ExprKind::Binary {
                operator: Operator::Equal | Operator::NotEqual | Operator::In,
                left,
                right,
                ..
            } => {
                self.put_together(from, left, right, bound);
                self.put_together(from, right, left, bound);
                self.made_of_texts(from, left, right, bound);
                self.made_of_texts(from, right, left, bound);
            }
            _ => {}
        }
    }

    /// `env.startsWith('pr')`, `'prod-x'.contains(env)`.
    fn search(
        &mut self,
        from: &Source<'_, '_>,
        function: Function,
        within: &Expr,
        wanted: &Expr,
        bound: &[Bound],
    ) {
        self.scope(from, wanted, bound, within);
        self.scope(from, within, bound, wanted);
        if let Some((text, at)) = literal(from, within) {
            self.add_loose(from, wanted, bound, Meant::Part(text.into()), at);
        }
        let Some((text, at)) = literal(from, wanted) else {
            return;
        };
        let meant = if self.names_in(from.asks, within, bound).is_empty() {
            Meant::Part(text.into())
        } else {
            let said = from.source.get(wanted.range.clone()).unwrap_or_default();
            Meant::Searched {
                call: format!(".{}({said})", function.name()).into(),
                text: text.into(),
            }
        };
        self.add_loose(from, within, bound, meant, at);
    }

    /// `connect.target.startsWith('acme.')`: what stands before the dot is a name of its own.
    fn scope(&mut self, from: &Source<'_, '_>, against: &Expr, bound: &[Bound], text: &Expr) {
        let ExprKind::Str(said) = &text.kind else {
            return;
        };
        if said.contains('.') {
            let scopes = scopes_of(&self.names_within(from.asks, against, bound));
            self.push_loose(from, scopes, Meant::Whole(said.clone()), text.range.clone());
        }
    }

    /// `connect.target == 'acme.' + 'web'`: what a name is compared with is put together of texts,
    /// which say parts of it.
    fn made_of_texts(&mut self, from: &Source<'_, '_>, side: &Expr, made: &Expr, bound: &[Bound]) {
        let mut sorts = self.names_in(from.asks, side, bound);
        sorts.extend(scopes_of(&sorts));
        for (text, at) in added(made).into_iter().filter_map(|one| literal(from, one)) {
            self.push_loose(from, sorts.clone(), Meant::Whole(text.into()), at);
        }
    }

    /// `env + '-x' == 'prod-x'`: the text may have the name in it.
    fn put_together(&mut self, from: &Source<'_, '_>, side: &Expr, text: &Expr, bound: &[Bound]) {
        if !self.names_in(from.asks, side, bound).is_empty() {
            return;
        }
        let texts: Vec<&Expr> = match &text.kind {
            ExprKind::List(all) => all.iter().collect(),
            _ => vec![text],
        };
        for (text, at) in texts.into_iter().filter_map(|text| literal(from, text)) {
            self.add_loose(from, side, bound, Meant::Part(text.into()), at);
        }
    }

    /// A text that is held against what an expression makes of names.
    fn add_loose(
        &mut self,
        from: &Source<'_, '_>,
        against: &Expr,
        bound: &[Bound],
        meant: Meant,
        at: Range<usize>,
    ) {
        let sorts = self.names_within(from.asks, against, bound);
        self.push_loose(from, sorts, meant, at);
    }

    fn push_loose(
        &mut self,
        from: &Source<'_, '_>,
        sorts: Vec<Sort>,
        meant: Meant,
        at: Range<usize>,
    ) {
        if sorts.is_empty() {
            return;
        }
        let span = self.span_in(from, at);
        self.outline.loose.push(Loose {
            sorts,
            meant,
            is_form: false,
            span,
        });
    }

    /// What texts in an expression are names of, be they part of what it comes to.
    fn names_within(&self, asks: bool, expr: &Expr, bound: &[Bound]) -> Vec<Sort> {
        let own = self.names_in(asks, expr, bound);
        if !own.is_empty() {
            return own;
        }
        let below: Vec<&Expr> = match &expr.kind {
            ExprKind::Binary {
                operator: Operator::Add,
                left,
                right,
                ..
            } => vec![left, right],
            ExprKind::Call { .. } | ExprKind::List(_) => expr.children(),
            ExprKind::Choice { yes, no, .. } => vec![yes, no],
            _ => Vec::new(),
        };
        let below = below.into_iter();
        let mut sorts: Vec<Sort> = below
            .flat_map(|one| self.names_within(asks, one, bound))
            .collect();
        sorts.sort_unstable();
        sorts.dedup();
        sorts
    }

    fn span_in(&self, from: &Source<'_, '_>, at: Range<usize>) -> Span {
        let span = part(from.text, from.start + at.start..from.start + at.end);
        Span {
            file: self.file,
            ..span
        }
    }

    /// The other texts of an expression that speaks of the environment: what they mean there
    /// cannot be told.
    pub(super) fn loose(&mut self, from: &Source<'_, '_>, tree: &Expr) {
        if !speaks_of_env(tree) {
            return;
        }
        let mut found: Vec<(Meant, Span)> = Vec::new();
        let mut plain: Vec<Range<usize>> = Vec::new();
        tree.walk(&mut |expr, bound| {
            plain.extend(plain_texts(expr, bound));
            if let Some(at) = held_against(expr, bound) {
                found.push((Meant::Anything, self.span_in(from, at)));
            }
            if let Some((value, at)) = literal(from, expr).filter(|_| !plain.contains(&expr.range))
            {
                found.push((Meant::Name(value.into()), self.span_in(from, at)));
            }
            true
        });
        let known = |span: &Span| {
            let mut uses = self.outline.uses.iter();
            uses.any(|one| one.span.start == span.start)
        };
        found.retain(|(_, span)| !known(span));
        let found = found.into_iter().map(|(meant, span)| Loose {
            sorts: vec![ENV],
            meant,
            is_form: false,
            span,
        });
        self.outline.loose.extend(found);
    }
}

fn speaks_of_env(tree: &Expr) -> bool {
    let mut speaks = false;
    tree.walk(&mut |expr, bound| {
        speaks |= matches!(&expr.kind, ExprKind::Name(name)
            if &**name == ENV && bound.iter().all(|one| &**one != ENV));
        true
    });
    speaks
}

/// What is added up in an expression, or in those that a list holds; nothing where that is one
/// text alone.
fn added(expr: &Expr) -> Vec<&Expr> {
    let (mut open, mut found) = (vec![expr], Vec::new());
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::List(all) => open.extend(all),
            ExprKind::Binary {
                operator: Operator::Add,
                left,
                right,
                ..
            } => {
                let sides = [&**left, right];
                open.extend(sides);
                found.extend(sides);
            }
            _ => {}
        }
    }
    found
}

fn is_search(function: Function) -> bool {
    matches!(
        function,
        Function::StartsWith | Function::EndsWith | Function::Contains | Function::Matches
    )
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
