//! Profiles: what a node is `like` is merged under it.

use std::sync::Arc;

use tenantry_syntax::Span;

use super::{
    Resolver,
    merge::{counterpart, merge},
    rules,
};
use crate::{
    diag::Diagnostic,
    origin::{How, OriginId},
    schema::{
        decode::Profile,
        kind::{KindId, Vocabulary},
        node::{Meant, Node, ValueField},
        words::UnitId,
    },
};

/// A profile as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    /// Who asks.
    unit: UnitId,
    /// The kind of nodes that it is for.
    kind: KindId,
    /// As it is written.
    name: String,
}

impl Resolver<'_> {
    /// Merges a node over the profiles that its `like` names. Of several each says its part;
    /// where two differ and the node itself is silent, the value remembers its rival.
    pub(super) fn with_profiles(&mut self, mut node: Node) -> Node {
        let wanted: Vec<ValueField> = node
            .children
            .iter()
            .filter(|child| self.kind(child).name == "like")
            .flat_map(|like| like.fields.clone())
            .collect();
        let mut inherited: Option<Node> = None;
        let mut names: Vec<Arc<str>> = Vec::new();
        for like in &wanted {
            let Some((name, profile)) = self.profile(&node, like) else {
                // Nobody knows what it would have brought.
                node.flawed.push(Meant::Anything);
                continue;
            };
            self.nodes += count(&profile);
            if self.exhausted() {
                break;
            }
            names.push(name);
            names.extend(profile.profiles.iter().cloned());
            let mut brought = (*profile).clone();
            // What the profile is for is not what this node is for.
            brought.doc = None;
            self.came_by(&mut brought, like.origin);
            match &mut inherited {
                None => inherited = Some(brought),
                Some(others) => beside(&self.typed.words.vocabulary, brought, others),
            }
        }
        let Some(mut far) = inherited else {
            return node;
        };
        let place = (node.span, node.name_span, node.origin);
        // A profile's own `like` has been followed already.
        let vocabulary = &self.typed.words.vocabulary;
        far.children
            .retain(|child| vocabulary.kind(child.kind).name != "like");
        merge(vocabulary, node, &mut far);
        (far.span, far.name_span, far.origin) = place;
        far.profiles = names;
        far
    }

    /// The profile of that name for nodes of this kind, resolved once per environment, and its
    /// name as the estate says it.
    fn profile(&mut self, node: &Node, like: &ValueField) -> Option<(Arc<str>, Arc<Node>)> {
        let name = like.lit.to_string();
        let typed = self.typed;
        let asks = self.who_asks(like).into_iter().map(|unit| Ask {
            unit,
            kind: node.kind,
            name: name.clone(),
        });
        let asks: Vec<Ask> = asks.collect();
        let ask = asks.first()?;
        if asks.iter().any(|ask| typed.words.is_lost(ask.unit, &name)) {
            return None;
        }
        let found = self.nearest_profile(&asks);
        let Some(at) = found else {
            let finding = self.unknown_profile(&asks, ask, like.span);
            self.findings.push(finding);
            return None;
        };
        let profile = &typed.profiles[at];
        let full: Arc<str> =
            format!("{}{}", typed.words.unit(profile.unit).prefix, profile.name).into();
        match self.profiles.get(&at) {
            Some(Some(done)) => return Some((full, done.clone())),
            Some(None) => {
                self.not_lasting();
                self.findings
                    .push(rules::profile_circle(&ask.name, like.span, profile.span));
                return None;
            }
            None => {}
        }
        if self.chain >= typed.limits.profiles {
            self.not_lasting();
            let finding = rules::too_long_a_chain(&ask.name, like.span, typed.limits.profiles);
            self.findings.push(finding);
            return None;
        }
        if let Some(known) = self.known_profile(at) {
            return Some((full, known));
        }
        self.chain += 1;
        self.profiles.insert(at, None);
        let before = self.go(Self::top_of(profile.unit));
        let resolved = self.new_profile(at);
        self.back(before);
        self.chain -= 1;
        self.profiles.insert(at, Some(resolved.clone()));
        Some((full, resolved))
    }

    /// Whose names a `like` may say, the nearest first: those of the text that it is written in,
    /// so that what a caller puts into a slot is the caller's. What a caller gives as an argument
    /// may be the caller's too, or one of those that the definition has to choose from.
    fn who_asks(&self, like: &ValueField) -> Vec<UnitId> {
        let mut at = self.origins.get(like.origin);
        let is_given = at.how == How::Named;
        // A chain is shorter than the table: an origin is made from earlier ones only.
        while let (How::Named, Some(next)) = (at.how, at.from.first()) {
            at = self.origins.get(*next);
        }
        let written = at.span.map_or(self.unit, |span| {
            let written = self.origins.instances.real(span);
            self.typed.words.unit_of(written.file)
        });
        match is_given && written != self.unit {
            true => vec![written, self.unit],
            false => vec![written],
        }
    }

    /// What the first of several asks finds of its own; if none does, what the library has.
    fn nearest_profile(&mut self, asks: &[Ask]) -> Option<usize> {
        let mut shelved = None;
        for ask in asks {
            let found = self.find_profile(ask);
            self.asked(ask.clone(), found);
            let own = self.owner(ask).0;
            if found.is_some_and(|at| self.typed.profiles[at].unit == own) {
                return found;
            }
            shelved = shelved.or(found);
        }
        shelved
    }

    /// The number of the profile of that name: one of the same unit is nearer than the library's.
    pub(super) fn find_profile(&self, ask: &Ask) -> Option<usize> {
        let mut found = self.of_name(ask);
        let (owner, _) = self.owner(ask);
        let of_kind = found.by_ref().filter(|(_, it)| it.body.kind == ask.kind);
        let nearest = of_kind.min_by_key(|(_, profile)| profile.unit != owner);
        nearest.map(|(at, _)| at)
    }

    /// The unit that a name leads to, and what it is called there.
    fn owner<'a>(&'a self, ask: &'a Ask) -> (UnitId, &'a str) {
        let words = &self.typed.words;
        words
            .owner(ask.unit, &ask.name)
            .unwrap_or((ask.unit, &ask.name))
    }

    /// The profiles that an asker may mean, for nodes of whatever kind.
    fn of_name<'a>(&'a self, ask: &'a Ask) -> impl Iterator<Item = (usize, &'a Arc<Profile>)> {
        let (owner, bare) = self.owner(ask);
        let units = self.typed.words.units.len();
        let library = UnitId(u32::try_from(units.saturating_sub(1)).unwrap_or(0));
        let all = self.typed.profiles.iter().enumerate();
        all.filter(move |(_, profile)| {
            *profile.name == *bare && (profile.unit == owner || profile.unit == library)
        })
    }

    fn unknown_profile(&self, asks: &[Ask], ask: &Ask, span: Span) -> Diagnostic {
        let other = self.of_name(ask).next().map(|(_, profile)| profile.span);
        let mut known: Vec<String> = asks.iter().flat_map(|ask| self.own_names(ask)).collect();
        known.sort();
        known.dedup();
        let shelved = self.typed.library.index.iter();
        let shelved = shelved.filter(|(kind, ..)| *kind == "profile");
        let shelved: Vec<&str> = shelved.map(|(_, name, _)| *name).collect();
        let kind = &self.typed.words.vocabulary.kind(ask.kind).name;
        rules::unknown_profile(&ask.name, span, kind, &known, &shelved, other)
    }

    /// The profiles for nodes of the asked kind that the asker's unit and the packages that it uses
    /// declare, as the asker may write them.
    fn own_names(&self, ask: &Ask) -> Vec<String> {
        let of = |unit: UnitId| {
            let all = self.typed.profiles.iter();
            let own = all.filter(move |it| it.unit == unit && it.body.kind == ask.kind);
            own.map(|profile| &profile.name)
        };
        let used = self.typed.words.unit(ask.unit).uses.iter();
        let used = used.filter_map(|(alias, package)| Some((alias, (*package)?)));
        let theirs = used
            .flat_map(|(alias, package)| of(package).map(move |name| format!("{alias}.{name}")));
        of(ask.unit)
            .map(|name| name.to_string())
            .chain(theirs)
            .collect()
    }

    /// Says of everything in a profile's copy that it came by this `like`.
    fn came_by(&mut self, node: &mut Node, like: OriginId) {
        node.origin = self
            .origins
            .add(None, How::Profile, vec![node.origin, like]);
        for field in &mut node.fields {
            field.origin = self
                .origins
                .add(None, How::Profile, vec![field.origin, like]);
        }
        for tag in node.labels.iter_mut().chain(&mut node.annotations) {
            tag.value.origin = self
                .origins
                .add(None, How::Profile, vec![tag.value.origin, like]);
        }
        for child in &mut node.children {
            self.came_by(Arc::make_mut(child), like);
        }
    }
}

