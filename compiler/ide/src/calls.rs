//! Who calls whom: the workloads and outside systems that `connect` and `needs` join.
//!
//! What the phases know counts, not what stands in one place of the text: a profile, a call or a
//! row may say whom a workload calls.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use tenantry_core::{
    Span,
    compile::Kept,
    model::{Estate, Target, Workload},
    origin::OriginId,
};
use tenantry_syntax::around::nodes_at;

use crate::{
    host::{Known, Location, Snapshot},
    outline::Sort,
};

/// A workload or an outside system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its path in the estate, for [`incoming`] and [`outgoing`]: `acme.web`, or the name of an
    /// outside system.
    pub path: Arc<str>,
    /// What it is.
    pub sort: Sort,
    /// Where its name stands; where it is made, the row or the call that makes it.
    pub name: Location,
    /// The whole node there.
    pub whole: Range<u32>,
}

/// A call of one by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The other.
    pub item: Item,
    /// Where the caller says so, in the caller's file; its name where a profile or definition
    /// elsewhere does.
    pub said: Vec<Range<u32>>,
}

/// The workload or outside system that an offset is about: the one that is named there, else the
/// one whose node it stands in.
pub fn prepare(snapshot: &Snapshot, path: &str, at: u32) -> Option<Item> {
    let file = snapshot.file(path)?;
    let names = &snapshot.known().names;
    if let Some(subject) = snapshot.subject(file, at) {
        let declared = subject.declared.iter().filter_map(|id| names.get(*id));
        for declared in declared {
            let path = match (declared.sort, &*declared.scope) {
                ("workload", "") | ("external", _) => declared.name.to_string(),
                ("workload", tenant) => format!("{tenant}.{}", declared.name),
                _ => continue,
            };
            if let Some(item) = item(snapshot, &path) {
                return Some(item);
            }
        }
    }
    let mut around: Vec<Item> = Vec::new();
    for one in estates(snapshot) {
        let workloads = one.estate().workloads.values();
        let items = workloads.filter_map(|workload| one.workload(workload));
        let holds = |item: &Item| {
            &*item.name.path == path && item.whole.start <= at && at <= item.whole.end
        };
        around.extend(items.filter(holds));
    }
    around
        .into_iter()
        .min_by_key(|item| item.whole.end - item.whole.start)
}

/// Whom one calls or needs.
pub fn outgoing(snapshot: &Snapshot, path: &str) -> Vec<Call> {
    let mut calls = Calls::default();
    for one in estates(snapshot) {
        let estate = one.estate();
        let callers = estate
            .workloads
            .values()
            .filter(|caller| *caller.path == *path);
        for caller in callers {
            let Some(own) = one.workload(caller) else {
                continue;
            };
            for (target, at) in targets(estate, caller) {
                let called = match target {
                    Called::Workload(workload) => one.workload(workload),
                    Called::External(name, at) => one.external(name, at),
                };
                calls.add(called, one.said(&own, at));
            }
        }
    }
    calls.all()
}

/// Who calls or needs one.
pub fn incoming(snapshot: &Snapshot, path: &str) -> Vec<Call> {
    let mut calls = Calls::default();
    for one in estates(snapshot) {
        let estate = one.estate();
        for caller in estate.workloads.values() {
            for (target, at) in targets(estate, caller) {
                let is = match target {
                    Called::Workload(workload) => *workload.path == *path,
                    Called::External(name, _) => name == path,
                };
                if is && let Some(own) = one.workload(caller) {
                    let said = one.said(&own, at);
                    calls.add(Some(own), said);
                }
            }
        }
    }
    calls.all()
}

/// What is known of a workload or outside system of this path.
fn item(snapshot: &Snapshot, path: &str) -> Option<Item> {
    estates(snapshot).find_map(|one| {
        let estate = one.estate();
        let mut workloads = estate.workloads.values();
        let workload = workloads.find(|workload| *workload.path == *path);
        if let Some(workload) = workload {
            return one.workload(workload);
        }
        let mut externals = estate.externals.values();
        let external = externals.find(|external| external.name.value.as_str() == path)?;
        one.external(path, external.name.origin)
    })
}

/// Calls by the other's path; what several environments say is said once.
#[derive(Default)]
struct Calls(BTreeMap<Arc<str>, Call>);

impl Calls {
    fn add(&mut self, other: Option<Item>, at: Range<u32>) {
        let Some(item) = other else { return };
        let call = self.0.entry(Arc::clone(&item.path)).or_insert(Call {
            item,
            said: Vec::new(),
        });
        if !call.said.contains(&at) {
            call.said.push(at);
        }
    }

    fn all(self) -> Vec<Call> {
        self.0.into_values().collect()
    }
}

