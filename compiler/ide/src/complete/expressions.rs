//! Within expressions: names, fields by type, functions and macros, the words of a choice that is
//! compared.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_core::{
    cel::{self, Form, Function, Macro, Scope, Type, Types},
    query,
    schema::{describe::placed, kind::KindId, vocabulary::Special},
};
use tenantry_syntax::{
    around::Part,
    ast::{Entry, Node, Scalar},
    format::quote,
};

use super::{
    asked::{Asked, in_short},
    item::{About, Item, Sort},
    references,
    rescue::{Place, Typed},
    spot::{Quotes, Spot, is_bare},
    values::spelt,
};
use crate::{
    cursor::first_argument,
    meaning::Role,
    outline::{Declared, ENV, VALUES},
};

/// What a macro yields, in one line.
pub(crate) fn macro_doc(macro_: Macro) -> &'static str {
    match macro_ {
        Macro::All => "whether it holds for all elements",
        Macro::Exists => "whether it holds for some element",
        Macro::ExistsOne => "whether it holds for exactly one element",
        Macro::Map => "what is made from each element",
        Macro::Filter => "the elements that it holds for",
    }
}

/// The words of a string that is an expression as a whole; `"${…}"` and `$name` mean the same.
pub(super) fn whole<'s>(asked: &Asked<'s>, spot: &Spot<'_>) -> Vec<Item<'s>> {
    if let Some(items) = within(asked, spot) {
        return items;
    }
    if spot.quotes != Quotes::Own {
        return words(asked, spot.typed, spot);
    }
    // A name by itself needs no quotes; what goes on behind it does.
    let is_list = matches!(&asked.cursor.part, Part::Value { key, .. } if key == "in");
    let names = names(asked).into_iter();
    names
        .filter(|name| !is_list || name.ty.element().is_some() || name.ty == Type::Unknown)
        .map(|name| match name.ty {
            Type::Int | Type::Str | Type::Choice(_) | Type::Unit(_) | Type::Object(_) => {
                name.begun(spot)
            }
            _ => name.bare(spot),
        })
        .collect()
}

/// The words behind a `${` that is not closed, in a string that is not closed either: its brace
/// is then read as that of a block.
pub(super) fn at_brace<'s>(asked: &Asked<'s>) -> Option<Vec<Item<'s>>> {
    let before = asked.file.parse.text().get(..asked.at as usize)?;
    let line = before.rsplit('\n').next().unwrap_or(before);
    let quotes = line.bytes().filter(|byte| *byte == b'"').count();
    let spot = Spot {
        range: asked.at..asked.at,
        typed: "",
        quotes: Quotes::Open,
    };
    let is_within = line.ends_with("${") && quotes % 2 == 1;
    is_within.then(|| words(asked, "", &spot))
}

/// The words of an expression within a string, if the cursor stands in one.
pub(super) fn within<'s>(asked: &Asked<'s>, spot: &Spot<'_>) -> Option<Vec<Item<'s>>> {
    if let Some(start) = opened(spot.typed) {
        return Some(words(asked, spot.typed.get(start..)?, spot));
    }
    let dollar = spot.typed.rfind('$')?;
    let name = spot.typed.get(dollar + 1..)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let escaped = spot.typed[..dollar].ends_with('$');
    if escaped || !name.chars().all(is_name) {
        return None;
    }
    Some(if dollar == 0 {
        variable(asked, name, spot)
    } else {
        // In the midst of a text a name stands between braces.
        let spot = spot.from(dollar, asked.at);
        let names = names(asked).into_iter();
        let items = names.map(|name| {
            let text = format!("${{{}}}", name.spelt);
            name.item(&text, &spot).text(text)
        });
        items.collect()
    })
}

/// The expression that the cursor stands in, as far as it is typed.
pub(super) fn typed<'t>(asked: &Asked<'_>, spot: &Spot<'t>) -> Option<&'t str> {
    match opened(spot.typed) {
        Some(start) => spot.typed.get(start..),
        None => super::values::is_whole(asked).then_some(spot.typed),
    }
}

