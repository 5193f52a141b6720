//! All names of an estate: what each use leads to, and who uses what is declared.

mod ports;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use ports::Ports;
use tenantry_core::{
    FileId,
    cel::spelling,
    compile::Analysed,
    schema::words::{UnitId, Words},
};
use tenantry_syntax::Span;

use crate::outline::{Declared, GROUND, LOCAL, Looked, Outline, PORT, Sort, Use};

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
    /// Where ports stand that workloads have from elsewhere.
    ports: Ports,
    /// The packages of each unit, by what they are called there.
    packages: Vec<BTreeMap<Arc<str>, Option<UnitId>>>,
}

impl Names {
    /// The names that files declare, and those that workloads of these environments have from
    /// definitions, profiles and loops.
    pub fn of(outlines: &[Arc<Outline>], words: &Words, environments: &[Analysed]) -> Self {
        Self {
            ports: Ports::of(environments),
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

    /// The declarations of a name, whatever it is the name of.
    pub fn called<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = (DeclaredId, &'a Declared)> + 'a {
        let known = self.by_name().get(&*spelling(name)).into_iter().flatten();
        known
            .filter_map(|id| Some((*id, self.get(*id)?)))
            .filter(move |(_, declared)| *declared.name == *name)
    }

    /// The declarations of the same thing: of its sort, name and scope. What changes a pool for a
    /// test need not say of which cluster it is, where only one has a pool of that name.
    pub fn alike(&self, declared: &Declared) -> Vec<DeclaredId> {
        let called = self.called(&declared.name);
        let same: Vec<(DeclaredId, &Declared)> = called
            .filter(|(_, other)| (other.sort, other.unit) == (declared.sort, declared.unit))
            .filter(|(_, other)| other.holder == declared.holder)
            .collect();
        let scopes: BTreeSet<&str> = same
            .iter()
            .map(|(_, other)| &*other.scope)
            .filter(|scope| !scope.is_empty())
            .collect();
        let one = GROUND.contains(&declared.sort) && scopes.len() == 1;
        let alike = |other: &Declared| {
            other.scope == declared.scope
                || one && (other.scope.is_empty() || declared.scope.is_empty())
        };
        let alike = same.into_iter().filter(|(_, other)| alike(other));
        alike.map(|(id, _)| id).collect()
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
    /// ambiguous. What its own definition or profile declares is nearer than what others do.
    pub fn resolve(&self, file: FileId, one: &Use) -> Vec<DeclaredId> {
        let all = self.resolve_anywhere(file, one);
        let is_own = |id: &DeclaredId| {
            let declared = self.get(*id);
            declared.is_some_and(|declared| declared.holder == one.holder)
        };
        match all.len() > 1 && one.holder.is_some() && all.iter().any(is_own) {
            true => all.into_iter().filter(is_own).collect(),
            false => all,
        }
    }

    fn resolve_anywhere(&self, file: FileId, one: &Use) -> Vec<DeclaredId> {
        let known = self.by_name().get(&*spelling(&one.name));
        let fits = |id: &&DeclaredId| {
            self.get(**id).is_some_and(|declared| {
                one.sorts.contains(&declared.sort)
                    && (one.in_expression || declared.name == one.name)
            })
        };
        let fitting: Vec<DeclaredId> = known.into_iter().flatten().filter(fits).copied().collect();
        let argument = matches!(one.looked, Looked::Argument(_));
        if let Some(local) = self.local(file, one, &fitting).filter(|_| !argument) {
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
            Looked::Argument(define) => {
                let of = |declared: &Declared| {
                    let within = declared.visible.as_ref();
                    declared.span.file == define.file
                        && within.is_some_and(|range| range.contains(&define.start))
                };
                let fitting = fitting.iter().copied();
                fitting.filter(|id| self.get(*id).is_some_and(of)).collect()
            }
            Looked::Package(alias) => {
                let uses = self.packages.get(one.unit.0 as usize);
                let unit = uses.and_then(|uses| *uses.get(alias)?);
                with(&|declared| Some(declared.unit) == unit)
            }
            Looked::Within(scope) => {
                // Two packages may have a table of one name.
                let own = |declared: &Declared| declared.unit == one.unit;
                let exact = with(&|declared| declared.scope == *scope && own(declared));
                if !exact.is_empty() {
                    return exact;
                }
                let exact = with(&|declared| declared.scope == *scope);
                if !exact.is_empty() {
                    return exact;
                }
                let from = self.ports.of_workload(scope, &one.name);
                let made = with(&|declared| {
                    declared.sort == PORT && from.iter().any(|from| is_at(declared, *from))
                });
                if !made.is_empty() {
                    return made;
                }
                // `connect bank port=https`: an outside system is in no tenant.
                let (_, last) = scope.rsplit_once('.').unwrap_or_default();
                let outside = with(&|declared| declared.sort == PORT && *declared.scope == *last);
                if outside.is_empty() {
                    with(&|declared| declared.scope.is_empty())
                } else {
                    outside
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
            .filter(|(_, one)| self.may_lead(one, declared))
            .filter(|(file, one)| self.resolve(*file, one).contains(&id))
            .collect()
    }

    /// Whether a use may lead to a declaration of its name, as far as its scope alone can tell: in
    /// a large estate hundreds of workloads and ports have the same name.
    fn may_lead(&self, one: &Use, declared: &Declared) -> bool {
        match &one.looked {
            Looked::Within(scope) => {
                declared.scope.is_empty()
                    || scope.ends_with(&*declared.scope)
                    || declared.sort == PORT && !self.ports.of_workload(scope, &one.name).is_empty()
            }
            _ => true,
        }
    }
}

/// Whether the name of a declaration stands in a span.
fn is_at(declared: &Declared, span: Span) -> bool {
    let name = declared.name_span;
    name.file == span.file && span.start <= name.start && name.end <= span.end
}