enum Called<'e> {
    Workload(&'e Workload),
    External(&'e str, OriginId),
}

/// Whom a workload calls or needs, and the origin of the word that says so.
fn targets<'e>(
    estate: &'e Estate,
    caller: &'e Workload,
) -> impl Iterator<Item = (Called<'e>, OriginId)> {
    let connects = caller.connects.iter().filter_map(|connect| {
        let (called, at) = match &connect.to {
            Target::Workload(to) => (Called::Workload(&estate.workloads[to.to]), to.at),
            Target::External(to) => {
                let external = &estate.externals[to.to];
                let name = external.name.value.as_str();
                (Called::External(name, external.name.origin), to.at)
            }
            Target::Internet | Target::Platform(_) => return None,
        };
        Some((called, at))
    });
    let needs = caller.needs.iter();
    connects.chain(needs.map(|(to, _)| (Called::Workload(&estate.workloads[to.to]), to.at)))
}

/// The estate of one environment, and the text that it was made of.
struct Made<'s> {
    known: &'s Known,
    kept: &'s Kept,
}

fn estates(snapshot: &Snapshot) -> impl Iterator<Item = Made<'_>> {
    let known = snapshot.whole();
    let environments = known.analysis.environments.iter();
    environments.map(move |one| Made {
        known,
        kept: &one.kept,
    })
}

impl<'s> Made<'s> {
    fn estate(&self) -> &'s Estate {
        &self.kept.estate
    }

    fn workload(&self, workload: &Workload) -> Option<Item> {
        self.item(&workload.path, "workload", workload.name.origin)
    }

    fn external(&self, name: &str, at: OriginId) -> Option<Item> {
        self.item(name, "external", at)
    }

    fn item(&self, path: &str, sort: Sort, name: OriginId) -> Option<Item> {
        let at = self.estate().origins.editable(name)?;
        let source = self.known.analysis.sources.get(at.file)?;
        let node = nodes_at(&source.parse, at.start).into_iter().last()?;
        let text = source.parse.text().get(at.range())?;
        // Names are pointed at without their quotes.
        let quotes = u32::from(at.end - at.start >= 2 && text.starts_with('"'));
        Some(Item {
            path: path.into(),
            sort,
            name: Location {
                path: Arc::clone(&source.path),
                range: at.start + quotes..at.end - quotes,
            },
            whole: node.span().start..node.span().end,
        })
    }

    /// Where the caller says whom it calls, as far as that is in its own file.
    fn said(&self, caller: &Item, at: OriginId) -> Range<u32> {
        let origins = &self.estate().origins;
        let real = origins
            .written(at)
            .map(|span: Span| origins.instances.real(span));
        let own = self.known.id(&caller.name.path);
        match real {
            Some(span) if Some(span.file) == own => span.start..span.end,
            _ => caller.name.range.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, incoming, outgoing, prepare};
    use crate::{
        fixture::{Fixture, ground},
        host::Location,
    };

    const SPEC: &str = "external bank { host \"bank.example\"; port https 443 }\n\
         profile careful { connect bank port=https }\n\
         define app {\n    arg name type=name\n    body { workload $name { container image=shop; port http 80; connect db port=sql } }\n}\n\
         tenant acme {\n    workload d$0b { container image=shop; port sql 5432; offer sql to=beta }\n    \
         workload web { like careful; container image=shop; connect db port=sql; needs db }\n    app api\n}\n\
         tenant beta {\n    workload job { container image=shop; connect acme.db port=sql }\n}\n";

    fn shown(fixture: &Fixture, calls: &[Call], from_other: bool) -> String {
        let mut out = String::new();
        for call in calls {
            let item = &call.item;
            let name = format!("{} {}", item.sort, item.path);
            out += &fixture.marked([(&item.name, name.as_str())]);
            for range in &call.said {
                let path = if from_other {
                    item.name.path.clone()
                } else {
                    fixture.path.clone()
                };
                let place = Location {
                    path,
                    range: range.clone(),
                };
                out += &fixture.marked([(&place, "says so")]);
            }
        }
        out
    }

    #[test]
    fn who_calls_is_told_wherever_it_is_said() {
        let fixture = Fixture::new(&ground(SPEC));
        let item = prepare(&fixture.snapshot(), &fixture.path, fixture.at).unwrap();
        assert_eq!(&*item.path, "acme.db");
        let calls = incoming(&fixture.snapshot(), &item.path);
        insta::assert_snapshot!(shown(&fixture, &calls, true));
    }

    #[test]
    fn whom_it_calls_is_told_of_profiles_too() {
        let text = SPEC
            .replace("d$0b", "db")
            .replace("like careful;", "like careful; cpu \"10$0m\";");
        let fixture = Fixture::new(&ground(&text));
        let item = prepare(&fixture.snapshot(), &fixture.path, fixture.at).unwrap();
        assert_eq!(&*item.path, "acme.web");
        let calls = outgoing(&fixture.snapshot(), &item.path);
        insta::assert_snapshot!(shown(&fixture, &calls, false));
        // What a call makes stands at the call.
        let text = SPEC.replace("d$0b", "db").replace("app api", "app a$0pi");
        let fixture = Fixture::new(&ground(&text));
        let item = prepare(&fixture.snapshot(), &fixture.path, fixture.at).unwrap();
        assert_eq!(&*item.path, "acme.api");
        let calls = outgoing(&fixture.snapshot(), &item.path);
        assert_eq!(calls.len(), 1);
    }
}