/// Where the expression begins that is not closed before the end of a text.
fn opened(text: &str) -> Option<usize> {
    let start = text.rfind("${")? + 2;
    let inside = text.get(start..)?;
    let mut depth = 0_i32;
    let mut quote = None;
    for c in inside.chars() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('{', None) => depth += 1,
            ('}', None) => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    let dollars = text[..start - 2].bytes().rev().take_while(|b| *b == b'$');
    (dollars.count() % 2 == 0).then_some(start)
}

/// `$name`, and fields of what an `each` names.
fn variable<'s>(asked: &Asked<'s>, typed: &str, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let Some((of, _)) = typed.rsplit_once('.') else {
        let names = names(asked);
        return names.iter().map(|name| name.variable(spot)).collect();
    };
    let spot = spot.from(of.len() + 2, asked.at);
    let ty = type_of(asked, &spelt(of), &scope(asked));
    fields(asked, &ty, &spot)
}

/// Parameters and the like that are of a type that not just any text is of.
pub(super) fn fitting<'s>(asked: &Asked<'s>, ty: &Type, spot: &Spot<'_>) -> Vec<Item<'s>> {
    if !matches!(ty, Type::Int | Type::Bool | Type::Unit(_)) {
        return Vec::new();
    }
    let names = names(asked).into_iter().filter(|name| name.ty == *ty);
    names.map(|name| name.variable(spot)).collect()
}

/// The words that may stand at the end of what is typed of an expression.
fn words<'s>(asked: &Asked<'s>, typed: &str, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let offset = spot.typed.len() - typed.len();
    let read = Typed::new(typed);
    let scope = locals(asked, &read, scope(asked));
    let at = |from: usize| spot.from(offset + from, asked.at);
    match read.place() {
        Place::Member { of, from } => {
            let ty = type_of(asked, of, &scope);
            let mut items = fields(asked, &ty, &at(from));
            items.extend(methods(&ty, &at(from)));
            items
        }
        Place::Name { from, compared } => {
            let spot = at(from);
            let ty = compared.map(|of| type_of(asked, of, &scope));
            let mut items = choices(ty.as_ref(), &spot, "'");
            items.extend(environments(asked, compared, &spot, "'"));
            let names = listed(asked, &scope).into_iter();
            items.extend(names.map(|name| name.item(&name.spelt, &spot).text(&*name.spelt)));
            items.extend(functions(&spot));
            items
        }
        Place::Compared { with, from } => {
            let ty = type_of(asked, with, &scope);
            let mut items = choices(Some(&ty), &at(from), "");
            items.extend(environments(asked, Some(with), &at(from), ""));
            items
        }
        Place::Key { of, from } => keys(asked, &type_of(asked, of, &scope), &at(from)),
        Place::Nowhere => Vec::new(),
    }
}

/// The names, with those that the macros around the cursor give to elements.
fn locals(asked: &Asked<'_>, typed: &Typed<'_>, mut scope: Scope) -> Scope {
    for call in typed.calls() {
        let (Some(_), Some(receiver), Some(variable)) =
            (Macro::of_name(call.name), call.receiver, call.variable)
        else {
            continue;
        };
        let over = type_of(asked, receiver, &scope);
        scope = scope.with(variable, over.element().cloned().unwrap_or(Type::Unknown));
    }
    scope
}

/// The type of an expression; unknown where it is none.
fn type_of(asked: &Asked<'_>, text: &str, scope: &Scope) -> Type {
    let types = &asked.speaker().words.types;
    let program = cel::compile(text, scope, types, None);
    program.map_or(Type::Unknown, |program| program.ty().clone())
}

