//! The values of expressions in one environment.

use tenantry_syntax::Span;

use super::{Resolver, rules, scope::InScope};
use crate::{
    cel::{self, Budget, Value},
    origin::{How, OriginId},
    schema::{
        node::{Expr, Formula, FreeNode, Piece, TypedField, TypedFree, TypedNode, ValueField},
        rules::expression,
        ty::Lit,
    },
};

impl Resolver<'_> {
    /// The value of a slot, checked against it where it was not known before.
    pub(super) fn field(&mut self, node: &TypedNode, field: &TypedField) -> Option<ValueField> {
        let (lit, origin) = self.value(&field.expr, field.span)?;
        let span = self.at(field.span);
        if !matches!(field.expr, Expr::Lit(_)) {
            let slot = self
                .typed
                .words
                .vocabulary
                .kind(node.kind)
                .slot(field.field)?;
            let lit = suited(lit, slot.ty.name);
            if let Err(error) = slot.check(&lit) {
                let made_from = self
                    .origins
                    .get(origin)
                    .from
                    .first()
                    .and_then(|from| self.origins.span(*from));
                self.findings
                    .push(rules::wrong_parameter(slot, span, &lit, &error, made_from));
                return None;
            }
            return Some(ValueField {
                field: field.field,
                lit,
                span,
                origin,
                rival: None,
            });
        }
        Some(ValueField {
            field: field.field,
            lit,
            span,
            origin,
            rival: None,
        })
    }

    /// The value of an expression and why it is so.
    pub(super) fn value(&mut self, expr: &Expr, span: Span) -> Option<(Lit, OriginId)> {
        let place = self.at(span);
        match expr {
            Expr::Broken => None,
            Expr::Lit(lit) => Some((lit.clone(), self.origins.literal(place))),
            Expr::Formula(formula) => {
                let (lit, from) = self.single(formula)?;
                let how = if formula.program.is_name() && !from.is_empty() {
                    How::Named
                } else {
                    How::Param
                };
                Some((lit, self.origins.add(Some(place), how, from)))
            }
            Expr::Text(pieces) => {
                let mut text = String::new();
                let mut from = Vec::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(plain) => text.push_str(plain),
                        Piece::Formula(formula) => {
                            let (lit, origins) = self.single(formula)?;
                            text.push_str(lit.to_string().trim_start_matches('#'));
                            from.extend(origins);
                        }
                    }
                    if text.len() > cel::limits::STRING_BYTES {
                        self.findings.push(rules::too_long_a_text(place));
                        return None;
                    }
                }
                self.made += text.len();
                Some((
                    Lit::Str(text.into()),
                    self.origins.add(Some(place), How::Param, from),
                ))
            }
        }
    }

    /// An expression that must be one value.
    fn single(&mut self, formula: &Formula) -> Option<(Lit, Vec<OriginId>)> {
        let (value, from) = self.evaluate(formula)?;
        match value.to_lit() {
            Ok(lit) => Some((lit, from)),
            Err(noun) => {
                let span = self.at(formula.at.span);
                self.findings.push(rules::not_a_value(noun, span));
                None
            }
        }
    }

    /// The value of an expression, and the origins of what it names. `None` where that is wrong,
    /// which was reported.
    pub(super) fn evaluate(&mut self, formula: &Formula) -> Option<(Value, Vec<OriginId>)> {
        let uses = formula.program.uses();
        uses.iter().for_each(|path| self.named(path));
        let scope = InScope {
            locals: &self.locals,
            globals: &self.globals[self.unit.0 as usize],
        };
        let mut from = Vec::new();
        for path in uses {
            let Some(bound) = path.names.first().and_then(|name| scope.bound(name)) else {
                continue;
            };
            bound.value.as_ref()?;
            let field = path.names.get(1).and_then(|name| bound.fields.get(name));
            let origin = match field {
                Some(cell) => (*cell)?,
                None => bound.origin,
            };
            if origin != OriginId::NONE && !from.contains(&origin) {
                from.push(origin);
            }
        }
        if self.steps == 0 {
            self.too_many_steps(formula);
            return None;
        }
        let allowed = self.steps.min(cel::limits::STEPS);
        let mut budget = Budget::new(allowed);
        let value = cel::evaluate(&formula.program, &scope, &mut budget);
        self.steps -= allowed.saturating_sub(budget.left());
        match value {
            Ok(value) => Some((value, from)),
            Err(problem) => {
                let mut finding = expression(&problem, &formula.at);
                finding.span = finding.span.map(|span| self.at(span));
                self.findings.push(finding);
                None
            }
        }
    }

    /// Free data with its expressions worked out.
    pub(super) fn free(&mut self, nodes: &[TypedFree]) -> Vec<FreeNode> {
        let mut free = Vec::with_capacity(nodes.len());
        for node in nodes {
            let value = node.value.as_ref().map(|value| {
                let (expr, span) = value.as_ref()?;
                // What is wrong was reported; nothing is built from the rest.
                self.value(expr, *span).map(|(lit, _)| lit)
            });
            free.push(FreeNode {
                name: node.name.clone(),
                value,
                children: self.free(&node.children),
                block: node.block,
                span: self.at(node.span),
            });
        }
        free
    }

    /// Says once that all expressions together have taken too long.
    fn too_many_steps(&mut self, formula: &Formula) {
        if !self.stopped {
            self.stopped = true;
            let at = self.at(formula.at.span);
            let finding = rules::too_many_steps(at, self.typed.limits.steps);
            self.findings.push(finding);
        }
    }

    /// Whether a condition holds; where it cannot be worked out, which was reported, it does not.
    pub(super) fn holds(&mut self, condition: Option<&Formula>) -> bool {
        condition.is_none_or(|condition| {
            matches!(self.evaluate(condition), Some((Value::Bool(true), _)))
        })
    }
}

/// A computed value as its slot would have it written: a number where the slot takes text.
fn suited(lit: Lit, ty: &str) -> Lit {
    match lit {
        Lit::Int(n) if matches!(ty, "string" | "name" | "host" | "ident" | "version") => {
            Lit::Str(n.to_string().into())
        }
        other => other,
    }
}
