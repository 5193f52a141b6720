//! What was resolved before: a node of the top level is taken over as it is, with the origins that
//! were entered for it, as long as its text, the profiles that it is like and all that it names
//! are the same. Where it is not, the nodes in its block are by themselves.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{
    Resolver,
    profile::Ask,
    scope::{Bound, Globals},
};
use crate::{
    cel::{self, Value},
    diag::Findings,
    limits::Limits,
    origin::{OriginId, Origins},
    schema::{
        TypedEstate,
        decode::Profile,
        node::{Node, TypedNode},
        words::{UnitId, Words},
    },
};

/// The nodes of one environment as they were resolved last.
#[derive(Debug, Default)]
pub struct Memo {
    ground: Option<Ground>,
    /// By the address of the text's node, which lives as long as the node of the top level that
    /// each of them keeps.
    nodes: HashMap<usize, Arc<Part<TypedNode>>>,
    profiles: HashMap<usize, Arc<Part<Profile>>>,
}

/// The values of names that are declared, by unit, and why they are so.
type Values = Vec<BTreeMap<Arc<str>, (Option<Value>, OriginId)>>;

/// What all nodes depend on.
#[derive(Debug)]
struct Ground {
    words: Arc<Words>,
    values: Values,
    environments: Vec<Arc<str>>,
    knows_environments: bool,
    sets: Vec<(String, String)>,
    limits: Limits,
}

impl Ground {
    fn is_same(&self, other: &Self) -> bool {
        self.words.frame == other.words.frame
            && self.environments == other.environments
            && self.knows_environments == other.knows_environments
            && self.sets == other.sets
            && self.limits == other.limits
    }
}

/// A node, or a profile, by itself.
#[derive(Debug)]
struct Part<T> {
    /// What it was made from, or the node of the top level around that.
    text: Arc<T>,
    node: Arc<Node>,
    findings: Findings,
    /// The first numbers of the runs of origins and of expansions that were entered for it.
    origins: Vec<u32>,
    instances: Vec<u32>,
    cost: Cost,
    /// The profiles that it asked for, and what it was given.
    likes: Vec<(Ask, Option<Arc<Profile>>)>,
    /// What is declared of what its expressions name.
    names: HashSet<(UnitId, Arc<str>)>,
    /// The parts in its block, by the addresses of their text.
    within: Vec<(usize, Arc<Part<TypedNode>>)>,
}

/// What a part takes from the bounds of a run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    nodes: usize,
    steps: u64,
    made: usize,
}

impl Cost {
    fn plus(self, other: Self) -> Self {
        Self {
            nodes: self.nodes + other.nodes,
            steps: self.steps + other.steps,
            made: self.made + other.made,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            nodes: self.nodes.saturating_sub(other.nodes),
            steps: self.steps.saturating_sub(other.steps),
            made: self.made.saturating_sub(other.made),
        }
    }
}

/// A part that is being resolved.
#[derive(Debug)]
struct Open {
    /// What was found around it so far.
    findings: Findings,
    /// How many runs there were.
    origins: usize,
    instances: usize,
    cost: Cost,
    aside: Cost,
    likes: Vec<(Ask, Option<Arc<Profile>>)>,
    names: HashSet<(UnitId, Arc<str>)>,
    within: Vec<(usize, Arc<Part<TypedNode>>)>,
    /// Whether it would come out the same elsewhere.
    lasting: bool,
}

/// What keeping needs while it goes on.
pub(super) struct Keeping<'m> {
    before: Option<&'m Memo>,
    now: Memo,
    /// The node of the top level at hand.
    top: Option<Arc<TypedNode>>,
    open: Vec<Open>,
    /// What parts within parts have cost so far.
    aside: Cost,
    /// The runs that belong to a part already.
    origins: HashSet<u32>,
    instances: HashSet<u32>,
    /// What was found in parts that are done.
    told: Findings,
    /// Whether all that is declared is as it was; else what has another value now.
    same_words: bool,
    changed: HashSet<(UnitId, Arc<str>)>,
    /// Profiles, by number: whether they are as they were.
    current: HashMap<usize, bool>,
    /// Profiles that were taken over.
    taken: HashSet<usize>,
}

/// Beyond so many numbers the next analysis begins anew.
const NUMBERS: u32 = 1 << 31;