/// The names that an expression at the cursor may use, with their types.
fn scope(asked: &Asked<'_>) -> Scope {
    let words = asked.speaker().words;
    let unit = words.units.get(asked.file.unit.0 as usize);
    let mut scope = unit.map(|unit| unit.scope.clone()).unwrap_or_default();
    let own = asked.node();
    for (node, meaning) in asked.cursor.blocks.iter().copied().chain(own) {
        let of = asked.speaker().kind(meaning.head);
        let kind = of.map_or("", |kind| kind.name.as_str());
        scope = match (meaning.role, kind) {
            (Role::Special(Special::Each), _) => element(asked, node, scope),
            (_, "define") => arguments(asked, node, scope),
            (_, "rule") => {
                let profile = asked.cursor.blocks.iter().rev();
                let mut profile = profile.filter(|(_, it)| it.role == Role::Profile);
                let around = profile.next().and_then(|(_, it)| it.beside);
                match subject(asked, node).or(around) {
                    Some(on) => query::of_node(&scope, on),
                    None => query::of_estate(&scope),
                }
            }
            (_, "test") => query::of_estate(&scope),
            _ => scope,
        };
    }
    scope
}

/// What an `each` names, for what stands in its block.
fn element(asked: &Asked<'_>, node: Node<'_>, scope: Scope) -> Scope {
    let Some(name) = first_argument(node) else {
        return scope;
    };
    let over = text_of(node, "in").unwrap_or_default();
    let inside = over.strip_prefix("${").and_then(|it| it.strip_suffix('}'));
    let over = inside.unwrap_or_else(|| over.strip_prefix('$').unwrap_or(&over));
    let known = spelt(over);
    let source = if scope.get(&known).is_some() {
        &known
    } else {
        over
    };
    let ty = type_of(asked, source, &scope);
    scope.with(&name, ty.element().cloned().unwrap_or(Type::Unknown))
}

/// The arguments of a definition, for its body.
fn arguments(asked: &Asked<'_>, node: Node<'_>, mut scope: Scope) -> Scope {
    let speaker = asked.speaker();
    let name = first_argument(node).unwrap_or_default();
    let known = speaker.words.find(speaker.unit, &name);
    let kind = known.map(|id| speaker.words.kind_of(speaker.words.define(id)));
    for child in node.nodes() {
        let is_one = matches!(&*child.name(), "arg" | "param");
        let Some(name) = is_one.then(|| first_argument(child)).flatten() else {
            continue;
        };
        let slot = kind.and_then(|kind| kind.slot(kind.field(&name)?));
        let ty = slot.map_or(Type::Unknown, |slot| cel::type_of(&slot.ty));
        scope = scope.with(&name, ty);
    }
    scope
}

/// The kind that a rule is about.
fn subject(asked: &Asked<'_>, rule: Node<'_>) -> Option<KindId> {
    let word = text_of(rule, "on")?;
    let speaker = asked.speaker();
    let all = placed(speaker.vocabulary(), speaker.root);
    let ends = format!(".{word}");
    let exact = all.iter().find(|one| one.place == word);
    let found = exact.or_else(|| all.iter().find(|one| one.place.ends_with(&ends)));
    found.map(|one| one.id)
}

fn text_of(node: Node<'_>, property: &str) -> Option<String> {
    node.entries().find_map(|entry| match entry {
        Entry::Prop(prop) if prop.name() == property => match prop.value() {
            Scalar::Str(text) => Some(text.into_owned()),
            _ => None,
        },
        _ => None,
    })
}

/// A name that an expression may use.
struct Name {
    /// As it was declared.
    declared: Arc<str>,
    /// As an expression spells it.
    spelt: String,
    ty: Type,
    head: String,
    doc: String,
}

