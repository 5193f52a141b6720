//! What the spec itself declares, and who may say it: the kinds that it defines, and the names
//! that expressions may use, by the estate, each package, and the standard library.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_syntax::{FileId, Span};

use super::{
    kind::{DefineId, Kind, KindId, Vocabulary},
    node::{Expr, TypedNode},
};
use crate::{
    cel::{Scope, Type, Types},
    query::kinds,
};

/// The estate, a package, or the library: what is declared in one is said with a prefix in the
/// others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u32);

impl UnitId {
    /// The estate itself.
    pub const ESTATE: Self = Self(0);
}

/// One of them.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// What stands before its names where others speak of them: `pg.`, or nothing.
    pub prefix: Arc<str>,
    /// The packages that it uses, by the name that it gives them; none where it could not be
    /// loaded, which was reported.
    pub uses: BTreeMap<Arc<str>, Option<UnitId>>,
    /// What it defines, by name.
    pub defines: BTreeMap<Arc<str>, DefineId>,
    /// What its expressions may name: parameters, tables, `let`, `env`.
    pub scope: Scope,
    /// Its parameters, tables and `let`s, in the order in which they can be worked out.
    pub values: Vec<TypedNode>,
}

/// A `define`.
#[derive(Debug, Clone)]
pub struct Define {
    /// Its name, without a prefix.
    pub name: Arc<str>,
    /// Where its name stands.
    pub span: Span,
    /// Who declares it.
    pub unit: UnitId,
    /// Its kind.
    pub kind: KindId,
    /// The names of its arguments and properties as expressions spell them, and what stands for
    /// a missing one: arguments first, as in its kind.
    pub params: Vec<(Arc<str>, Option<Default>)>,
    /// The kinds of the children for its slots; the slot without a name has an empty one.
    pub slots: BTreeMap<Arc<str>, KindId>,
    /// What it stands for, by the kind of the node in whose block it is called; see
    /// [`Words::body`].
    pub bodies: BTreeMap<KindId, TypedNode>,
    /// Whether it was wrong, which was reported: then its calls stand for nothing.
    pub broken: bool,
}

/// What stands for a missing argument.
#[derive(Debug, Clone)]
pub struct Default {
    /// The value.
    pub expr: Expr,
    /// Where it stands.
    pub span: Span,
}

/// What reading depends on: of two runs' words with one frame, nothing differs but the values of
/// parameters and where these stand, so that any text reads the same with both.
#[derive(Debug, Clone, std::default::Default)]
pub struct Frame(Arc<()>);

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Everything that the spec declares.
#[derive(Debug, Clone, std::default::Default)]
pub struct Words {
    /// What reading depends on.
    pub frame: Frame,
    /// The kinds, built in and defined.
    pub vocabulary: Arc<Vocabulary>,
    /// The estate, then the packages, then the library.
    pub units: Vec<Unit>,
    /// The definitions.
    pub defines: Vec<Define>,
    /// Where the slot is that a block's nodes go to: from the kind of a call, or of what fills a
    /// slot with a name, to the kind of the block that holds the slot.
    pub slot_blocks: BTreeMap<KindId, KindId>,
    /// The unit of each file.
    pub files: Vec<UnitId>,
    /// The rows of tables as types.
    pub types: RowTypes,
    /// The kind of the rows of a table, by where the table's name stands.
    pub rows: BTreeMap<Span, KindId>,
}

impl Words {
    /// The unit of a file.
    pub fn unit_of(&self, file: FileId) -> UnitId {
        self.files
            .get(file.0 as usize)
            .copied()
            .unwrap_or(UnitId::ESTATE)
    }

    /// A unit.
    pub fn unit(&self, id: UnitId) -> &Unit {
        &self.units[id.0 as usize]
    }

    /// A definition.
    pub fn define(&self, id: DefineId) -> &Define {
        &self.defines[id.0 as usize]
    }

    /// Who a name in a unit speaks of, and the name without its prefix.
    pub fn owner<'n>(&self, unit: UnitId, name: &'n str) -> Option<(UnitId, &'n str)> {
        match name.split_once('.') {
            None => Some((unit, name)),
            Some((alias, rest)) => Some(((*self.unit(unit).uses.get(alias)?)?, rest)),
        }
    }

    /// Whether a name is one of a package that could not be loaded: what it means nobody knows.
    pub fn is_lost(&self, unit: UnitId, name: &str) -> bool {
        name.split_once('.')
            .is_some_and(|(alias, _)| matches!(self.unit(unit).uses.get(alias), Some(None)))
    }

    /// The definition of that name, as a unit may say it: its own, `alias.name` of a package,
    /// or one of the library.
    pub fn find(&self, unit: UnitId, name: &str) -> Option<DefineId> {
        let (owner, bare) = self.owner(unit, name)?;
        let own = self.unit(owner).defines.get(bare);
        own.or_else(|| self.units.last()?.defines.get(name))
            .copied()
    }

    /// What a definition stands for in the block of a node of this kind, if it may be called
    /// there. What a caller writes for a slot is held by the block that the slot is in.
    pub fn body<'w>(&self, define: &'w Define, mut block: KindId) -> Option<&'w TypedNode> {
        // Definitions stand in no circle, so each step is to one that was read before.
        while let Some(outer) = self.slot_blocks.get(&block) {
            block = *outer;
        }
        define.bodies.get(&block)
    }

    /// The names of the definitions that a unit may call in a block of this kind.
    pub fn callable(&self, unit: UnitId, parent: KindId) -> Vec<String> {
        let here = |id: &DefineId| self.body(self.define(*id), parent).is_some();
        let own = self.unit(unit).defines.iter();
        let mut names: Vec<String> = own
            .filter(|(_, id)| here(id))
            .map(|(name, _)| name.to_string())
            .collect();
        for (alias, package) in &self.unit(unit).uses {
            let Some(package) = package else {
                continue;
            };
            let theirs = self.unit(*package).defines.iter();
            names.extend(
                theirs
                    .filter(|(_, id)| here(id))
                    .map(|(name, _)| format!("{alias}.{name}")),
            );
        }
        names
    }

    /// The kind of a definition.
    pub fn kind_of(&self, define: &Define) -> &Kind {
        self.vocabulary.kind(define.kind)
    }
}

/// The objects of expressions: the rows of tables, and the nodes of the kinds.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct RowTypes(BTreeMap<Arc<str>, BTreeMap<Arc<str>, Type>>);

impl RowTypes {
    /// Enters the rows of a table.
    pub fn insert(&mut self, object: Arc<str>, fields: BTreeMap<Arc<str>, Type>) {
        self.0.insert(object, fields);
    }
}

impl Types for RowTypes {
    fn field(&self, object: &str, field: &str) -> Option<Type> {
        match self.0.get(object) {
            Some(row) => row.get(field).cloned(),
            None => kinds().field(object, field),
        }
    }

    fn fields(&self, object: &str) -> Vec<String> {
        match self.0.get(object) {
            Some(row) => row.keys().map(ToString::to_string).collect(),
            None => kinds().fields(object),
        }
    }

    fn doc(&self, object: &str, field: &str) -> Option<String> {
        kinds().doc(object, field)
    }
}
