//! From names as written to what they lead to: bare from the nearest scope outwards, else
//! dotted. Ambiguous or unknown is an error that lists what there is.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use tenantry_syntax::Span;

use super::{
    id::{Id, Ref},
    rules,
};
use crate::{
    diag::Findings,
    load::Library,
    origin::{Origins, V},
    schema::{
        node::Meant,
        ty::{NameOf, Named},
    },
};

/// Everything of one kind by its name and the scope it stands in: a cluster's name for pools,
/// a tenant's for workloads, none for what stands at the top.
#[derive(Debug)]
pub(super) struct Index<K> {
    /// By name, and then by scope.
    entries: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Id<K>>>,
}

// Derived, it would ask for `K: Clone`.
impl<K> Clone for Index<K> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries.clone(),
        }
    }
}

impl<K> Default for Index<K> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
        }
    }
}

impl<K> Index<K> {
    pub(super) fn insert(&mut self, scope: &str, name: &str, id: Id<K>) {
        if let Some(named) = self.entries.get_mut(name) {
            named.insert(scope.into(), id);
        } else {
            let named = BTreeMap::from([(scope.into(), id)]);
            self.entries.insert(name.into(), named);
        }
    }

    /// What a name leads to. `near` are the scopes to look in first.
    fn find(&self, text: &str, near: &[&str]) -> Found<K> {
        if let Some((scope, name)) = text.split_once('.') {
            return self.get(scope, name).map_or(Found::Nothing, Found::One);
        }
        let Some(named) = self.entries.get(text) else {
            return Found::Nothing;
        };
        if let Some(id) = near.iter().find_map(|scope| named.get(*scope)) {
            return Found::One(*id);
        }
        let mut ids = named.values();
        match (ids.next(), ids.next()) {
            (None, _) => Found::Nothing,
            (Some(id), None) => Found::One(*id),
            (Some(_), Some(_)) => {
                Found::Several(named.keys().map(|scope| dotted(scope, text)).collect())
            }
        }
    }

    fn get(&self, scope: &str, name: &str) -> Option<Id<K>> {
        self.entries.get(name)?.get(scope).copied()
    }

    /// Whether a name is known in exactly this scope.
    pub(super) fn contains(&self, scope: &str, name: &str) -> bool {
        self.get(scope, name).is_some()
    }

    /// What is called so, as one would write it from anywhere; by their scopes.
    fn called(&self, name: &str) -> Vec<String> {
        let scopes = self.entries.get(name).into_iter().flat_map(BTreeMap::keys);
        scopes.map(|scope| dotted(scope, name)).collect()
    }

    /// All names, as one would write them from anywhere; by their scopes.
    pub(super) fn names(&self) -> Vec<String> {
        let entries = self.entries.iter().flat_map(|(name, named)| {
            let scopes = named.keys();
            scopes.map(move |scope| (&**scope, &**name))
        });
        let mut names: Vec<(&str, &str)> = entries.collect();
        names.sort_unstable();
        names
            .into_iter()
            .map(|(scope, name)| dotted(scope, name))
            .collect()
    }
}

fn dotted(scope: &str, name: &str) -> String {
    if scope.is_empty() {
        name.to_owned()
    } else {
        format!("{scope}.{name}")
    }
}

/// Names as they are written where these scopes are near: one of a near scope, or one that stands
/// in one scope only, without it.
fn bare(known: &[String], near: &[&str]) -> Vec<String> {
    let mut scopes: HashMap<&str, usize> = HashMap::new();
    for name in known {
        *scopes.entry(rules::last(name)).or_default() += 1;
    }
    let unique = |name: &str| scopes.get(rules::last(name)) == Some(&1);
    let bare = known.iter().map(|name| match name.split_once('.') {
        Some((scope, bare)) if near.contains(&scope) || unique(name) => bare.to_owned(),
        _ => name.clone(),
    });
    bare.collect()
}

/// Names as they are written in a scope where only its own are bare, each once: what stands outside
/// may be called like one of them.
fn own_bare(known: &[String], scope: &str) -> Vec<String> {
    let own = format!("{scope}.");
    let bare = known
        .iter()
        .map(|name| name.strip_prefix(&own).unwrap_or(name));
    let bare: BTreeSet<&str> = bare.collect();
    bare.into_iter().map(str::to_owned).collect()
}

enum Found<K> {
    One(Id<K>),
    Nothing,
    Several(Vec<String>),
}