impl Name {
    fn item<'s>(&self, label: &str, spot: &Spot<'_>) -> Item<'s> {
        let detail = if self.head.is_empty() {
            self.ty.noun()
        } else {
            in_short(&self.head)
        };
        let about = match self.head.is_empty() {
            true => format!("`{}`: {}", self.spelt, self.ty.noun()),
            false => format!("```kdl\n{}\n```\n{}", self.head, self.doc),
        };
        Item::new(Sort::Variable, label, spot)
            .detail(detail)
            .summary(tenantry_core::schema::describe::summary(&self.doc))
            .about(About::Text(about))
    }

    /// `$name`.
    fn variable<'s>(&self, spot: &Spot<'_>) -> Item<'s> {
        let text = format!("${}", self.declared);
        let written = spot.written(&text);
        self.item(&text, spot).text(written)
    }

    /// The name in quotes, where an expression goes on behind it.
    fn begun<'s>(&self, spot: &Spot<'_>) -> Item<'s> {
        self.item(&self.spelt, spot)
            .text(format!("\"{}\"", self.spelt))
            .snippet(Some(format!("\"{}$0\"", self.spelt)))
    }

    /// The name by itself, where a whole expression is due.
    fn bare<'s>(&self, spot: &Spot<'_>) -> Item<'s> {
        let text = match is_bare(&self.declared) {
            true => self.declared.to_string(),
            false => quote(&self.declared),
        };
        self.item(&self.declared, spot).text(text)
    }
}

/// The names that may stand at the cursor, outside of any macro.
fn names(asked: &Asked<'_>) -> Vec<Name> {
    listed(asked, &scope(asked))
}

/// The names of a scope, and what is known of their declarations.
fn listed(asked: &Asked<'_>, scope: &Scope) -> Vec<Name> {
    let is_own = |one: &&Declared| {
        one.unit == asked.file.unit
            && (VALUES.contains(&one.sort) || one.sort == crate::outline::LOCAL)
    };
    let mut known: BTreeMap<String, &Declared> = BTreeMap::new();
    for one in asked.declared().filter(is_own) {
        let near = one.visible.as_ref();
        let here = one.span.file == asked.file.parse.file();
        if near.is_none_or(|range| here && range.contains(&asked.at)) {
            known.insert(spelt(&one.name), one);
        }
    }
    let all = scope.iter().map(|(name, ty)| {
        let declared = known.get(name);
        Name {
            declared: declared.map_or_else(|| name.into(), |one| Arc::clone(&one.name)),
            spelt: name.to_owned(),
            ty: ty.clone(),
            head: declared.map(|one| one.head.to_string()).unwrap_or_default(),
            doc: match declared {
                Some(one) => one.doc.as_deref().unwrap_or_default().to_owned(),
                None if name == "env" => "The environment.".to_owned(),
                None => String::new(),
            },
        }
    });
    // What holds here only is meant more often than what holds everywhere.
    let words = asked.speaker().words;
    let unit = words.units.get(asked.file.unit.0 as usize);
    let everywhere = |name: &Name| unit.is_some_and(|unit| unit.scope.get(&name.spelt).is_some());
    let (wide, mut near): (Vec<Name>, Vec<Name>) = all.partition(everywhere);
    near.extend(wide);
    near
}

/// The fields of an object.
fn fields<'s>(asked: &Asked<'_>, ty: &Type, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let Type::Object(object) = ty else {
        return Vec::new();
    };
    let types = &asked.speaker().words.types;
    let names = types.fields(object).into_iter();
    names
        .map(|name| {
            let ty = types.field(object, &name).unwrap_or(Type::Unknown);
            let doc = types.doc(object, &name).unwrap_or_default();
            Item::new(Sort::Field, &name, spot)
                .text(&*name)
                .detail(ty.noun())
                .summary(tenantry_core::schema::describe::summary(doc.trim()))
                .about(About::Text(format!(
                    "`{name}`: {}\n\n{}",
                    ty.noun(),
                    doc.trim()
                )))
        })
        .collect()
}

