//! Expressions: CEL, as Kubernetes users know it from CRD validation and admission policies.
//!
//! An expression is [compiled](compile) once: parsed, every name and operand type-checked, the
//! literals beside quantities settled. What is left is [evaluated](evaluate) as often as needed.
//! Parser, check and evaluator are our own, over one tree: of what the language promises –
//! exact positions for every mistake, quantities with units, whole numbers that never wrap, no
//! fractions, no clock, a bound on steps – none can be added around an evaluator that does
//! otherwise. The `cel` crate is the referee: a test lets both come to the same values.
//!
//! Three things differ from CEL on purpose. A string next to a quantity is read as one:
//! `workload.memory.size >= '64GiB'`. A setting that is not set is null: a field of null is
//! null, null equals nothing but null, `has(a.b)` tells, and to compute with it is a mistake
//! that says what is not set. And the nodes of a repeatable kind are found by name as well as
//! by place: `workload.disks['root']`.

mod check;
mod eval;
mod functions;
mod interpolate;
mod lex;
pub mod limits;
mod parse;
mod problem;
mod quantity;
#[cfg(test)]
mod sample;
mod tree;
mod types;
mod value;

use std::sync::Arc;

pub use eval::{Budget, evaluate, evaluate_part};
pub use functions::{Form, Function};
pub use interpolate::{Piece, interpolate};
pub use parse::parse;
pub use problem::Problem;
pub use quantity::{Failure, Quantity, Unit};
pub use tree::{Expr, ExprKind, Macro, Operator, Path, Word};
pub use types::{NoTypes, Scope, Type, Types, spelling, type_of};
pub use value::{Keyed, Object, Value, Vars, With};

/// A checked expression. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Program(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    text: Box<str>,
    tree: Expr,
    ty: Type,
}

impl Program {
    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Its tree, literals settled.
    pub fn tree(&self) -> &Expr {
        &self.0.tree
    }

    /// The type of its value.
    pub fn ty(&self) -> &Type {
        &self.0.ty
    }

    /// Whether it is nothing but a name, or a field of what a name stands for.
    pub fn is_name(&self) -> bool {
        let mut tree = self.tree();
        while let ExprKind::Field { of, .. } = &tree.kind {
            tree = of;
        }
        matches!(tree.kind, ExprKind::Name(_))
    }

    /// The names and fields that it uses, in the order of the text.
    pub fn uses(&self) -> Vec<Path> {
        self.0.tree.paths()
    }
}

/// Parses and checks an expression; `expected` is the type of the place that its value goes to.
///
/// # Errors
/// What is not CEL, or all that is wrong with names and types, one problem for each mistake.
pub fn compile(
    text: &str,
    scope: &Scope,
    types: &dyn Types,
    expected: Option<&Type>,
) -> Result<Program, Vec<Problem>> {
    let mut tree = parse(text).map_err(|problem| vec![problem])?;
    let ty = check::check(text, &mut tree, scope, types, expected)?;
    Ok(Program(Arc::new(Compiled {
        text: text.into(),
        tree,
        ty,
    })))
}
