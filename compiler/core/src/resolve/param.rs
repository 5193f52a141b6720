//! Parameters: a value per environment, checked where it is declared.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use super::{Resolver, rules};
use crate::{
    origin::{How, OriginId},
    schema::{
        kind::Kind,
        node::TypedNode,
        rules::wrong_value,
        ty::{Lit, Ty, Typed},
    },
    units::{Bytes, Cidr, Cores, Duration, Host, Ip, Name, Percent, Ports, Rate, Version},
};

/// The parameters of one environment. One whose value is wrong is known, so that its uses are
/// no further mistakes, but has none.
#[derive(Debug, Default)]
pub(super) struct Params(BTreeMap<String, Option<(Lit, OriginId)>>);

impl Params {
    /// `None`: not declared. `Some(None)`: declared, but broken, which was reported.
    pub(super) fn get(&self, name: &str) -> Option<Option<(Lit, OriginId)>> {
        self.0.get(name).cloned()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// The types that a parameter can have, by the names in `type=`.
pub(crate) fn type_of(name: &str) -> Option<Ty> {
    Some(match name {
        "int" => i64::ty(),
        "bool" => bool::ty(),
        "string" => <std::sync::Arc<str>>::ty(),
        "name" => Name::ty(),
        "bytes" => Bytes::ty(),
        "cpu" => Cores::ty(),
        "duration" => Duration::ty(),
        "percent" => Percent::ty(),
        "rate" => Rate::ty(),
        "cidr" => Cidr::ty(),
        "ip" => Ip::ty(),
        "portno" => Ports::ty(),
        "host" => Host::ty(),
        "version" => Version::ty(),
        _ => return None,
    })
}

/// Works out all parameters; `sets` given from outside win.
pub(super) fn evaluate(resolver: &mut Resolver<'_>, sets: &[(String, String)]) -> Params {
    let mut params = Params::default();
    let typed = resolver.typed;
    for node in &typed.nodes {
        let kind = typed.vocabulary.kind(node.kind);
        if kind.name != "param" {
            continue;
        }
        let Some(name) = text(kind, node, "name") else {
            continue;
        };
        let value = one(resolver, kind, node, &name, sets);
        params.0.insert(name, value);
    }
    params
}

fn one(
    resolver: &mut Resolver<'_>,
    kind: &Kind,
    node: &TypedNode,
    name: &str,
    sets: &[(String, String)],
) -> Option<(Lit, OriginId)> {
    let ty = text(kind, node, "type").map_or_else(|| type_of("string"), |word| type_of(&word))?;
    let (lit, span, how) = chosen(resolver, kind, node, name, sets).or_else(|| {
        let env = resolver.env.clone();
        resolver
            .findings
            .push(rules::without_value(name, node.span, env.as_deref()));
        None
    })?;
    if let Err(error) = (ty.check)(&lit) {
        let slot = crate::schema::kind::Slot {
            name: name.to_owned(),
            doc: String::new(),
            ty,
            required: true,
            default: None,
            list: false,
        };
        resolver.findings.push(wrong_value(&slot, span, &error));
        return None;
    }
    if let Some(bound) = broken_bound(resolver, kind, node, &lit) {
        resolver
            .findings
            .push(rules::out_of_bounds(name, &lit, span, &bound, node.span));
        return None;
    }
    Some((lit, resolver.origins.add(Some(span), how, vec![])))
}

/// The value from outside, else the environment's, else the default.
fn chosen(
    resolver: &Resolver<'_>,
    kind: &Kind,
    node: &TypedNode,
    name: &str,
    sets: &[(String, String)],
) -> Option<(Lit, Span, How)> {
    if let Some((_, value)) = sets.iter().rev().find(|(set, _)| set == name) {
        return Some((Lit::of_default(value), node.span, How::Param));
    }
    let vocabulary = resolver.typed.vocabulary;
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

/// What the value breaks, in words that follow "the parameter `x` is 3, ".
fn broken_bound(
    resolver: &Resolver<'_>,
    kind: &Kind,
    node: &TypedNode,
    lit: &Lit,
) -> Option<String> {
    let bound = |name: &str| {
        kind.field(name)
            .and_then(|field| node.literal(field))
            .map(|(lit, _)| lit.clone())
    };
    if let (Lit::Int(value), Some(Lit::Int(min))) = (lit, bound("min"))
        && *value < min
    {
        return Some(format!("less than its min={min}"));
    }
    if let (Lit::Int(value), Some(Lit::Int(max))) = (lit, bound("max"))
        && *value > max
    {
        return Some(format!("more than its max={max}"));
    }
    if let (Lit::Str(text), Some(Lit::Str(pattern))) = (lit, bound("pattern"))
        && let Ok(regex) = regex::Regex::new(&pattern)
        && !regex.is_match(text)
    {
        return Some(format!("which does not match {pattern}"));
    }
    let vocabulary = resolver.typed.vocabulary;
    let one_of = node
        .children
        .iter()
        .find(|child| vocabulary.kind(child.kind).name == "one-of")?;
    let allowed: Vec<String> = one_of
        .fields
        .iter()
        .filter_map(child_literal)
        .map(Lit::to_string)
        .collect();
    (!allowed.contains(&lit.to_string()))
        .then(|| format!("which is none of {}", allowed.join(", ")))
}

fn text(kind: &Kind, node: &TypedNode, name: &str) -> Option<String> {
    node.literal(kind.field(name)?)
        .map(|(lit, _)| lit.to_string())
}
