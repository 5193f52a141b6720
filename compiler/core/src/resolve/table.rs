//! The declared values of an environment: parameters, tables, `let`s.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use tenantry_syntax::Span;

use super::{Resolver, param, rules, scope::Bound};
use crate::{
    cel::{self, Object, Value},
    origin::{How, OriginId},
    schema::{
        kind::{Field, Kind},
        node::{Expr, Node, TypedNode},
        ty::Lit,
        words::UnitId,
    },
};

/// The rows of a table, by key.
pub(super) type Rows = Rc<BTreeMap<Arc<str>, RowAt>>;

/// What a row holds, by column.
type Cells = BTreeMap<Arc<str>, Value>;

/// Why the cells of a row are so; none for one that is wrong, which was reported.
pub(super) type Reasons = BTreeMap<Arc<str>, Option<OriginId>>;

/// Where a row stands, and why its cells are so.
#[derive(Debug, Clone)]
pub(super) struct RowAt {
    pub(super) span: Span,
    pub(super) origin: OriginId,
    pub(super) fields: Rc<Reasons>,
}

/// A row as expressions see it.
#[derive(Debug)]
struct Row {
    key: Arc<str>,
    cells: Cells,
}

impl Object for Row {
    fn field(&self, name: &str) -> Value {
        self.cells.get(name).cloned().unwrap_or(Value::Null)
    }

    fn key(&self) -> Option<Arc<str>> {
        Some(self.key.clone())
    }
}

/// Cells of a table that weigh as much as a node.
const CELLS: usize = 4;

impl Resolver<'_> {
    /// Works out everything that is declared, and leaves parameters and tables in the root, so
    /// that what they lack is said like that of any node.
    pub(super) fn declared(&mut self, sets: &[(String, String)], root: &mut Node) {
        let words = self.typed.words.clone();
        for (at, unit) in words.units.iter().enumerate() {
            let id = UnitId(u32::try_from(at).unwrap_or(u32::MAX));
            let env = Value::Str(self.env.clone().unwrap_or_else(|| "".into()));
            let env = Bound::new(Some(env), OriginId::NONE);
            self.globals_mut(id).insert("env".into(), env);
            self.unit = id;
            for node in &unit.values {
                let kind = words.vocabulary.kind(node.kind);
                match kind.name.as_str() {
                    "param" => param::declare(self, kind, node, &unit.prefix, sets),
                    "table" => {
                        let resolved = self.node(node);
                        self.table(kind, &resolved);
                        root.children.push(Arc::new(resolved));
                        continue;
                    }
                    _ => self.let_(kind, node),
                }
                if kind.name == "param" {
                    let resolved = self.node(node);
                    root.children.push(Arc::new(resolved));
                }
            }
        }
        self.unit = UnitId::ESTATE;
        param::unknown_sets(self, sets);
    }

    fn let_(&mut self, kind: &Kind, node: &TypedNode) {
        let Some(Lit::Str(name)) = kind
            .field("name")
            .and_then(|field| node.literal(field))
            .map(|(lit, _)| lit.clone())
        else {
            return;
        };
        let mut values = Vec::new();
        let mut from = Vec::new();
        for field in node
            .fields
            .iter()
            .filter(|field| field.field != Field::Arg(0))
        {
            let worked_out = match &field.expr {
                Expr::Formula(formula) => self.evaluate(formula),
                expr => {
                    let value = self.value(expr, field.span);
                    value.map(|(lit, origin)| {
                        (Value::from_lit(&cel::Type::Unknown, &lit), vec![origin])
                    })
                }
            };
            values.push(worked_out.map(|(value, origins)| {
                from.extend(origins);
                value
            }));
        }
        let whole: Option<Vec<Value>> = values.into_iter().collect();
        let value = whole.map(|mut values| match values.len() {
            1 => values.remove(0),
            _ => Value::List(values.into()),
        });
        let span = node.fields.get(1).map_or(node.span, |field| field.span);
        let origin = self.origins.add(Some(span), How::Literal, from);
        let unit = self.unit;
        self.globals_mut(unit)
            .insert(cel::spelling(&name).into(), Bound::new(value, origin));
    }

    fn table(&mut self, kind: &Kind, table: &Node) {
        let Some(Lit::Str(name)) = kind
            .field("name")
            .and_then(|field| table.value(field))
            .map(|value| value.lit.clone())
        else {
            return;
        };
        let vocabulary = self.typed.words.vocabulary.clone();
        let mut values = Vec::new();
        let mut places: BTreeMap<Arc<str>, RowAt> = BTreeMap::new();
        let rows = table
            .children
            .iter()
            .filter(|child| vocabulary.kind(child.kind).name == "row");
        for row in rows {
            let kind = vocabulary.kind(row.kind);
            let Some(key) = row.value(Field::Arg(0)) else {
                continue;
            };
            let key: Arc<str> = key.lit.to_string().into();
            if let Some(first) = places.get(&key) {
                let finding = rules::duplicate(kind, &key, row.span, first.span, &self.origins);
                self.findings.push(finding);
                continue;
            }
            // A row has a cell for each column, whatever the text says of it.
            self.nodes += kind.props.len() / CELLS;
            if self.exhausted() {
                return;
            }
            let index = i64::try_from(values.len()).unwrap_or(i64::MAX);
            let (cells, fields) = cells(kind, row, &key, index);
            places.insert(
                key.clone(),
                RowAt {
                    span: row.span,
                    origin: row.origin,
                    fields: Rc::new(fields),
                },
            );
            values.push(Value::Object(Arc::new(Row { key, cells })));
        }
        let spelt: Arc<str> = cel::spelling(&name).into();
        let unit = self.unit;
        self.rows.insert((unit, spelt.clone()), Rc::new(places));
        let bound = Bound::new(Some(Value::Keyed(Arc::new(values))), table.origin);
        self.globals_mut(unit).insert(spelt, bound);
    }
}

/// The cells of a row and why they are so; a column's default where it says nothing.
fn cells(kind: &Kind, row: &Node, key: &Arc<str>, index: i64) -> (Cells, Reasons) {
    let mut cells = BTreeMap::from([
        ("key".into(), Value::Str(key.clone())),
        ("index".into(), Value::Int(index)),
    ]);
    let mut origins = BTreeMap::new();
    for (at, slot) in kind.props.iter().enumerate() {
        let field = Field::Prop(u16::try_from(at).unwrap_or(u16::MAX));
        let name: Arc<str> = cel::spelling(&slot.name).into();
        let ty = cel::type_of(&slot.ty);
        if let Some(value) = row.value(field) {
            cells.insert(name.clone(), Value::from_lit(&ty, &value.lit));
            origins.insert(name, Some(value.origin));
        } else if let Some(default) = &slot.default {
            let lit = match slot.ty.name {
                "int" | "bool" => Lit::of_default(default),
                _ => Lit::Str((&**default).into()),
            };
            cells.insert(name, Value::from_lit(&ty, &lit));
        } else {
            origins.insert(name, None);
        }
    }
    (cells, origins)
}
