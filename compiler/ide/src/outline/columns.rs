//! Which columns of tables are said: as properties of rows, and as fields of what is a row.

use std::{borrow::Cow, sync::Arc};

use tenantry_core::cel::{self, Expr, ExprKind, Macro, spelling};
use tenantry_syntax::{
    Span,
    ast::{Entry, Node, Text},
};

use super::{COLUMN, Looked, part, walk::Walk};
use crate::cursor::first_argument;

/// What stands for the rows of a table: the element of an `each`, that of a macro.
#[derive(Debug, Clone)]
pub(super) struct Element {
    name: Arc<str>,
    /// The table, as expressions spell it; none where it goes through something else.
    table: Option<Arc<str>>,
}

impl Walk<'_, '_> {
    /// The element of an `each` that goes through a table.
    pub(super) fn element_of(&self, node: Node<'_>) -> Option<Element> {
        let list = node.entries().find_map(|entry| match entry {
            Entry::Prop(prop) if prop.name() == "in" => prop.text(),
            _ => None,
        });
        let list = list?;
        Some(Element {
            name: first_argument(node)?.into(),
            table: self.table_behind(&list.value()),
        })
    }

    /// The table that an `each` goes through: by its name, or as far as a filter leaves it.
    fn table_behind(&self, list: &str) -> Option<Arc<str>> {
        let inside = list.strip_prefix("${").and_then(|it| it.strip_suffix('}'));
        let list = inside.unwrap_or_else(|| list.strip_prefix('$').unwrap_or(list));
        self.table_called(list).or_else(|| {
            let tree = cel::parse(list).ok()?;
            self.list_of(&tree, &self.elements)
        })
    }

    /// `size=1` of a row says the name of a column.
    pub(super) fn column_of_row(&mut self, name: &str, text: Text<'_>) {
        if let Some(table) = self.scopes.last().map(|table| spelling(table).into()) {
            let span = part(text, 0..name.len());
            self.column(table, name, span, false);
        }
    }

    /// `$row.size` says the name of a column behind that of an element.
    pub(super) fn column_of_name(&mut self, first: &str, name: &str, span: Span) {
        let element = self.elements.iter().rev().find(|one| *one.name == *first);
        if let Some(table) = element.and_then(|one| one.table.clone()) {
            self.column(table, name, span, false);
        }
    }

    /// The fields of rows in an expression, which stands at `start` of a text.
    pub(super) fn columns(&mut self, text: Text<'_>, start: usize, tree: &Expr) {
        let mut bound = self.elements.clone();
        self.fields(text, start, tree, &mut bound);
    }

    fn fields(&mut self, text: Text<'_>, start: usize, expr: &Expr, bound: &mut Vec<Element>) {
        match &expr.kind {
            ExprKind::Field { of, name } | ExprKind::Has { of, name } => {
                if let Some(table) = self.row_of(of, bound) {
                    let range = start + name.range.start..start + name.range.end;
                    self.column(table, &name.text, part(text, range), true);
                }
                self.fields(text, start, of, bound);
            }
            ExprKind::Each {
                over,
                var,
                only,
                body,
                ..
            } => {
                self.fields(text, start, over, bound);
                bound.push(Element {
                    name: var.text.clone(),
                    table: self.list_of(over, bound),
                });
                for child in only.iter().chain([body]) {
                    self.fields(text, start, child, bound);
                }
                bound.pop();
            }
            _ => {
                for child in expr.children() {
                    self.fields(text, start, child, bound);
                }
            }
        }
    }

    /// The table whose row an expression is: an element, `table.row` or `table[row]`.
    fn row_of(&self, expr: &Expr, bound: &[Element]) -> Option<Arc<str>> {
        match &expr.kind {
            ExprKind::Name(name) => {
                let element = bound
                    .iter()
                    .rev()
                    .find(|one| *spelling(&one.name) == **name);
                element?.table.clone()
            }
            ExprKind::Field { of, .. } | ExprKind::Index { of, .. } => self.list_of(of, bound),
            _ => None,
        }
    }

    /// The table that an expression is as a whole.
    fn list_of(&self, expr: &Expr, bound: &[Element]) -> Option<Arc<str>> {
        let name = match &expr.kind {
            ExprKind::Name(name) => name,
            // What is left of it are rows of it.
            ExprKind::Each {
                macro_: Macro::Filter,
                over,
                ..
            } => return self.list_of(over, bound),
            _ => return None,
        };
        let is_bound = bound.iter().any(|one| *spelling(&one.name) == **name);
        if is_bound {
            None
        } else {
            self.table_called(name)
        }
    }

    fn table_called(&self, name: &str) -> Option<Arc<str>> {
        let is_name = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        (is_name && self.is_value(name)).then(|| spelling(name).into())
    }

    fn column(&mut self, table: Arc<str>, name: &str, span: Span, in_expression: bool) {
        // Every row has its key, which no column declares.
        if name == "key" {
            return;
        }
        let sorts = Cow::Borrowed(&[COLUMN][..]);
        self.says(sorts, name, Looked::Within(table), span, in_expression);
    }
}
