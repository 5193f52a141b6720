//! All names of an estate: what each use leads to, and who uses what is declared.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use tenantry_core::{
    FileId,
    cel::spelling,
    schema::words::{UnitId, Words},
};

use crate::outline::{Declared, LOCAL, Looked, Outline, Sort, Use};

/// A declaration, by its file and its place in that file's outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclaredId {
    /// The file.
    pub file: FileId,
    /// Which of [`Outline::declared`].
    pub at: u32,
}

/// All names.
#[derive(Debug, Default)]
pub struct Names {
    /// By the spelling of expressions, in which a `-` is a `_`. Made when first asked for: most
    /// edits are followed by the next one before anybody asks.
    by_name: OnceLock<BTreeMap<Arc<str>, Vec<DeclaredId>>>,
    outlines: Vec<Arc<Outline>>,
    /// The packages of each unit, by what they are called there.
    packages: Vec<BTreeMap<Arc<str>, Option<UnitId>>>,
}

impl Names {
    /// The names that files declare.
    pub fn of(outlines: &[Arc<Outline>], words: &Words) -> Self {
        Self {
            by_name: OnceLock::new(),
            outlines: outlines.to_vec(),
            packages: words.units.iter().map(|unit| unit.uses.clone()).collect(),
        }
    }

    fn by_name(&self) -> &BTreeMap<Arc<str>, Vec<DeclaredId>> {
        self.by_name.get_or_init(|| {
            let mut by_name: BTreeMap<Arc<str>, Vec<DeclaredId>> = BTreeMap::new();
            for (id, declared) in self.all() {
                let name = spelling(&declared.name);
                by_name.entry(name.into()).or_default().push(id);
            }
            by_name
        })
    }

    /// A declaration by its id.
    pub fn get(&self, id: DeclaredId) -> Option<&Declared> {
        let outline = self.outlines.get(id.file.0 as usize)?;
        outline.declared.get(id.at as usize)
    }

    /// All declarations, in the order of the files and of their text.
    pub fn all(&self) -> impl Iterator<Item = (DeclaredId, &Declared)> {
        let files = (0u32..).map(FileId).zip(&self.outlines);
        files.flat_map(|(file, outline)| {
            let declared = (0u32..).zip(&outline.declared);
            declared.map(move |(at, declared)| (DeclaredId { file, at }, declared))
        })
    }

    /// All declarations of some sorts.
    pub fn of_sorts<'a>(
        &'a self,
        sorts: &'a [Sort],
    ) -> impl Iterator<Item = (DeclaredId, &'a Declared)> {
        self.all()
            .filter(|(_, declared)| sorts.contains(&declared.sort))
    }

    /// What a use in a file leads to: one declaration, none, or several where the name is
    /// ambiguous.
    pub fn resolve(&self, file: FileId, one: &Use) -> Vec<DeclaredId> {
        let known = self.by_name().get(&*spelling(&one.name));
        let fits = |id: &&DeclaredId| {
            self.get(**id).is_some_and(|declared| {
                one.sorts.contains(&declared.sort)
                    && (one.in_expression || declared.name == one.name)
            })
        };
        let fitting: Vec<DeclaredId> = known.into_iter().flatten().filter(fits).copied().collect();
        let local = self.local(file, one, &fitting);
        if let Some(local) = local {
            return vec![local];
        }
        let with = |wanted: &dyn Fn(&Declared) -> bool| -> Vec<DeclaredId> {
            let fitting = fitting.iter().copied();
            fitting
                .filter(|id| {
                    self.get(*id)
                        .is_some_and(|declared| declared.sort != LOCAL && wanted(declared))
                })
                .collect()
        };
        match &one.looked {
            Looked::Package(alias) => {
                let uses = self.packages.get(one.unit.0 as usize);
                let unit = uses.and_then(|uses| *uses.get(alias)?);
                with(&|declared| Some(declared.unit) == unit)
            }
            Looked::Within(scope) => {
                let exact = with(&|declared| declared.scope == *scope);
                if exact.is_empty() {
                    with(&|declared| declared.scope.is_empty())
                } else {
                    exact
                }
            }
            Looked::Near(scopes) => {
                for scope in scopes {
                    let near = with(&|declared| declared.scope == *scope);
                    if !near.is_empty() {
                        return near;
                    }
                }
                let own = with(&|declared| declared.unit == one.unit);
                if own.is_empty() {
                    // What the library, or another package, declares.
                    return with(&|_| true);
                }
                own
            }
        }
    }

    /// The innermost local name that holds where a use stands.
    fn local(&self, file: FileId, one: &Use, fitting: &[DeclaredId]) -> Option<DeclaredId> {
        let holds = |id: &&DeclaredId| {
            id.file == file
                && self
                    .get(**id)
                    .and_then(|declared| declared.visible.as_ref())
                    .is_some_and(|range| range.start <= one.span.start && one.span.end <= range.end)
        };
        fitting.iter().rev().find(holds).copied()
    }

    /// Who uses a declaration: files and their uses, in the order of the text.
    pub fn users(&self, id: DeclaredId) -> Vec<(FileId, &Use)> {
        let Some(declared) = self.get(id) else {
            return Vec::new();
        };
        let wanted = spelling(&declared.name);
        let files = (0u32..).map(FileId).zip(&self.outlines);
        let uses = files.flat_map(|(file, outline)| {
            let uses = outline.uses.iter();
            uses.map(move |one| (file, one))
        });
        uses.filter(|(_, one)| spelling(&one.name) == wanted && one.sorts.contains(&declared.sort))
            .filter(|(file, one)| self.resolve(*file, one).contains(&id))
            .collect()
    }
}
