//! The name under a cursor: where it is declared, and who else says it.

use std::{ops::Range, sync::Arc};

use tenantry_syntax::Span;

use crate::{
    host::{File, Location, Snapshot},
    names::DeclaredId,
    outline::{Declared, Looked, PORT, Use},
};

/// A name under a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Where it stands, without quotes and without what stands before a dot.
    pub range: Range<u32>,
    /// What it is the name of: one thing, nothing that is known, or several where it is ambiguous.
    pub declared: Vec<DeclaredId>,
    /// Whether it is declared here.
    pub is_declaration: bool,
}

impl Snapshot {
    /// The name at an offset of a file.
    pub fn subject(&self, file: File<'_>, at: u32) -> Option<Subject> {
        let id = file.id?;
        let outline = self.outline(file);
        let names = &self.known().names;
        // A name that is declared and used in one place, as that of a local of its own
        // definition, is asked about as what it declares.
        let used = outline.use_at(at);
        let declared = outline.declared_at_with_place(at);
        // In a name that is worked out, as `t${n}`, the names that it is worked out from are meant.
        let worked_out = |one: &Declared| one.name.contains('$') && used.is_some();
        if let Some((place, declared)) = declared.filter(|(_, one)| !worked_out(one)) {
            let found = if file.is_current {
                vec![DeclaredId {
                    file: id,
                    at: place,
                }]
            } else {
                names.alike(declared)
            };
            return Some(Subject {
                range: declared.name_span.start..declared.name_span.end,
                declared: found,
                is_declaration: true,
            });
        }
        let one = used?;
        Some(Subject {
            range: one.span.start..one.span.end,
            declared: names.resolve(id, one),
            is_declaration: false,
        })
    }

    /// Where something is made whose name no node declares: the row of a table, or the call.
    pub fn made(&self, file: File<'_>, at: u32) -> Option<Location> {
        let outline = self.outline(file);
        let one = outline.use_at(at)?;
        let is = |sort: &str| one.sorts.contains(&sort);
        let mut paths: Vec<String> = match &one.looked {
            Looked::Within(tenant) if is("workload") => vec![format!("{tenant}.{}", one.name)],
            Looked::Near(scopes) if is("workload") => {
                let scopes = scopes.iter();
                scopes
                    .map(|scope| format!("{scope}.{}", one.name))
                    .collect()
            }
            _ => Vec::new(),
        };
        if is("tenant") {
            paths.push(one.name.to_string());
        }
        let known = self.whole();
        let mut estates = self.environments().iter().map(|one| &one.kept.estate);
        estates.find_map(|estate| {
            let workloads = estate.workloads.values();
            let workloads = workloads.map(|one| (&*one.path, one.name.origin));
            let tenants = estate.tenants.values();
            let tenants = tenants.map(|one| (one.name.value.as_str(), one.name.origin));
            let mut all = workloads.chain(tenants);
            let (_, name) = all.find(|(path, _)| paths.iter().any(|wanted| wanted == path))?;
            let span = estate.origins.editable(name)?;
            let source = known.analysis.sources.get(span.file)?;
            Some(Location {
                path: Arc::clone(&source.path),
                range: span.start..span.end,
            })
        })
    }

    /// Where a port stands that the workload of that path has, whoever declares it: the workload
    /// itself, a profile, a definition or a loop.
    pub fn port(&self, file: File<'_>, at: u32) -> Option<Location> {
        let outline = self.outline(file);
        let one = outline.use_at(at)?;
        let path = match &one.looked {
            Looked::Within(path) if one.sorts.contains(&PORT) => path,
            _ => return None,
        };
        let known = self.whole();
        let mut estates = self.environments().iter().map(|one| &one.kept.estate);
        estates.find_map(|estate| {
            let mut workloads = estate.workloads.values();
            let workload = workloads.find(|workload| workload.path == *path)?;
            let mut ports = workload.spec.ports();
            let port = ports.find(|port| port.name.value.as_str() == &*one.name)?;
            let span = estate.origins.editable(port.name.origin)?;
            let source = known.analysis.sources.get(span.file)?;
            let text = source.parse.text();
            // Without the quotes around it.
            let said = text.get(span.start as usize..span.end as usize)?;
            let inside = u32::from(said.starts_with('"') && said.len() > 1);
            Some(Location {
                path: Arc::clone(&source.path),
                range: span.start + inside..span.end - inside,
            })
        })
    }

    /// Where a declaration's name stands, in the text that was analysed.
    pub fn place_of(&self, declared: &Declared) -> Option<Location> {
        self.locate(declared.name_span)
    }

    /// A place as a path and bytes.
    pub fn locate(&self, span: Span) -> Option<Location> {
        let source = self.known().analysis.sources.get(span.file)?;
        Some(Location {
            path: Arc::clone(&source.path),
            range: span.start..span.end,
        })
    }

    /// All places that say the name of one of these, in the order of the files and their text;
    /// the flag tells the declarations.
    pub fn places(&self, declared: &[DeclaredId]) -> Vec<(Location, bool)> {
        let names = &self.known().names;
        let mut found: Vec<(Span, bool)> = Vec::new();
        for id in declared {
            let own = names.get(*id).map(|declared| (declared.name_span, true));
            found.extend(own);
            let users = names.users(*id);
            found.extend(users.iter().map(|(file, one)| (span_of(*file, one), false)));
        }
        found.sort_by_key(|(span, _)| (span.file, span.start, span.end));
        found.dedup_by_key(|(span, _)| *span);
        let places = found.into_iter();
        places
            .filter_map(|(span, is)| Some((self.locate(span)?, is)))
            .collect()
    }
}

fn span_of(file: tenantry_core::FileId, one: &Use) -> Span {
    Span { file, ..one.span }
}
