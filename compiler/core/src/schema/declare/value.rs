//! Parameters and `let`s.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tenantry_syntax::{Span, ast};

use super::{Declarer, Names, name_of};
use crate::{
    cel::{self, Type},
    schema::{
        decode::Decoder,
        kinds::{Let, Param, ParamType},
        node::{Expr, TypedNode},
        rules,
        ty::Lit,
        words::UnitId,
    },
};

impl Declarer {
    pub(super) fn params(&mut self, nodes: &[(UnitId, ast::Node<'_>)], names: &mut Names) {
        let kind = self.kind::<Param>();
        for (unit, node) in nodes {
            let mut decoder = Decoder::new(&self.words, *unit, &mut self.findings);
            let typed = decoder.node(*node, kind);
            if let Some((name, span)) = name_of(&self.words, &typed) {
                let declared = ParamType::of(self.words.vocabulary.kind(kind), &typed);
                let ty = cel::type_of(&declared.ty());
                self.name(*unit, &name, span, ty, names);
            }
            self.value(*unit, typed);
        }
    }

    /// `let`s in the order in which they can be worked out, whatever the order of the text.
    pub(super) fn lets(&mut self, nodes: &[(UnitId, ast::Node<'_>)], names: &mut Names) {
        let mut waiting: Vec<Waiting<'_>> =
            nodes.iter().filter_map(|let_| Waiting::of(*let_)).collect();
        for (unit, node) in nodes.iter().filter(|let_| Waiting::of(**let_).is_none()) {
            // Without a name: what is wrong is said by reading it.
            self.read_let(*unit, *node);
        }
        let order = in_order(&waiting);
        let mut left: BTreeMap<usize, Waiting<'_>> = waiting.drain(..).enumerate().collect();
        for one in order.iter().filter_map(|at| left.remove(at)) {
            let typed = self.read_let(one.unit, one.node);
            let ty = self.type_of_let(&typed);
            self.name(one.unit, &one.name, one.span, ty, names);
            self.value(one.unit, typed);
        }
        let left: Vec<Waiting<'_>> = left.into_values().collect();
        self.let_circle(&left, names);
    }

    fn read_let(&mut self, unit: UnitId, node: ast::Node<'_>) -> TypedNode {
        let kind = self.kind::<Let>();
        Decoder::new(&self.words, unit, &mut self.findings).node(node, kind)
    }

    /// Those that are left need each other.
    fn let_circle(&mut self, waiting: &[Waiting<'_>], names: &mut Names) {
        for one in waiting {
            self.name(one.unit, &one.name, one.span, Type::Unknown, names);
        }
        let Some(first) = waiting.first() else {
            return;
        };
        let mut finding = crate::diag::Diagnostic::new(
            &rules::DEFINE_CIRCLE,
            first.span,
            format!("`{}` is worked out from itself", first.name),
        )
        .label("in a circle")
        .help("give one of them a value of its own");
        for other in &waiting[1..] {
            finding = finding.also(
                other.span,
                format!("`{}` is in it, or waits for it", other.name),
            );
        }
        self.findings.push(finding);
    }

    fn type_of_let(&mut self, node: &TypedNode) -> Type {
        let values: Vec<(Type, Span)> = node
            .fields
            .iter()
            .skip(1)
            .map(|field| (type_of_expr(&field.expr), field.span))
            .collect();
        match values.as_slice() {
            [] => {
                if let Some((name, span)) = name_of(&self.words, node) {
                    let finding = crate::diag::Diagnostic::new(
                        &rules::MISSING_VALUE,
                        span,
                        format!("`let {name}` gives no value"),
                    )
                    .help(format!("write it behind the name: `let {name} 3`"));
                    self.findings.push(finding);
                }
                Type::Unknown
            }
            [(one, _)] => one.clone(),
            [(first, at), rest @ ..] => {
                if let Some((other, span)) = rest.iter().find(|(ty, _)| ty != first) {
                    let finding = crate::diag::Diagnostic::new(
                        &rules::WRONG_VALUE,
                        *span,
                        format!("a list holds values of one type; this is {}", other.noun()),
                    )
                    .label("of another type")
                    .also(*at, format!("the first one is {}", first.noun()));
                    self.findings.push(finding);
                    return Type::List(Arc::new(Type::Unknown));
                }
                Type::List(Arc::new(first.clone()))
            }
        }
    }

    /// Keeps a declared value for each environment to work out.
    pub(super) fn value(&mut self, unit: UnitId, node: TypedNode) {
        self.words.units[unit.0 as usize].values.push(node);
    }
}

/// The type that a value has by itself.
fn type_of_expr(expr: &Expr) -> Type {
    match expr {
        Expr::Lit(Lit::Str(_)) | Expr::Text(_) => Type::Str,
        Expr::Lit(Lit::Int(_)) => Type::Int,
        Expr::Lit(Lit::Bool(_)) => Type::Bool,
        Expr::Formula(formula) => formula.program.ty().clone(),
        Expr::Broken => Type::Unknown,
    }
}

/// A `let` that is not yet worked out.
struct Waiting<'a> {
    unit: UnitId,
    node: ast::Node<'a>,
    name: String,
    span: Span,
    /// Words of its expressions that may be other `let`s.
    needs: Vec<Arc<str>>,
}

impl<'a> Waiting<'a> {
    fn of((unit, node): (UnitId, ast::Node<'a>)) -> Option<Self> {
        let mut args = node.entries().filter_map(|entry| match entry {
            ast::Entry::Arg(arg) => Some(arg),
            ast::Entry::Prop(_) => None,
        });
        let first = args.next()?;
        let ast::Scalar::Str(name) = first.value() else {
            return None;
        };
        let mut needs = Vec::new();
        for arg in args {
            if let ast::Scalar::Str(text) = arg.value() {
                mentioned(&text, &mut needs);
            }
        }
        Some(Self {
            unit,
            node,
            name: name.into_owned(),
            span: first.span(),
            needs,
        })
    }

    fn spelt(&self) -> Arc<str> {
        cel::spelling(&self.name).into()
    }
}

/// The order in which they can be worked out, the first in the text first wherever several can;
/// without those that wait for themselves.
fn in_order(waiting: &[Waiting<'_>]) -> Vec<usize> {
    let mut named: BTreeMap<(UnitId, Arc<str>), Vec<usize>> = BTreeMap::new();
    for (at, one) in waiting.iter().enumerate() {
        named.entry((one.unit, one.spelt())).or_default().push(at);
    }
    let mut missing = vec![0_usize; waiting.len()];
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); waiting.len()];
    for (at, one) in waiting.iter().enumerate() {
        let needs: BTreeSet<&Arc<str>> = one.needs.iter().collect();
        for need in needs {
            for needed in named.get(&(one.unit, need.clone())).into_iter().flatten() {
                missing[at] += 1;
                users[*needed].push(at);
            }
        }
    }
    let free = missing.iter().enumerate().filter(|(_, count)| **count == 0);
    let mut ready: BTreeSet<usize> = free.map(|(at, _)| at).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while let Some(at) = ready.pop_first() {
        order.push(at);
        for user in &users[at] {
            missing[*user] -= 1;
            if missing[*user] == 0 {
                ready.insert(*user);
            }
        }
    }
    order
}

/// The names that a string's expressions begin with.
fn mentioned(text: &str, out: &mut Vec<Arc<str>>) {
    for piece in cel::interpolate(text).unwrap_or_default() {
        if let cel::Piece::Expr(range) | cel::Piece::Name(range) = piece {
            let tree = cel::parse(&cel::spelling(&text[range]));
            let paths = tree.map(|tree| tree.paths()).unwrap_or_default();
            out.extend(paths.iter().filter_map(|path| path.names.first().cloned()));
        }
    }
}