/// Looks names up and reports what leads nowhere.
pub(super) struct Lookup<'a> {
    pub(super) origins: &'a Origins,
    pub(super) findings: &'a mut Findings,
    /// What was declared but is broken, which was reported: kind and name. That it cannot be
    /// referred to is no further mistake.
    pub(super) broken: Arc<BTreeSet<(String, String)>>,
    /// What could not be read at all, which was reported: kinds, or whatever a broken definition
    /// stands for. A name may be that of one of these.
    pub(super) unread: Arc<[Meant]>,
    /// What the library declares: it is loaded when a name is used, so a misspelt one is not
    /// among what is known.
    pub(super) library: Library,
}

impl Lookup<'_> {
    /// A reference of a kind; an unknown one is reported and gives none.
    pub(super) fn get<K, T: Named>(
        &mut self,
        index: &Index<K>,
        name: &V<NameOf<T>>,
        near: &[&str],
    ) -> Option<Ref<K>> {
        let span = self.span(name);
        match index.find(&name.value.text, near) {
            Found::One(to) => Some(Ref {
                to,
                at: name.origin,
            }),
            Found::Nothing if self.is_broken(T::KINDS, &name.value.text) => None,
            Found::Nothing => {
                let known = self.known::<K, T>(index, &[]);
                let bare = bare(&known, near);
                let finding = rules::unknown_name(T::KINDS, &name.value.text, span, &known, &bare);
                self.findings.push(finding);
                None
            }
            Found::Several(candidates) => {
                self.findings.push(rules::ambiguous_name(
                    T::KINDS,
                    &name.value.text,
                    span,
                    &candidates,
                ));
                None
            }
        }
    }

    /// The same for what is one tenant's: a bare name is one of the own tenant's, so that it never
    /// changes whom it means when another tenant has something of that name.
    pub(super) fn get_own<K, T: Named>(
        &mut self,
        index: &Index<K>,
        name: &V<NameOf<T>>,
        scope: &str,
        others: &[String],
    ) -> Option<Ref<K>> {
        let text = &*name.value.text;
        let (of, bare) = text.split_once('.').unwrap_or((scope, text));
        if index.contains(of, bare) {
            return self.get(index, name, &[scope]);
        }
        if self.is_broken(T::KINDS, text) {
            return None;
        }
        let span = self.span(name);
        // What says its scope is no other tenant's by mistake.
        let elsewhere = match text.contains('.') {
            true => Vec::new(),
            false => index.called(text),
        };
        let finding = if elsewhere.is_empty() {
            let known = self.known::<K, T>(index, others);
            let bare = own_bare(&known, scope);
            rules::unknown_name(T::KINDS, text, span, &known, &bare)
        } else {
            rules::another_tenants(text, span, scope, &elsewhere)
        };
        self.findings.push(finding);
        None
    }

    /// All that could be meant by a name of a kind, with its scope.
    fn known<K, T: Named>(&self, index: &Index<K>, others: &[String]) -> Vec<String> {
        let mut known = index.names();
        known.extend_from_slice(others);
        let shelved = self.library.index.iter();
        known.extend(
            shelved
                .filter(|(kind, ..)| T::KINDS.contains(kind))
                .map(|(_, name, _)| (*name).to_owned()),
        );
        known.sort();
        known.dedup();
        known
    }

    /// The same for a reference that need not be there; `Err` when it leads nowhere.
    pub(super) fn maybe<K, T: Named>(
        &mut self,
        index: &Index<K>,
        name: Option<&V<NameOf<T>>>,
        near: &[&str],
    ) -> Result<Option<Ref<K>>, ()> {
        match name {
            None => Ok(None),
            Some(name) => self.get(index, name, near).map(Some).ok_or(()),
        }
    }

    /// What stands under this name is whole after all.
    pub(super) fn mended(&mut self, kind: &str, name: &str) {
        let named = (kind.to_owned(), name.to_owned());
        if self.broken.contains(&named) {
            Arc::make_mut(&mut self.broken).remove(&named);
        }
    }

    /// Whether a name that leads nowhere may be that of something which was reported already.
    pub(super) fn is_broken(&self, kinds: &[&str], text: &str) -> bool {
        let unread = self.unread.iter().any(|meant| match meant {
            Meant::Anything => true,
            Meant::Name(kind) => kinds.contains(&kind.as_str()),
        });
        if unread {
            return true;
        }
        let bare = text.rsplit('.').next().unwrap_or(text);
        kinds
            .iter()
            .any(|kind| self.broken.contains(&((*kind).to_owned(), bare.to_owned())))
    }

    pub(super) fn span<T>(&self, value: &V<T>) -> Span {
        self.origins.span(value.origin).unwrap_or_default()
    }
}
