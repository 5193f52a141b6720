//! Calls of definitions.

use tenantry_syntax::ast;

use super::Decoder;
use crate::{
    diag::Diagnostic,
    schema::{
        kind::{DefineId, Field, KindId, Slot},
        node::{Meant, TypedNode},
        rules,
        words::Define,
    },
};

impl Decoder<'_, '_> {
    /// `NAME arg… prop=… { … }`: a node of the definition's kind. What is wrong with it is said
    /// here, at the caller's line, with the definition labelled.
    pub(super) fn call(
        &mut self,
        node: ast::Node<'_>,
        id: DefineId,
        parent: KindId,
    ) -> Option<TypedNode> {
        let words = self.words;
        let define = words.define(id);
        if !define.broken && words.body(define, parent).is_none() {
            let finding = self.misplaced(node, define, parent);
            self.report(finding);
            return None;
        }
        let before = self.findings.len();
        let mut call = TypedNode::empty(define.kind, node.head_span(), node.name_span());
        self.entries(node, &mut call, 0, &[]);
        if define.broken {
            // Which children it takes nobody knows.
            call.whole = node.span();
        } else {
            self.block(node, &mut call);
        }
        if call.overlays.is_empty() {
            self.incomplete(define, &call);
        }
        for finding in &mut self.findings[before..] {
            let inside = finding
                .span
                .is_some_and(|span| call.whole.start <= span.start && span.end <= call.whole.end);
            let about_the_call = finding.rule != &rules::WRONG_EXPRESSION;
            if inside && about_the_call && finding.related.is_empty() {
                let text = format!("`{}` is defined here", define.name);
                let label = crate::diag::Label::new(define.span, text);
                finding.related.push(label);
            }
        }
        // What a broken definition stands for nobody knows.
        if define.broken {
            call.flawed.push(Meant::Anything);
        }
        Some(call)
    }

    /// Reports arguments and properties that have no default and were not given.
    fn incomplete(&mut self, define: &Define, call: &TypedNode) {
        let kind = self.words.kind_of(define);
        let args = kind.args.iter().enumerate();
        let props = kind.props.iter().enumerate();
        let field = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        let slots: Vec<(Field, &Slot)> = args
            .map(|(at, slot)| (Field::Arg(field(at)), slot))
            .chain(props.map(|(at, slot)| (Field::Prop(field(at)), slot)))
            .collect();
        for (field, slot) in slots {
            let given = call.fields.iter().any(|value| value.field == field);
            let excused = call.flawed.iter().any(|meant| match meant {
                Meant::Name(name) => *name == slot.name,
                Meant::Anything => true,
            });
            if slot.required && !given && !excused {
                let shape = match field {
                    Field::Arg(_) => format!("{} {}", kind.name, slot.name.to_uppercase()),
                    Field::Prop(_) => format!("{} … {}=…", kind.name, slot.name),
                };
                let finding = Diagnostic::new(
                    &rules::MISSING_VALUE,
                    call.span,
                    format!("`{}` needs its `{}`", kind.name, slot.name),
                )
                .label("not given here")
                .also(define.span, format!("`{}` is defined here", define.name))
                .help(format!("write `{shape}`, {}", rules::article(slot.ty.name)));
                self.report(finding);
            }
        }
    }

    fn misplaced(&self, node: ast::Node<'_>, define: &Define, parent: KindId) -> Diagnostic {
        let name = node.name();
        let vocabulary = &self.words.vocabulary;
        let place = super::unknown::place(vocabulary.kind(parent));
        let homes: Vec<String> = define
            .bodies
            .keys()
            .map(|kind| super::unknown::place(vocabulary.kind(*kind)))
            .collect();
        Diagnostic::new(
            &rules::MISPLACED_KIND,
            node.name_span(),
            format!("`{name}` cannot stand in {place}"),
        )
        .label("not here")
        .also(define.span, "what it stands for does not fit there")
        .help(format!("it belongs in {}", homes.join(" or ")))
    }
}
