//! Tables: their columns make a kind of row of their own.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_syntax::ast;

use super::{Declarer, Names, name_of};
use crate::{
    cel::{self, Type},
    diag::{Diagnostic, Findings},
    schema::{
        bounds::Bounds,
        decode::Decoder,
        kind::{Field, Kind, KindId, Slot},
        kinds::{Column, ParamType, Row, Table},
        node::{Expr, TypedNode},
        rules,
        words::UnitId,
    },
};

impl Declarer {
    pub(super) fn tables(&mut self, nodes: &[(UnitId, ast::Node<'_>)], names: &mut Names) {
        let kind = self.kind::<Table>();
        for (unit, node) in nodes {
            let columns = self.columns(*unit, *node);
            for (name, span) in columns.iter().filter_map(|c| name_of(&self.words, c)) {
                if self.is_universal(&name) {
                    let finding = rules::universal_name("a column", &name, span);
                    self.findings.push(finding);
                }
            }
            let (row, fields) = self.row_kind(&columns);
            for row_node in node.nodes().filter(|child| child.name() == "row") {
                self.words.rows.insert(row_node.name_span(), row);
            }
            let mut decoder = Decoder::new(&self.words, *unit, &mut self.findings);
            let typed = decoder.node(*node, kind);
            self.rows_complete(&typed, row);
            if let Some((name, span)) = name_of(&self.words, &typed) {
                let object: Arc<str> = format!("row of {name}").into();
                let key: Arc<str> = format!("{}:{object}", unit.0).into();
                let object = if *unit == UnitId::ESTATE { object } else { key };
                self.words.types.insert(object.clone(), fields);
                let ty = Type::Keyed(Arc::new(Type::Object(object)));
                self.name(*unit, &name, span, ty, names);
            }
            self.value(*unit, typed);
        }
    }

    /// Whether every node has a property of that name.
    pub(super) fn is_universal(&self, name: &str) -> bool {
        let props = &self.words.vocabulary.universal_props;
        props.iter().any(|slot| slot.name == name)
    }

    /// The columns, read ahead; what is wrong with them is said when the table is read.
    fn columns(&self, unit: UnitId, table: ast::Node<'_>) -> Vec<TypedNode> {
        let kind = self.kind::<Column>();
        let mut later = Findings::new();
        let mut decoder = Decoder::new(&self.words, unit, &mut later);
        table
            .nodes()
            .filter(|child| child.name() == "column")
            .map(|column| decoder.node(column, kind))
            .collect()
    }

    /// The kind of a table's rows, and their fields for expressions.
    fn row_kind(&mut self, columns: &[TypedNode]) -> (KindId, BTreeMap<Arc<str>, Type>) {
        let generic = self.words.vocabulary.kind(self.kind::<Row>());
        let mut kind = Kind::new("row", &generic.doc);
        kind.args.clone_from(&generic.args);
        kind.ordered = true;
        let mut fields: BTreeMap<Arc<str>, Type> =
            BTreeMap::from([("key".into(), Type::Str), ("index".into(), Type::Int)]);
        for column in columns {
            let Some((name, _)) = name_of(&self.words, column) else {
                continue;
            };
            let slot = self.slot(column, &name);
            fields.insert(cel::spelling(&name).into(), cel::type_of(&slot.ty));
            kind.props.push(slot);
        }
        (Arc::make_mut(&mut self.words.vocabulary).add(kind), fields)
    }

    /// The slot that a declared argument, property or column is.
    pub(super) fn slot(&self, node: &TypedNode, name: &str) -> Slot {
        let vocabulary = &self.words.vocabulary;
        let kind = vocabulary.kind(node.kind);
        let one_of = node
            .children
            .iter()
            .find(|child| vocabulary.kind(child.kind).name == "one-of");
        let default = kind.field("default").and_then(|field| {
            node.fields
                .iter()
                .find(|value| value.field == field)
                .map(|value| &value.expr)
        });
        Slot {
            doc: node.doc.as_deref().unwrap_or_default().to_owned(),
            required: default.is_none(),
            default: match default {
                Some(Expr::Lit(lit)) => Some(lit.to_string().into()),
                _ => None,
            },
            bounds: Bounds::of(kind, node, one_of).map(Arc::new),
            ..Slot::of(name, ParamType::ty_of(kind, node))
        }
    }

    /// Every row says what has no default.
    fn rows_complete(&mut self, table: &TypedNode, row: KindId) {
        let kind = self.words.vocabulary.kind(row);
        for node in table.children.iter().filter(|child| child.kind == row) {
            for (at, slot) in kind.props.iter().enumerate() {
                let field = Field::Prop(u16::try_from(at).unwrap_or(u16::MAX));
                let given = node.fields.iter().any(|value| value.field == field);
                if slot.required && !given && node.flawed.is_empty() {
                    self.findings.push(
                        Diagnostic::new(
                            &rules::MISSING_VALUE,
                            node.span,
                            format!("this row has no `{}`", slot.name),
                        )
                        .label("the column has no default")
                        .help(format!(
                            "write `{}=…`, {}",
                            slot.name,
                            rules::article(slot.ty.name)
                        )),
                    );
                }
            }
        }
    }
}
