//! The tree of an expression. Type check, evaluation and translation share it.

use std::{ops::Range, sync::Arc};

use super::{functions::Function, quantity::Quantity};

/// A part of an expression and where it stands in the text.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its bytes in the text of the expression, brackets around it not counted.
    pub range: Range<usize>,
    /// Levels of the tree below and with this one; at most [`LEVELS`](super::limits::LEVELS).
    pub(super) levels: u16,
}

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The name as the expression spells it.
    pub text: Arc<str>,
    /// Its bytes in the text of the expression.
    pub range: Range<usize>,
}

/// The sorts of expressions.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string.
    Str(Arc<str>),
    /// A string or number that the type check read as a quantity, because it stands next to one.
    Quantity(Quantity),
    /// A string that the type check read as a regular expression.
    Pattern(regex::Regex),
    /// A variable.
    Name(Arc<str>),
    /// `of.name`.
    Field {
        /// What has the field.
        of: Box<Expr>,
        /// The field.
        name: Word,
    },
    /// `has(of.name)`.
    Has {
        /// What may have the field.
        of: Box<Expr>,
        /// The field.
        name: Word,
    },
    /// `of[index]`.
    Index {
        /// The list or map.
        of: Box<Expr>,
        /// The position or key.
        index: Box<Expr>,
    },
    /// `!operand`.
    Not(Box<Expr>),
    /// `-operand`.
    Negate(Box<Expr>),
    /// Two or more of them with `&&` between.
    And(Vec<Expr>),
    /// Two or more of them with `||` between.
    Or(Vec<Expr>),
    /// An operator between two operands.
    Binary {
        /// The operator.
        operator: Operator,
        /// Its bytes in the text.
        at: Range<usize>,
        /// What stands before it.
        left: Box<Expr>,
        /// What stands behind it.
        right: Box<Expr>,
    },
    /// `condition ? yes : no`.
    Choice {
        /// What decides.
        condition: Box<Expr>,
        /// The value if it is true.
        yes: Box<Expr>,
        /// The value if it is false.
        no: Box<Expr>,
    },
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{'k': v}`.
    Map(Vec<(Expr, Expr)>),
    /// A call of a function: `name(arguments)` or `receiver.name(arguments)`.
    Call {
        /// The function, `None` for an unknown one, which the type check reports.
        function: Option<Function>,
        /// Its name as written.
        name: Word,
        /// What it is called on.
        receiver: Option<Box<Expr>>,
        /// What it is given.
        arguments: Vec<Expr>,
    },
    /// A macro over the elements of a list: `over.all(var, body)`.
    Each {
        /// Which one.
        macro_: Macro,
        /// The list.
        over: Box<Expr>,
        /// The name of an element.
        var: Word,
        /// What an element must fulfil to be mapped: the middle of `map(x, only, body)`.
        only: Option<Box<Expr>>,
        /// What is asked of, or made from, each element.
        body: Box<Expr>,
    },
}

/// The operators between two values, those of truth values aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `in`
    In,
}

impl Operator {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::In => "in",
        }
    }
}

/// The macros over lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Macro {
    /// Whether the body holds for every element.
    All,
    /// Whether it holds for some element.
    Exists,
    /// Whether it holds for exactly one.
    ExistsOne,
    /// The bodies' values.
    Map,
    /// The elements that it holds for.
    Filter,
}

impl Macro {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::All,
        Self::Exists,
        Self::ExistsOne,
        Self::Map,
        Self::Filter,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Exists => "exists",
            Self::ExistsOne => "exists_one",
            Self::Map => "map",
            Self::Filter => "filter",
        }
    }

    /// The macro of a name; Kubernetes' own spelling of `exists_one` is one, too.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "existsOne" => Some(Self::ExistsOne),
            _ => Self::ALL.into_iter().find(|one| one.name() == name),
        }
    }
}

/// A variable and the fields taken from it: `workload.pool.labels`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The variable and the fields, outermost first.
    pub names: Vec<Arc<str>>,
    /// Where it stands, without the `has(…)` around it.
    pub range: Range<usize>,
    /// Whether it is only asked for its presence, `has(…)`.
    pub tested: bool,
}

impl Expr {
    /// The parts right below this one, in the order of the text.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Str(_)
            | ExprKind::Quantity(_)
            | ExprKind::Pattern(_)
            | ExprKind::Name(_) => Vec::new(),
            ExprKind::Field { of, .. } | ExprKind::Has { of, .. } => vec![of],
            ExprKind::Index { of, index } => vec![of, index],
            ExprKind::Not(operand) | ExprKind::Negate(operand) => vec![operand],
            ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::List(parts) => {
                parts.iter().collect()
            }
            ExprKind::Binary { left, right, .. } => vec![left, right],
            ExprKind::Choice { condition, yes, no } => vec![condition, yes, no],
            ExprKind::Map(entries) => entries.iter().flat_map(|(k, v)| [k, v]).collect(),
            ExprKind::Call {
                receiver,
                arguments,
                ..
            } => receiver.as_deref().into_iter().chain(arguments).collect(),
            ExprKind::Each {
                over, only, body, ..
            } => [Some(&**over), only.as_deref(), Some(&**body)]
                .into_iter()
                .flatten()
                .collect(),
        }
    }

    /// Shows the parts to `visit`, this one first, with the element names that macros put in
    /// force around it; what lies below a part is skipped where `visit` says false.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Self, &[Arc<str>]) -> bool) {
        self.walk_within(&mut Vec::new(), visit);
    }

    fn walk_within<'e>(
        &'e self,
        bound: &mut Vec<Arc<str>>,
        visit: &mut dyn FnMut(&'e Self, &[Arc<str>]) -> bool,
    ) {
        if !visit(self, bound) {
            return;
        }
        let ExprKind::Each {
            over,
            var,
            only,
            body,
            ..
        } = &self.kind
        else {
            for child in self.children() {
                child.walk_within(bound, visit);
            }
            return;
        };
        over.walk_within(bound, visit);
        bound.push(var.text.clone());
        for child in only.iter().chain([body]) {
            child.walk_within(bound, visit);
        }
        bound.pop();
    }

    /// The longest chains of variable and fields in it, element names of macros aside, in the
    /// order of the text.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        self.walk(&mut |expr, bound| {
            let Some(names) = expr.path() else {
                return true;
            };
            if names.first().is_some_and(|first| !bound.contains(first)) {
                // Of `has(a.b)` the path is what stands in the brackets.
                let (range, tested) = match &expr.kind {
                    ExprKind::Has { of, name } => (of.range.start..name.range.end, true),
                    _ => (expr.range.clone(), false),
                };
                paths.push(Path {
                    names,
                    range,
                    tested,
                });
            }
            false
        });
        paths
    }

    /// The names of a chain of variable and fields, where this is nothing else.
    pub fn path(&self) -> Option<Vec<Arc<str>>> {
        match &self.kind {
            ExprKind::Name(name) => Some(vec![name.clone()]),
            ExprKind::Field { of, name } | ExprKind::Has { of, name } => {
                let mut names = of.path()?;
                names.push(name.text.clone());
                Some(names)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::cel::parse::parse;

    fn paths(text: &str) -> Vec<String> {
        parse(text)
            .unwrap()
            .paths()
            .iter()
            .map(|path| {
                let tested = if path.tested { "?" } else { "" };
                assert!(text[path.range.clone()].starts_with(&*path.names[0]));
                path.names.join(".") + tested
            })
            .collect()
    }

    #[test]
    fn paths_are_the_longest_chains_of_fields() {
        assert_eq!(
            paths("workload.pool.labels['tier'] == tier && has(workload.memory.limit)"),
            ["workload.pool.labels", "tier", "workload.memory.limit?"]
        );
    }

    #[test]
    fn an_element_of_a_macro_is_no_path() {
        assert_eq!(
            paths("w.disks.all(d, d.size > min && d.name != w.name) && d.on"),
            ["w.disks", "min", "w.name", "d.on"]
        );
    }
}
