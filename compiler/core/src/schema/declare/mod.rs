//! What the spec declares, before anything else is read: parameters, tables, `let`s and
//! definitions, so that every other node can be checked where it stands, in any file.

mod define;
mod table;
mod value;

use std::{collections::BTreeMap, sync::Arc};

use tenantry_syntax::{FileId, Span, ast};

use super::{
    kind::KindId,
    node::TypedNode,
    ty::Lit,
    vocabulary,
    words::{Unit, UnitId, Words},
};
use crate::{
    cel::{self, Scope, Type},
    diag::Findings,
    load::{PackageId, Sources},
};

/// Reads the declarations of all files.
pub(super) fn declare(sources: &Sources) -> (Words, Findings) {
    let (builtin, root) = vocabulary::builtin();
    let mut words = Words {
        vocabulary: builtin.clone(),
        ..Words::default()
    };
    units(sources, &mut words);
    let mut declarer = Declarer {
        words,
        root: *root,
        findings: Findings::new(),
    };
    let mut nodes = Collected::default();
    for (source, unit) in sources.files().iter().zip(&declarer.words.files) {
        nodes.collect(source.parse.document(), *unit);
    }
    declarer.values(&nodes);
    declarer.defines(&nodes.defines);
    (declarer.words, declarer.findings)
}

/// The estate, its packages, the library, and whose each file is.
pub(super) fn units(sources: &Sources, words: &mut Words) {
    let unit = |prefix: &str, uses: &[crate::load::Use]| Unit {
        prefix: prefix.into(),
        uses: uses
            .iter()
            .map(|used| (used.alias.clone(), used.package.map(of_package)))
            .collect(),
        scope: Scope::new().with("env", Type::Str),
        ..Unit::default()
    };
    words.units = vec![unit("", &sources.uses)];
    let packages = sources.packages.iter();
    words
        .units
        .extend(packages.map(|package| unit(&package.prefix, &package.uses)));
    let library = UnitId(u32::try_from(words.units.len()).unwrap_or(u32::MAX));
    words.units.push(unit("", &[]));
    words.files = (0..sources.files().len())
        .map(|at| {
            let file = FileId(u32::try_from(at).unwrap_or(u32::MAX));
            match sources.owner(file) {
                Some(package) => of_package(package),
                None if file >= sources.library_from() => library,
                None => UnitId::ESTATE,
            }
        })
        .collect();
}

/// Packages come after the estate.
fn of_package(id: PackageId) -> UnitId {
    UnitId(id.0 + 1)
}

/// The declarations of the text, not yet read.
#[derive(Default)]
struct Collected<'a> {
    params: Vec<(UnitId, ast::Node<'a>)>,
    tables: Vec<(UnitId, ast::Node<'a>)>,
    lets: Vec<(UnitId, ast::Node<'a>)>,
    defines: Vec<(UnitId, ast::Node<'a>)>,
}

impl<'a> Collected<'a> {
    fn collect(&mut self, document: ast::Document<'a>, unit: UnitId) {
        for node in document.nodes() {
            match &*node.name() {
                "param" => self.params.push((unit, node)),
                "table" => self.tables.push((unit, node)),
                "let" => self.lets.push((unit, node)),
                "define" => self.defines.push((unit, node)),
                _ => {}
            }
        }
    }
}

/// The reading of declarations.
struct Declarer {
    words: Words,
    root: KindId,
    findings: Findings,
}

impl Declarer {
    /// Parameters, then tables, whose cells may speak of parameters, then `let`s, which may
    /// speak of both and of each other.
    fn values(&mut self, nodes: &Collected<'_>) {
        let mut names = Names::default();
        self.params(&nodes.params, &mut names);
        self.tables(&nodes.tables, &mut names);
        self.lets(&nodes.lets, &mut names);
    }

    /// Enters a name for expressions, unless another has it.
    fn name(&mut self, unit: UnitId, name: &str, span: Span, ty: Type, names: &mut Names) -> bool {
        let spelt: Arc<str> = cel::spelling(name).into();
        if let Some((first, other)) = names.0.get(&(unit, spelt.clone())) {
            self.findings
                .push(super::rules::same_name(name, span, other, *first));
            return false;
        }
        names
            .0
            .insert((unit, spelt.clone()), (span, name.to_owned()));
        let unit = &mut self.words.units[unit.0 as usize];
        unit.scope = std::mem::take(&mut unit.scope).with(name, ty);
        true
    }

    fn kind<K: super::construct::Construct>(&self) -> KindId {
        self.words.vocabulary.of::<K>().unwrap_or(self.root)
    }
}

/// Names that expressions use, as they spell them, with where and how they were declared.
#[derive(Default)]
struct Names(BTreeMap<(UnitId, Arc<str>), (Span, String)>);

/// The name of a declared node and where it stands, if it has one.
fn name_of(words: &Words, node: &TypedNode) -> Option<(Arc<str>, Span)> {
    let field = words.vocabulary.kind(node.kind).field("name")?;
    match node.literal(field)? {
        (Lit::Str(name), span) => Some((name.clone(), span)),
        _ => None,
    }
}
