//! The nodes that any block may hold.

use std::sync::Arc;

use tenantry_syntax::{Span, ast};

use super::{Decoder, entries::Scalar, unknown::shape};
use crate::{
    cel::{Type, spelling},
    diag::Diagnostic,
    schema::{
        kind::{Field, Slot},
        node::{Allow, Each, Form, Formula, Omit, Overlay, Tag, TypedField, TypedNode},
        rules,
        ty::Typed,
        vocabulary::Special,
    },
    units::{Name, Unit},
};

impl Decoder<'_, '_> {
    pub(super) fn special(&mut self, special: Special, node: ast::Node<'_>, into: &mut TypedNode) {
        match special {
            Special::In => self.overlay(node, into),
            Special::Label | Special::Annotation => {
                let Some(tag) = self.tag(node) else {
                    return;
                };
                if special == Special::Label {
                    into.labels.push(tag);
                } else {
                    into.annotations.push(tag);
                }
            }
            Special::Allow => self.allow(node, into),
            Special::Omit => self.omit(node, into),
            Special::Each => self.each(node, into),
            Special::Slot => self.slot(node, into),
        }
    }

    fn allow(&mut self, node: ast::Node<'_>, into: &mut TypedNode) {
        let because = node.entries().find_map(|entry| match entry {
            ast::Entry::Prop(prop) if prop.name() == "because" => self.text(prop),
            _ => None,
        });
        match (self.words_of(node).into_iter().next(), because) {
            (Some((rule, _)), Some(because)) => into.allows.push(Allow {
                rule,
                because,
                span: node.head_span(),
            }),
            _ => self.report(shape(node, "RULE because=\"…\"")),
        }
    }

    fn omit(&mut self, node: ast::Node<'_>, into: &mut TypedNode) {
        let mut words = self.words_of(node).into_iter().map(|(word, _)| word);
        match words.next() {
            Some(kind) => into.omits.push(Omit {
                kind,
                key: words.next(),
                span: node.head_span(),
            }),
            None => self.report(shape(node, "KIND [KEY]")),
        }
    }

    /// `label KEY VALUE`: the value is text, whatever it looks like.
    fn tag(&mut self, node: ast::Node<'_>) -> Option<Tag<TypedField>> {
        let args: Vec<ast::Arg<'_>> = node
            .entries()
            .filter_map(|entry| match entry {
                ast::Entry::Arg(arg) => Some(arg),
                ast::Entry::Prop(_) => None,
            })
            .collect();
        let words = self.words_of(node);
        let (Some((key, _)), Some((value, span)), Some(arg)) =
            (words.first(), words.get(1), args.get(1))
        else {
            self.report(shape(node, "KEY VALUE"));
            return None;
        };
        let slot = Slot::of("value", Arc::<str>::ty());
        let expr = match arg.value() {
            ast::Scalar::Str(_) => self.read(&slot, Scalar::Arg(*arg))?,
            _ => crate::schema::node::Expr::Lit(crate::schema::ty::Lit::Str(value.clone())),
        };
        Some(Tag {
            key: key.clone(),
            value: TypedField {
                field: Field::Arg(1),
                expr,
                span: *span,
            },
            span: node.head_span(),
        })
    }

    /// `in ENV… prop=… { … }`: a node of the parent's kind whose arguments are environments.
    fn overlay(&mut self, node: ast::Node<'_>, into: &mut TypedNode) {
        let envs = self.words_of(node);
        if envs.is_empty() {
            self.report(shape(node, "ENV… { … }"));
            return;
        }
        let mut body = TypedNode::empty(into.kind, node.head_span(), node.name_span());
        self.entries(node, &mut body, usize::MAX, &[]);
        self.block(node, &mut body);
        into.overlays.push(Overlay { envs, body });
    }

