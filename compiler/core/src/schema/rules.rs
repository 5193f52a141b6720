//! What can be wrong with a node against the vocabulary: the rules of this phase and their
//! words, in one place.

use tenantry_syntax::{Span, format::word};

use super::{
    kind::{Child, Field, Kind, Slot, Vocabulary},
    node::{Anchor, Node, ValueField},
    ty::{Class, Lit},
};
use crate::{
    cel::Problem,
    diag::{Diagnostic, rule_set},
    units::UnitError,
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    UNKNOWN_KIND = "unknown-kind", Types, Error, "a node of a kind that the language does not have", include_str!("pages/unknown-kind.md");
    MISPLACED_KIND = "misplaced-kind", Types, Error, "a node in a block where its kind has no place", include_str!("pages/misplaced-kind.md");
    UNKNOWN_PROPERTY = "unknown-property", Types, Error, "a property that the kind does not have", include_str!("pages/unknown-property.md");
    DUPLICATE_PROPERTY = "duplicate-property", Types, Error, "a property given twice", include_str!("pages/duplicate-property.md"), fixable;
    DUPLICATE_NODE = "duplicate-node", Types, Error, "two nodes of one kind with the same key in one scope", include_str!("pages/duplicate-node.md");
    SURPLUS_ARGUMENT = "surplus-argument", Types, Error, "more arguments than the kind takes", include_str!("pages/surplus-argument.md");
    WRONG_VALUE = "wrong-value", Types, Error, "a value that is not of the type its place asks for", include_str!("pages/wrong-value.md"), fixable;
    TYPE_ANNOTATION = "type-annotation", Types, Error, "a KDL type annotation", include_str!("pages/type-annotation.md"), fixable;
    MISSING_VALUE = "missing-value", Types, Error, "a required argument or property that nothing sets", include_str!("pages/missing-value.md");
    MISSING_NODE = "missing-node", Types, Error, "a required child that nothing sets", include_str!("pages/missing-node.md");
    NOT_EXACTLY_ONE = "not-exactly-one", Types, Error, "not exactly one of several alternatives", include_str!("pages/not-exactly-one.md");
    WRONG_EXPRESSION = "wrong-expression", Language, Error, "an expression that cannot be read, names what is not there, or mixes types", include_str!("pages/wrong-expression.md");
    DEFINE_CIRCLE = "define-circle", Language, Error, "definitions that stand for each other in a circle", include_str!("pages/define-circle.md");
    UNUSABLE_DEFINITION = "unusable-definition", Language, Error, "a `define` that no block could hold", include_str!("pages/unusable-definition.md");
    PROFILES_DISAGREE = "profiles-disagree", Language, Error, "two profiles with different values and nothing nearer to decide", include_str!("pages/profiles-disagree.md");
}

/// A node that may stand once and stands twice.
pub fn twice(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        &DUPLICATE_NODE,
        span,
        format!("`{name}` stands twice in this block"),
    )
    .label("the second one")
    .also(first, "the first one")
    .help("keep one of them, or join what they say")
}

/// A declaration whose name another one has.
pub fn stands_twice(kind: &str, name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        &DUPLICATE_NODE,
        span,
        format!("{kind} `{name}` stands twice"),
    )
    .label("the second one")
    .also(first, "the first one")
    .help("give one of them another name, or join what they say")
}

/// A property or column of a spec's own whose name every node's property has.
pub fn universal_name(what: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &DUPLICATE_NODE,
        span,
        format!("{what} cannot be called `{name}`: every node has a property of that name"),
    )
    .label("taken")
    .help("give it another name")
}

/// Two names that expressions would spell alike.
pub fn same_name(name: &str, span: Span, other: &str, first: Span) -> Diagnostic {
    let words = if name == other {
        format!("`{name}` is declared twice: parameters, tables and `let`s share their names")
    } else {
        format!("`{name}` and `{other}` are one name in expressions, where `-` is written `_`")
    };
    Diagnostic::new(&DUPLICATE_NODE, span, words)
        .label("the second one")
        .also(first, "the first one")
        .help("give one of them another name")
}

/// What is wrong with an expression, at its characters.
pub fn expression(problem: &Problem, at: &Anchor) -> Diagnostic {
    let span = at.place(&problem.range);
    let mut finding = Diagnostic::new(&WRONG_EXPRESSION, span, problem.message.clone())
        .maybe_help(problem.help.clone());
    finding.label = Some(if problem.label.is_empty() {
        "this part".to_owned()
    } else {
        problem.label.clone()
    });
    match &problem.fix {
        Some(fix) => finding.suggest(format!("write `{fix}`"), vec![(span, fix.clone())]),
        None => finding,
    }
}

/// A value that is not of its slot's type.
pub fn wrong_value(slot: &Slot, span: Span, error: &UnitError) -> Diagnostic {
    let help = error.help.clone().or_else(|| match slot.ty.class {
        Class::Choice(_) => None,
        _ => Some(format!(
            "`{}` takes {}, for example {}",
            slot.name,
            wanted(slot),
            example(slot)
        )),
    });
    Diagnostic::new(
        &WRONG_VALUE,
        span,
        format!("`{}`: {}", slot.name, error.message),
    )
    .label(match slot.ty.class {
        Class::Choice(_) => "not one of the choices".to_owned(),
        _ if slot.bounds.is_some() => "not what the declaration allows".to_owned(),
        _ => format!("expected {}", wanted(slot)),
    })
    .maybe_help(help)
    .maybe_fix(
        error
            .mend
            .as_ref()
            .map_or(String::new(), |mend| format!("write {mend}")),
        error.mend.as_ref().map(|mend| vec![(span, mend.clone())]),
    )
}