/// Whether a name stands for what it stood for. Rows of tables are not compared.
fn is_same(old: &(Option<Value>, OriginId), now: &(Option<Value>, OriginId)) -> bool {
    fn same(one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Int(one), Value::Int(other)) => one == other,
            (Value::Str(one), Value::Str(other)) => one == other,
            (Value::Quantity(one), Value::Quantity(other)) => one == other,
            (Value::List(one), Value::List(other)) => {
                one.len() == other.len() && one.iter().zip(&**other).all(|(a, b)| same(a, b))
            }
            _ => false,
        }
    }
    old.1 == now.1
        && match (&old.0, &now.0) {
            (Some(one), Some(other)) => same(one, other),
            (None, None) => true,
            _ => false,
        }
}

fn address<T>(of: &Arc<T>) -> usize {
    Arc::as_ptr(of).cast::<()>() as usize
}

impl<'t> Keeping<'t> {
    /// Keeps what is made now, and takes over what is known, if all that it depends on is the same.
    pub(super) fn new(
        typed: &TypedEstate,
        environments: (&[Arc<str>], bool),
        sets: &[(String, String)],
        before: &'t Memo,
        table: &Origins,
    ) -> Self {
        let ground = Ground {
            words: typed.words.clone(),
            values: Values::new(),
            environments: environments.0.to_vec(),
            knows_environments: environments.1,
            sets: sets.to_vec(),
            limits: typed.limits.clone(),
        };
        let known = before.ground.as_ref();
        let same = known.is_some_and(|it| it.is_same(&ground));
        let same_words = known.is_some_and(|it| Arc::ptr_eq(&it.words, &ground.words));
        Self {
            before: (same && table.numbers() < NUMBERS).then_some(before),
            now: Memo {
                ground: Some(ground),
                ..Memo::default()
            },
            top: None,
            open: Vec::new(),
            aside: Cost::default(),
            origins: HashSet::new(),
            instances: HashSet::new(),
            told: Findings::new(),
            same_words,
            changed: HashSet::new(),
            current: HashMap::new(),
            taken: HashSet::new(),
        }
    }

    /// Whether anything may be taken over.
    pub(super) fn knows(&self) -> bool {
        self.before.is_some()
    }

    /// What is declared comes to these values.
    pub(super) fn declared(&mut self, globals: &[Globals]) {
        let values = globals.iter().map(|names| {
            let values = names.iter();
            let value = |bound: &Bound| (bound.value.clone(), bound.origin);
            values
                .map(|(name, bound)| (name.clone(), value(bound)))
                .collect()
        });
        let values: Values = values.collect();
        let before = self.before.and_then(|before| before.ground.as_ref());
        if let Some(before) = before.filter(|_| !self.same_words) {
            for (at, names) in (0..).zip(&values) {
                let known = before.values.get(at as usize);
                let others = names.iter().filter(|(name, now)| {
                    let old = known.and_then(|known| known.get(*name));
                    !old.is_some_and(|old| is_same(old, now))
                });
                self.changed
                    .extend(others.map(|(name, _)| (UnitId(at), name.clone())));
            }
        }
        if let Some(ground) = &mut self.now.ground {
            ground.values = values;
        }
    }

    /// What was found in parts, and what the next run may take over.
    pub(super) fn done(self) -> (Findings, Memo) {
        (self.told, self.now)
    }
}

