//! Profiles: what a node is `like` is merged under it.

use std::{rc::Rc, sync::Arc};

use super::{
    Resolver,
    merge::{counterpart, merge},
    rules,
};
use crate::{
    origin::{How, OriginId},
    schema::{
        kind::Vocabulary,
        node::{Node, ValueField},
        words::UnitId,
    },
};

impl Resolver<'_> {
    /// Merges a node over the profiles that its `like` names. Of several each says its part;
    /// where two differ and the node itself is silent, the value remembers its rival.
    pub(super) fn with_profiles(&mut self, node: Node) -> Node {
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
    fn profile(&mut self, node: &Node, like: &ValueField) -> Option<(Arc<str>, Rc<Node>)> {
        let name = like.lit.to_string();
        let typed = self.typed;
        if typed.words.is_lost(self.unit, &name) {
            return None;
        }
        let (owner, bare) = typed
            .words
            .owner(self.unit, &name)
            .unwrap_or((self.unit, &name));
        let library = UnitId(u32::try_from(typed.words.units.len() - 1).unwrap_or(0));
        let mut found = typed.profiles.iter().enumerate().filter(|(_, profile)| {
            *profile.name == *bare && (profile.unit == owner || profile.unit == library)
        });
        let Some((at, profile)) = found
            .clone()
            .filter(|(_, profile)| profile.body.kind == node.kind)
            .min_by_key(|(_, profile)| profile.unit != owner)
        else {
            let other = found.next().map(|(_, profile)| profile);
            let own = typed.profiles.iter();
            let shelved = typed.library.index.iter();
            let known: Vec<&str> = own
                .filter(|p| p.body.kind == node.kind)
                .map(|p| &*p.name)
                .chain(
                    shelved
                        .filter(|(kind, ..)| *kind == "profile")
                        .map(|(_, name, _)| *name),
                )
                .collect();
            let kind = &self.kind(node).name;
            self.findings.push(rules::unknown_profile(
                &name,
                like.span,
                kind,
                &known,
                other.map(|p| p.span),
            ));
            return None;
        };
        let full: Arc<str> =
            format!("{}{}", typed.words.unit(profile.unit).prefix, profile.name).into();
        match self.profiles.get(&at) {
            Some(Some(done)) => return Some((full, done.clone())),
            Some(None) => {
                self.findings
                    .push(rules::profile_circle(&name, like.span, profile.span));
                return None;
            }
            None => {}
        }
        if self.chain >= typed.limits.profiles {
            let finding = rules::too_long_a_chain(&name, like.span, typed.limits.profiles);
            self.findings.push(finding);
            return None;
        }
        self.chain += 1;
        self.profiles.insert(at, None);
        let before = self.go(Self::top_of(profile.unit));
        let resolved = Rc::new(self.node(&profile.body));
        self.back(before);
        self.chain -= 1;
        self.profiles.insert(at, Some(resolved.clone()));
        Some((full, resolved))
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
            self.came_by(child, like);
        }
    }
}

/// The nodes of a profile.
fn count(node: &Node) -> usize {
    1 + node.children.iter().map(count).sum::<usize>()
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
            Some(at) => beside(vocabulary, child, &mut into.children[at]),
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
    into.allows.extend(other.allows);
}