    /// `each NAME in=LIST { … }`: a node of the parent's kind, whose children it repeats.
    fn each(&mut self, node: ast::Node<'_>, into: &mut TypedNode) {
        let name = self.words_of(node).into_iter().next();
        let list = node.entries().find_map(|entry| match entry {
            ast::Entry::Prop(prop) if prop.name() == "in" => Some(prop),
            _ => None,
        });
        let (Some((name, name_span)), Some(list)) = (name, list) else {
            self.report(shape(node, "NAME in=LIST { … }"));
            return;
        };
        if let Err(error) = <Name as Unit>::parse(&name) {
            let slot = Slot::of("name", Name::ty());
            return self.report(rules::wrong_value(&slot, name_span, &error));
        }
        let mut body = TypedNode::empty(into.kind, node.head_span(), name_span);
        let list = self.formula(Scalar::Prop(list), None);
        let element = self.element(list.as_ref());
        let outer = self.scope.clone();
        self.scope = outer.clone().with(&name, element);
        let name: Arc<str> = spelling(&name).into();
        self.each_rest(node, &mut body);
        self.scope = outer;
        let Some(list) = list else {
            // What it goes over is wrong, which was reported; what it yields is not known.
            into.flawed.push(crate::schema::node::Meant::Anything);
            return;
        };
        body.form = Form::Each(Box::new(Each {
            name,
            name_span,
            list,
        }));
        into.children.push(body);
    }

    /// The `if` and the block of an `each`, where its name is known.
    fn each_rest(&mut self, node: ast::Node<'_>, body: &mut TypedNode) {
        for entry in node.entries() {
            let ast::Entry::Prop(prop) = entry else {
                continue;
            };
            match &*prop.name() {
                "in" => {}
                "if" => body.condition = self.condition(Scalar::Prop(prop)),
                "doc" => body.doc = self.text(prop),
                name => {
                    let finding = Diagnostic::new(
                        &rules::UNKNOWN_PROPERTY,
                        prop.name_span(),
                        format!("`each` has no property `{name}`"),
                    )
                    .label("unknown")
                    .help("`each` has in and if");
                    self.report(finding);
                }
            }
        }
        self.block(node, body);
    }

    /// The type of what a list holds; anything where that was reported.
    fn element(&mut self, list: Option<&Formula>) -> Type {
        let Some(list) = list else {
            return Type::Unknown;
        };
        match list.program.ty() {
            Type::List(of) | Type::Keyed(of) => (**of).clone(),
            Type::Unknown => Type::Unknown,
            other => {
                let finding = Diagnostic::new(
                    &rules::WRONG_VALUE,
                    list.at.span,
                    format!("`each` goes over a table or a list, and this is {}", other.noun()),
                )
                .label("not a list")
                .help("write the name of a `table`, of a `let` with several values, or an expression like \"range(0, 4)\"");
                self.report(finding);
                Type::Unknown
            }
        }
    }

    /// `slot NAME` in the body of a definition.
    fn slot(&mut self, node: ast::Node<'_>, into: &mut TypedNode) {
        let name: Arc<str> = self
            .words_of(node)
            .first()
            .map_or_else(|| "".into(), |(name, _)| name.clone());
        let span: Span = node.head_span();
        let Some(slots) = &mut self.slots else {
            let finding = Diagnostic::new(
                &rules::MISPLACED_KIND,
                node.name_span(),
                "`slot` stands outside of a `define`",
            )
            .label("not here")
            .help("it belongs in the body of a `define`, where the children of its callers go");
            return self.report(finding);
        };
        if !slots.declared.contains_key(&name) {
            let what = if name.is_empty() {
                "a slot without a name".to_owned()
            } else {
                format!("a slot `{name}`")
            };
            let write = format!("slot {name}");
            let finding = Diagnostic::new(
                &rules::UNKNOWN_KIND,
                span,
                format!("the definition declares no {}", &what[2..]),
            )
            .label("not declared")
            .help(format!("declare it beside the body: `{}`", write.trim()));
            return self.report(finding);
        }
        if let Some((_, first)) = slots.put.insert(name.clone(), (into.kind, span)) {
            return self.report(rules::twice("slot", span, first));
        }
        let mut place = TypedNode::empty(into.kind, span, node.name_span());
        place.form = Form::Slot(name);
        into.children.push(place);
    }
}