impl Resolver<'_> {
    /// A node of the top level.
    pub(super) fn top(&mut self, typed: &Arc<TypedNode>) -> Arc<Node> {
        if self.keeping.is_none() {
            return Arc::new(self.node(typed));
        }
        let before = self.keeping.as_ref().and_then(|keeping| keeping.before);
        let known = before.and_then(|before| before.nodes.get(&address(typed)));
        if let Some(part) = known
            && self.is_current(part)
        {
            self.take(part);
            self.keep(|memo| memo.nodes.insert(address(typed), part.clone()));
            return part.node.clone();
        }
        self.begin();
        self.at_hand(Some(typed));
        let node = Arc::new(self.node(typed));
        self.at_hand(None);
        if let Some(part) = self.end(typed, &node) {
            self.keep(|memo| memo.nodes.insert(address(typed), Arc::new(part)));
        }
        node
    }

    fn at_hand(&mut self, top: Option<&Arc<TypedNode>>) {
        if let Some(keeping) = &mut self.keeping {
            keeping.top = top.cloned();
        }
    }

    /// A node in the block of another one. Of those in one of the top level the large ones are kept.
    pub(super) fn within(&mut self, typed: &TypedNode) -> Arc<Node> {
        /// A node with fewer children is resolved as soon as it is found.
        const LARGE: usize = 3;
        let top = self.keeping.as_ref().filter(|keeping| {
            let plain = self.depth == 0 && self.here.is_none() && self.locals.is_empty();
            plain && keeping.open.len() == 1 && typed.children.len() >= LARGE
        });
        let Some(top) = top.and_then(|keeping| keeping.top.clone()) else {
            return Arc::new(self.node(typed));
        };
        let at = std::ptr::from_ref(typed) as usize;
        let before = self.keeping.as_ref().and_then(|keeping| keeping.before);
        let known = before.and_then(|before| before.nodes.get(&at));
        let part = match known {
            // The text of another run may have stood where this stands now.
            Some(part) if Arc::ptr_eq(&part.text, &top) && self.is_current(part) => {
                self.take(part);
                part.clone()
            }
            _ => {
                self.begin();
                let node = Arc::new(self.node(typed));
                match self.end(&top, &node) {
                    Some(part) => Arc::new(part),
                    None => return node,
                }
            }
        };
        let node = part.node.clone();
        self.keep(|memo| memo.nodes.insert(at, part.clone()));
        if let Some(open) = self.keeping.as_mut().and_then(|it| it.open.last_mut()) {
            open.within.push((at, part));
        }
        node
    }

    /// A profile, by its number, as it was resolved before.
    pub(super) fn known_profile(&mut self, at: usize) -> Option<Arc<Node>> {
        let profile = &self.typed.profiles[at];
        let before = self.keeping.as_ref()?.before?;
        let part = before.profiles.get(&address(profile))?;
        self.is_current_profile(at).then(|| {
            self.take_profile(at, part);
            part.node.clone()
        })
    }

    /// A profile, by its number, that nobody has asked for so far.
    pub(super) fn new_profile(&mut self, at: usize) -> Arc<Node> {
        let profile = &self.typed.profiles[at];
        self.begin();
        let node = Arc::new(self.node(&profile.body));
        if let Some(part) = self.end(profile, &node) {
            self.keep(|memo| memo.profiles.insert(address(profile), Arc::new(part)));
        }
        node
    }

    /// Remembers that the part at hand asked for a profile.
    pub(super) fn asked(&mut self, ask: Ask, given: Option<usize>) {
        let typed = self.typed;
        let Some(open) = self.keeping.as_mut().and_then(|it| it.open.last_mut()) else {
            return;
        };
        if !open.likes.iter().any(|(known, _)| *known == ask) {
            let given = given.map(|at| typed.profiles[at].clone());
            open.likes.push((ask, given));
        }
    }

    /// Remembers that an expression of the part at hand names what is declared.
    pub(super) fn named(&mut self, path: &cel::Path) {
        let is_local = |name: &Arc<str>| self.locals.iter().any(|(local, _)| local == name);
        let Some(name) = path.names.first().filter(|name| !is_local(name)) else {
            return;
        };
        if let Some(open) = self.keeping.as_mut().and_then(|it| it.open.last_mut()) {
            open.names.insert((self.unit, name.clone()));
        }
    }

    /// What is being resolved came out as it did because of what is around it.
    pub(super) fn not_lasting(&mut self) {
        if let Some(keeping) = &mut self.keeping {
            keeping
                .open
                .iter_mut()
                .for_each(|open| open.lasting = false);
        }
    }

    fn keep<R>(&mut self, keep: impl FnOnce(&mut Memo) -> R) {
        if let Some(keeping) = &mut self.keeping {
            keep(&mut keeping.now);
        }
    }

    /// Whether all that a part named and all profiles that it asked for are what they were.
    fn is_current<T>(&mut self, part: &Part<T>) -> bool {
        let Some(keeping) = &self.keeping else {
            return false;
        };
        // What was found may speak of the places of parameters.
        let holds = keeping.same_words
            || part.findings.is_empty() && keeping.changed.is_disjoint(&part.names);
        holds
            && part.within.iter().all(|(_, part)| self.is_current(part))
            && part.likes.iter().all(|(ask, given)| {
                let found = self.find_profile(ask);
                match (found, given) {
                    (None, None) => true,
                    (Some(at), Some(known)) => {
                        Arc::ptr_eq(&self.typed.profiles[at], known) && self.is_current_profile(at)
                    }
                    _ => false,
                }
            })
    }

    fn is_current_profile(&mut self, at: usize) -> bool {
        let Some(keeping) = &self.keeping else {
            return false;
        };
        if self.profiles.contains_key(&at) {
            return keeping.taken.contains(&at);
        }
        if let Some(known) = keeping.current.get(&at) {
            return *known;
        }
        let profile = address(&self.typed.profiles[at]);
        let part = keeping
            .before
            .and_then(|before| before.profiles.get(&profile));
        let current = part.is_some_and(|part| self.is_current(part));
        if let Some(keeping) = &mut self.keeping {
            keeping.current.insert(at, current);
        }
        current
    }

    fn take_profile(&mut self, at: usize, part: &Arc<Part<Profile>>) {
        if self.profiles.contains_key(&at) {
            return;
        }
        self.profiles.insert(at, Some(part.node.clone()));
        if let Some(keeping) = &mut self.keeping {
            keeping.taken.insert(at);
        }
        self.take(part);
        let address = address(&part.text);
        self.keep(|memo| memo.profiles.insert(address, part.clone()));
    }

    /// Takes a part over, the parts in it, and the profiles that it asked for.
    fn take<T>(&mut self, part: &Part<T>) {
        for (at, within) in &part.within {
            self.take(within);
            self.keep(|memo| memo.nodes.insert(*at, within.clone()));
        }
        for (ask, _) in &part.likes {
            let known = self.find_profile(ask).and_then(|at| {
                let before = self.keeping.as_ref()?.before?;
                Some((at, before.profiles.get(&address(&self.typed.profiles[at]))?))
            });
            if let Some((at, profile)) = known {
                self.take_profile(at, profile);
            }
        }
        for first in &part.origins {
            self.origins.runs().want(*first);
        }
        for first in &part.instances {
            self.origins.instances.runs().want(*first);
        }
        self.nodes += part.cost.nodes;
        self.made += part.cost.made;
        self.steps = self.steps.saturating_sub(part.cost.steps);
        if let Some(keeping) = &mut self.keeping {
            keeping.aside = keeping.aside.plus(part.cost);
            keeping.told.extend(part.findings.iter().cloned());
        }
    }

    fn cost(&self) -> Cost {
        Cost {
            nodes: self.nodes,
            steps: self.typed.limits.steps.saturating_sub(self.steps),
            made: self.made,
        }
    }

    fn begin(&mut self) {
        let cost = self.cost();
        let origins = self.origins.runs().cut();
        let instances = self.origins.instances.runs().cut();
        if let Some(keeping) = &mut self.keeping {
            keeping.open.push(Open {
                findings: std::mem::take(&mut self.findings),
                origins,
                instances,
                cost,
                aside: keeping.aside,
                likes: Vec::new(),
                names: HashSet::new(),
                within: Vec::new(),
                lasting: true,
            });
        }
    }

    /// What was resolved since [`Resolver::begin`], unless nobody may take it over.
    fn end<T>(&mut self, text: &Arc<T>, node: &Arc<Node>) -> Option<Part<T>> {
        let cost = self.cost();
        self.origins.runs().cut();
        self.origins.instances.runs().cut();
        let keeping = self.keeping.as_mut()?;
        let open = keeping.open.pop()?;
        let findings = std::mem::replace(&mut self.findings, open.findings);
        keeping.told.extend(findings.iter().cloned());
        let cost = cost.minus(open.cost).minus(keeping.aside.minus(open.aside));
        keeping.aside = keeping.aside.plus(cost);
        let origins = self.origins.runs().since(open.origins);
        let origins = origins
            .filter(|first| keeping.origins.insert(*first))
            .collect();
        let instances = self.origins.instances.runs().since(open.instances);
        let instances = instances
            .filter(|first| keeping.instances.insert(*first))
            .collect();
        (open.lasting && !self.stopped).then(|| Part {
            text: text.clone(),
            node: node.clone(),
            findings,
            origins,
            instances,
            cost,
            likes: open.likes,
            names: open.names,
            within: open.within,
        })
    }
}