/// The nodes of a profile.
fn count(node: &Node) -> usize {
    1 + node
        .children
        .iter()
        .map(|child| count(child))
        .sum::<usize>()
}

/// Joins two profiles of the same node, neither of which is nearer: what only one says holds,
/// and where they differ the value remembers its rival until something nearer decides.
fn beside(vocabulary: &Vocabulary, other: Node, into: &mut Node) {
    let kind = vocabulary.kind(into.kind);
    for field in other.fields {
        match into
            .fields
            .iter_mut()
            .find(|known| known.field == field.field)
        {
            Some(known) if known.lit != field.lit => known.rival = Some(Box::new(field)),
            Some(_) => {}
            None => into.fields.push(field),
        }
    }
    for child in other.children {
        match counterpart(vocabulary, kind, &child, &into.children) {
            Some(at) => {
                let known = Arc::make_mut(&mut into.children[at]);
                beside(vocabulary, Arc::unwrap_or_clone(child), known);
            }
            None => into.children.push(child),
        }
    }
    let known: Vec<_> = into.labels.iter().map(|tag| tag.key.clone()).collect();
    into.labels.extend(
        other
            .labels
            .into_iter()
            .filter(|tag| !known.contains(&tag.key)),
    );
    into.broken.extend(other.broken);
    into.flawed.extend(other.flawed);
    into.allows.extend(other.allows);
}