/// What can be called on a value.
fn methods<'s>(ty: &Type, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let is_list = matches!(ty, Type::List(_) | Type::Keyed(_));
    let is_any = *ty == Type::Unknown;
    let mut items = Vec::new();
    if is_list || is_any || matches!(ty, Type::Map(_)) {
        items.extend(Macro::ALL.iter().map(|macro_| {
            let name = macro_.name();
            Item::new(Sort::Function, name, spot)
                .text(name)
                .detail(format!("list.{name}(x, …)"))
                .summary(macro_doc(*macro_))
                .snippet(Some(format!("{name}(${{1:x}}, $2)$0")))
        }));
    }
    let on = |function: &&Function| {
        let of = function.usage().split_once('.').map_or("", |(of, _)| of);
        function.form() != Form::Plain
            && match ty {
                Type::Unknown => true,
                Type::Str | Type::Choice(_) => of != "list",
                Type::List(_) | Type::Keyed(_) => of == "list" || *function == &Function::Size,
                Type::Map(_) => **function == Function::Size,
                Type::Unit(_) => **function == Function::Contains,
                _ => false,
            }
    };
    items.extend(Function::ALL.iter().filter(on).map(|one| call(*one, spot)));
    items
}

/// What can be called by its name alone.
fn functions<'s>(spot: &Spot<'_>) -> Vec<Item<'s>> {
    let plain = Function::ALL.iter().filter(|it| it.form() != Form::OnValue);
    let mut items: Vec<Item<'s>> = plain.map(|one| call(*one, spot)).collect();
    let has = Item::new(Sort::Function, "has", spot)
        .text("has")
        .detail("has(node.field)")
        .summary("whether something is set")
        .snippet(Some("has($1)$0".to_owned()));
    items.push(has);
    items
}

fn call<'s>(function: Function, spot: &Spot<'_>) -> Item<'s> {
    let name = function.name();
    let usage = function.usage();
    let inside = usage.split_once('(').map_or("", |(_, inside)| inside);
    let inside = inside.trim_end_matches(')');
    let parts = (1..).zip(inside.split(", ").filter(|part| !part.is_empty()));
    let stops: Vec<String> = parts
        .map(
            |(stop, part)| match part.chars().all(char::is_alphanumeric) {
                true => format!("${{{stop}:{part}}}"),
                false => format!("${stop}"),
            },
        )
        .collect();
    Item::new(Sort::Function, name, spot)
        .text(name)
        .detail(usage)
        .summary(function.doc())
        .snippet(Some(format!("{name}({})$0", stops.join(", "))))
}

/// The words that a choice may be, between these quotes.
fn choices<'s>(ty: Option<&Type>, spot: &Spot<'_>, quotes: &str) -> Vec<Item<'s>> {
    let Some(Type::Choice(words)) = ty else {
        return Vec::new();
    };
    let words = words.iter();
    words
        .map(|word| {
            let text = format!("{quotes}{word}{quotes}");
            Item::new(Sort::Choice, &text, spot).text(text)
        })
        .collect()
}

/// The environments, behind `env ==`.
fn environments<'s>(
    asked: &Asked<'s>,
    compared: Option<&str>,
    spot: &Spot<'_>,
    quotes: &str,
) -> Vec<Item<'s>> {
    if compared.map(str::trim) != Some(ENV) {
        return Vec::new();
    }
    let named = references::named(asked, &[ENV], spot).into_iter();
    named
        .map(|mut item| {
            item.label = format!("{quotes}{}{quotes}", item.label);
            item.text.clone_from(&item.label);
            item
        })
        .collect()
}

/// The keys under which nodes of a kind are found.
fn keys<'s>(asked: &Asked<'_>, ty: &Type, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let object = match ty {
        Type::Keyed(of) => match &**of {
            Type::Object(name) => name.rsplit('.').next().unwrap_or_default(),
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let mut names: Vec<&Declared> = asked
        .declared()
        .filter(|one| one.sort == object && one.unit == asked.file.unit)
        .collect();
    names.sort_by(|a, b| a.name.cmp(&b.name));
    names.dedup_by(|a, b| a.name == b.name);
    names
        .iter()
        .map(|one| {
            Item::new(Sort::Reference, &*one.name, spot)
                .text(&*one.name)
                .detail(in_short(&one.head))
        })
        .collect()
}
