//! Parameters: a value per environment, checked where it is declared.

use std::sync::Arc;

use tenantry_syntax::Span;

use super::{Resolver, rules, scope::Bound};
use crate::{
    cel::{self, Value},
    origin::{How, OriginId},
    schema::{
        bounds::Bounds,
        kind::{Kind, Slot},
        kinds::ParamType,
        node::TypedNode,
        rules::wrong_value,
        ty::Lit,
    },
};

/// Works out a parameter; what `sets` gives from outside wins. One whose value is wrong is known,
/// so that its uses are no further mistakes, but has none.
pub(super) fn declare(
    resolver: &mut Resolver<'_>,
    kind: &Kind,
    node: &TypedNode,
    prefix: &str,
    sets: &[(String, String)],
) {
    let Some(name) = text(kind, node, "name") else {
        return;
    };
    let value = one(resolver, kind, node, &name, prefix, sets);
    let ty = cel::type_of(&ParamType::of(kind, node).ty());
    let bound = match value {
        Some((lit, origin)) => Bound::new(Some(Value::from_lit(&ty, &lit)), origin),
        None => Bound::new(None, OriginId::NONE),
    };
    let spelt: Arc<str> = cel::spelling(&name).into();
    let unit = resolver.unit;
    resolver.globals_mut(unit).insert(spelt, bound);
}

/// Reports values from outside for parameters that nobody declares.
pub(super) fn unknown_sets(resolver: &mut Resolver<'_>, sets: &[(String, String)]) {
    let words = resolver.typed.words.clone();
    let mut known: Vec<String> = Vec::new();
    for unit in &words.units {
        let params = unit.values.iter().filter_map(|node| {
            let kind = words.vocabulary.kind(node.kind);
            (kind.name == "param").then(|| text(kind, node, "name"))?
        });
        known.extend(params.map(|name| format!("{}{name}", unit.prefix)));
    }
    for (name, _) in sets {
        if !known.contains(name) {
            resolver.findings.push(rules::unknown_set(name, &known));
        }
    }
}

fn one(
    resolver: &mut Resolver<'_>,
    kind: &Kind,
    node: &TypedNode,
    name: &str,
    prefix: &str,
    sets: &[(String, String)],
) -> Option<(Lit, OriginId)> {
    let ty = ParamType::of(kind, node);
    let full = format!("{prefix}{name}");
    let set = sets.iter().rev().find(|(set, _)| *set == full);
    let set = set.map(|(_, value)| (given(ty, value), node.span, How::Given));
    let (lit, span, how) = set.or_else(|| chosen(resolver, kind, node)).or_else(|| {
        let env = resolver.env.clone();
        resolver
            .findings
            .push(rules::without_value(name, node.span, env.as_deref()));
        None
    })?;
    if let Err(error) = (ty.ty().check)(&lit) {
        let slot = Slot::of(name, ty.ty());
        resolver.findings.push(wrong_value(&slot, span, &error));
        return None;
    }
    let vocabulary = &resolver.typed.words.vocabulary;
    let one_of = node
        .children
        .iter()
        .find(|child| vocabulary.kind(child.kind).name == "one-of");
    let bounds = Bounds::of(kind, node, one_of);
    if let Some(bound) = bounds.and_then(|bounds| bounds.broken_by(&lit)) {
        resolver
            .findings
            .push(rules::out_of_bounds(name, &lit, span, &bound, node.span));
        return None;
    }
    let origin = resolver.origins.add(Some(span), how, vec![]);
    resolver.params.push((node.span, lit.clone(), origin));
    Some((lit, origin))
}

/// A value from outside: a number or a boolean where the type has those, else text.
fn given(ty: ParamType, value: &str) -> Lit {
    match (ty, value) {
        (ParamType::Bool, "true" | "#true") => Lit::Bool(true),
        (ParamType::Bool, "false" | "#false") => Lit::Bool(false),
        (ParamType::Int | ParamType::Cpu | ParamType::Portno, number) => number
            .parse()
            .map_or_else(|_| Lit::Str(number.into()), Lit::Int),
        (_, text) => Lit::Str(text.into()),
    }
}

/// The environment's value, else the default.
fn chosen(resolver: &Resolver<'_>, kind: &Kind, node: &TypedNode) -> Option<(Lit, Span, How)> {
    let vocabulary = &resolver.typed.words.vocabulary;
    for child in node
        .children
        .iter()
        .filter(|child| vocabulary.kind(child.kind).name == "in")
    {
        let words: Vec<(&Lit, Span)> = child
            .fields
            .iter()
            .filter_map(|field| child_literal(field).map(|lit| (lit, field.span)))
            .collect();
        let Some(((value, span), envs)) = words.split_last().map(|(last, envs)| (*last, envs))
        else {
            continue;
        };
        let here = |lit: &Lit| {
            resolver
                .env
                .as_ref()
                .is_some_and(|env| *lit == Lit::Str(env.clone()))
        };
        if envs.iter().any(|(lit, _)| here(lit)) {
            return Some((value.clone(), span, How::Environment));
        }
    }
    let (default, span) = node.literal(kind.field("default")?)?;
    Some((default.clone(), span, How::Literal))
}

fn child_literal(field: &crate::schema::node::TypedField) -> Option<&Lit> {
    match &field.expr {
        crate::schema::node::Expr::Lit(lit) => Some(lit),
        _ => None,
    }
}

fn text(kind: &Kind, node: &TypedNode, name: &str) -> Option<String> {
    node.literal(kind.field(name)?)
        .map(|(lit, _)| lit.to_string())
}