/// A type as a sentence speaks of it.
pub fn article(name: &str) -> String {
    let plain = match name {
        "int" => "a whole number",
        "bool" => "`#true` or `#false`",
        "bytes" => "an amount with its unit",
        "cpu" => "a number of cores",
        "duration" => "a length of time",
        "cidr" => "an address range",
        "ip" => "an address",
        "ip/len" => "an address with its prefix length",
        "mac" => "a MAC address",
        "money" => "a price",
        "percent" => "a share in percent",
        "rate" => "a number of bits per second",
        "ratio" => "a ratio",
        "portno" | "port" => "a port",
        "host" => "a host name",
        "oci" => "a reference to an image",
        "image" => "an image",
        "pci" => "a PCI address or id",
        "text" | "value" => return format!("a {name}"),
        _ => {
            return match name.chars().next() {
                Some('a' | 'e' | 'i' | 'o') => format!("an {name}"),
                _ => format!("a {name}"),
            };
        }
    };
    plain.to_owned()
}

/// What a node is called in messages: its kind and its key.
pub fn describe(kind: &Kind, node: &Node) -> String {
    match node.key(&kind.key) {
        key if key.is_empty() => format!("`{}`", kind.name),
        key => format!("{} `{key}`", kind.name),
    }
}

/// A required argument or property that nothing set.
pub fn missing_value(kind: &Kind, slot: &Slot, field: Field, node: &Node) -> Diagnostic {
    // What tells it apart is not said by what else it has.
    let what = match kind.key.contains(&field) {
        true => format!("this `{}`", kind.name),
        false => describe(kind, node),
    };
    let (message, help) = match field {
        Field::Arg(_) => (
            format!("{what} has no {}", slot.name),
            format!("write it behind `{}`: {}", kind.name, example(slot)),
        ),
        Field::Prop(_) => (
            format!("{what} has no `{}`", slot.name),
            format!("add `{}={}`", slot.name, example(slot)),
        ),
    };
    Diagnostic::new(&MISSING_VALUE, node.span, message)
        .label(format!("needs {}", wanted(slot)))
        .help(help)
}

/// What a slot takes, as a sentence speaks of it.
fn wanted(slot: &Slot) -> String {
    match slot.ty.class {
        Class::Reference(kinds) => format!("the name of a {}", kinds.join(" or ")),
        _ => article(slot.ty.name),
    }
}

fn example(slot: &Slot) -> String {
    match slot.ty.class {
        Class::Choice(choices) => choices
            .iter()
            .map(|(word, _)| *word)
            .collect::<Vec<_>>()
            .join("|"),
        Class::Reference(kinds) => kinds.join("|").to_uppercase(),
        _ => match Lit::of_default(slot.ty.example) {
            Lit::Str(text) => word(&text),
            _ => slot.ty.example.to_owned(),
        },
    }
}

/// A required child that nothing set.
pub fn missing_child(kind: &Kind, child: &Child, node: &Node) -> Diagnostic {
    Diagnostic::new(
        &MISSING_NODE,
        node.span,
        format!("{} has no `{}`", describe(kind, node), child.name),
    )
    .label(format!("needs a `{}` in its block", child.name))
    .maybe_help(
        (!child.doc.is_empty()).then(|| format!("`{}`: {}", child.name, first_line(&child.doc))),
    )
}

fn first_line(doc: &str) -> &str {
    doc.lines().next().unwrap_or_default()
}

/// None, or several, of a group of alternatives.
pub fn not_exactly_one(
    kind: &Kind,
    group: &[String],
    node: &Node,
    standing: &[&Node],
    vocabulary: &Vocabulary,
) -> Option<Diagnostic> {
    let what = describe(kind, node);
    let choices = group.join(", ");
    match standing {
        [_] => None,
        [] => Some(
            Diagnostic::new(
                &NOT_EXACTLY_ONE,
                node.span,
                format!("{what} says none of {choices}"),
            )
            .label("what is it?")
            .help(format!("add one of {choices}")),
        ),
        [first, others @ ..] => {
            let name = |node: &Node| vocabulary.kind(node.kind).name.clone();
            let mut finding = Diagnostic::new(
                &NOT_EXACTLY_ONE,
                others[0].span,
                format!("{what} is both `{}` and `{}`", name(first), name(others[0])),
            )
            .label(format!("second of {choices}"))
            .help(format!("keep one of {choices}"));
            finding = finding.also(first.span, "the first");
            Some(finding)
        }
    }
}

/// Two profiles give one slot different values, and nothing nearer decides.
pub fn profiles_disagree(slot: &Slot, value: &ValueField, rival: &ValueField) -> Diagnostic {
    Diagnostic::new(
        &PROFILES_DISAGREE,
        value.span,
        format!(
            "two profiles disagree about `{}`: {} and {}",
            slot.name, value.lit, rival.lit
        ),
    )
    .label(format!("here it is {}", value.lit))
    .also(rival.span, format!("and here {}", rival.lit))
    .help(format!(
        "say `{}` in the node itself: the nearer value wins",
        slot.name
    ))
}
