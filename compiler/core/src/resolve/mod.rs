//! From the typed text to the nodes of one environment: parameters have their values, what the
//! environment changes is merged in, profiles are applied. Afterwards only built-in kinds and
//! literals are left, each with the origin that says why it is so.

mod expand;
mod given;
mod memo;
mod merge;
mod param;
mod profile;
pub mod rules;
mod scope;
mod table;
mod value;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    rc::Rc,
    sync::Arc,
};

use expand::{Brought, Content};
pub use given::Given;
use memo::Keeping;
pub use memo::Memo;
use merge::merge;
use scope::{Bound, Globals};
use table::Rows;
use tenantry_syntax::{FileId, Span};

use crate::{
    cel::Value,
    diag::Findings,
    limits::Limits,
    load::Library,
    origin::{OriginId, Origins},
    outcome::Outcome,
    schema::{
        TypedEstate,
        decode::UserRule,
        kind::{Field, Kind},
        node::{Expr, Meant, Node, Tag, TypedField, TypedNode, TypedText, ValueField},
        ty::Lit,
        words::{UnitId, Words},
    },
};

/// The nodes of one environment.
#[derive(Debug)]
pub struct Resolved {
    /// The environment; none where the estate declares none.
    pub env: Option<Arc<str>>,
    /// The top level.
    pub root: Node,
    /// Why each value is so.
    pub origins: Origins,
    /// What each parameter comes to, by the span of its declaration.
    pub params: Vec<(Span, Lit, OriginId)>,
    /// What the library declares.
    pub library: Library,
    /// The bounds of this run.
    pub limits: Limits,
    /// What the spec declares.
    pub words: Arc<Words>,
    /// The values of parameters, `let`s and tables, by unit; a wrong one is left out.
    pub values: Vec<BTreeMap<Arc<str>, Value>>,
    /// The rules of the spec's own.
    pub rules: Arc<[UserRule]>,
}

/// The environments that an estate declares, in the order of the text, with their places.
pub fn environments(typed: &TypedEstate) -> Vec<(Arc<str>, Span)> {
    let kind = |node: &TypedNode| typed.words.vocabulary.kind(node.kind).name.as_str();
    let estates = typed.nodes.iter().filter(|node| kind(node) == "estate");
    estates
        .flat_map(|estate| estate.children.iter().filter(|child| kind(child) == "env"))
        .flat_map(|env| &env.fields)
        .filter_map(|field| match &field.expr {
            Expr::Lit(Lit::Str(name)) => Some((name.clone(), field.span)),
            _ => None,
        })
        .collect()
}

/// Whether all environments are known: where `estate`, or an `env` in it, is misspelt or missing,
/// which was reported, a name that is not among them is no further mistake.
pub fn environments_are_known(typed: &TypedEstate) -> bool {
    let means = |flawed: &[Meant], name: &str| {
        flawed.iter().any(|meant| match meant {
            Meant::Name(meant) => meant == name,
            Meant::Anything => true,
        })
    };
    let kind = |node: &TypedNode| typed.words.vocabulary.kind(node.kind).name.as_str();
    let mut estates = typed.nodes.iter().filter(|node| kind(node) == "estate");
    estates
        .next()
        .is_some_and(|estate| !means(&estate.flawed, "env"))
        && !means(&typed.flawed, "estate")
}

/// Resolves the estate for one environment. `sets` are values of parameters given from outside.
pub fn resolve(
    typed: &TypedEstate,
    env: Option<&Arc<str>>,
    sets: &[(String, String)],
) -> Outcome<Resolved> {
    run(typed, env, sets, None, None).0
}

/// The same, where most of it may have been resolved before: by the run that left the memo, with
/// the table of origins of the estate that came of it. Leaves a memo for the next.
pub fn resolve_again(
    typed: &TypedEstate,
    env: Option<&Arc<str>>,
    sets: &[(String, String)],
    before: (&Memo, &Origins),
) -> (Outcome<Resolved>, Memo) {
    run(typed, env, sets, None, Some(before))
}

/// The same with what is given for a test laid over the estate, nearest of all. A package has no
/// estate: there, one of its name is made for what is given.
pub fn resolve_given(
    typed: &TypedEstate,
    env: Option<&Arc<str>>,
    sets: &[(String, String)],
    given: Option<Given<'_>>,
) -> Outcome<Resolved> {
    run(typed, env, sets, given, None).0
}

fn run(
    typed: &TypedEstate,
    env: Option<&Arc<str>>,
    sets: &[(String, String)],
    given: Option<Given<'_>>,
    before: Option<(&Memo, &Origins)>,
) -> (Outcome<Resolved>, Memo) {
    let mut environments: Vec<Arc<str>> = environments(typed)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    // A package is for any estate, so its tests may be of any environment.
    if given.is_some_and(|given| given.package.is_some()) {
        environments.extend(env.cloned());
    }
    let units = typed.words.units.len();
    let knows_environments = environments_are_known(typed);
    let keeping = before.map(|(memo, table)| {
        let known = (environments.as_slice(), knows_environments);
        Keeping::new(typed, known, sets, memo, table)
    });
    let table = before.map(|(_, table)| table);
    let table = table.filter(|_| keeping.as_ref().is_some_and(Keeping::knows));
    let mut resolver = Resolver {
        typed,
        env: env.cloned(),
        environments,
        knows_environments,
        globals: vec![Globals::new(); units],
        rows: BTreeMap::new(),
        here: None,
        unit: UnitId::ESTATE,
        locals: Vec::new(),
        content: None,
        depth: 0,
        chain: 0,
        brought: Vec::new(),
        stopped: false,
        origins: table.map_or_else(
            || Origins::new(typed.library_from, room_for_files(typed)),
            Origins::after,
        ),
        keeping: None,
        params: Vec::new(),
        findings: Findings::new(),
        profiles: HashMap::new(),
        nodes: 0,
        steps: typed.limits.steps,
        made: 0,
    };
    let mut root = resolver.empty_root();
    resolver.declared(sets, &mut root);
    if keeping.is_some() {
        resolver.origins.declared(table);
        resolver.keeping = keeping.map(|mut keeping| {
            keeping.declared(&resolver.globals);
            keeping
        });
    }
    let mut near = Vec::new();
    for node in &typed.nodes {
        resolver.unit = typed.words.unit_of(node.span.file);
        resolver.at_top(node, &mut root, &mut near);
    }
    resolver.unit = UnitId::ESTATE;
    for content in near {
        merge(&typed.words.vocabulary, content, &mut root);
    }
    root.flawed.extend(typed.flawed.iter().cloned());
    if let Some(given) = given {
        resolver.given(given, &mut root);
    }
    resolver.exhausted();
    resolver.refuse_duplicates(&mut root);
    let Resolver {
        env,
        origins,
        params,
        mut findings,
        stopped,
        globals,
        keeping,
        ..
    } = resolver;
    let (told, memo) = keeping.map(Keeping::done).unwrap_or_default();
    findings.extend(told);
    origins.instances.settle(&mut findings);
    if stopped {
        // What was left out would be missed in every later phase.
        return (Outcome::nothing(findings), Memo::default());
    }
    let outcome = Outcome::new(
        Resolved {
            env,
            root,
            origins,
            params,
            library: typed.library,
            limits: typed.limits.clone(),
            words: typed.words.clone(),
            rules: typed.rules.clone(),
            values: globals.into_iter().map(scope::values).collect(),
        },
        findings,
    );
    (outcome, memo)
}

/// How many numbers real files may have: each of the library too that a later analysis may need, so
/// that what is expanded has its own then as well.
fn room_for_files(typed: &TypedEstate) -> usize {
    let own = typed.library_from.0 as usize;
    typed.words.files.len().max(own + typed.library.files.len())
}

/// What resolving shares.
struct Resolver<'t> {
    typed: &'t TypedEstate,
    env: Option<Arc<str>>,
    environments: Vec<Arc<str>>,
    /// Whether what is not among them is an unknown one.
    knows_environments: bool,
    /// By unit: parameters, `let`s, tables.
    globals: Vec<Globals>,
    /// The rows of tables, by unit and name.
    rows: BTreeMap<(UnitId, Arc<str>), Rows>,
    /// The file number that the text has here, within an expansion.
    here: Option<FileId>,
    /// Whose text it is.
    unit: UnitId,
    /// The names of definitions and loops around it, the inner ones last.
    locals: Vec<(Arc<str>, Bound)>,
    /// What a caller put into the slots of the definition.
    content: Option<Rc<Content>>,
    /// Calls within calls.
    depth: usize,
    /// Profiles that are like profiles.
    chain: usize,
    /// The loops and calls around it.
    brought: Vec<Brought>,
    /// Whether a bound was passed, which was reported: nothing more is brought, so that it ends.
    stopped: bool,
    origins: Origins,
    /// What each parameter comes to, by its declaration.
    params: Vec<(Span, Lit, OriginId)>,
    findings: Findings,
    /// How many nodes there are so far, what profiles bring and the rows of loops included.
    nodes: usize,
    /// Steps that expressions may still take.
    steps: u64,
    /// Bytes of the texts that expressions have made so far.
    made: usize,
    /// Profiles already resolved; `None` while one is being resolved, which is how a circle shows.
    profiles: HashMap<usize, Option<Arc<Node>>>,
    /// Where the next run may take over what this one makes.
    keeping: Option<Keeping<'t>>,
}

impl<'t> Resolver<'t> {
    fn kind(&self, node: &Node) -> &'t Kind {
        self.typed.words.vocabulary.kind(node.kind)
    }

    fn empty_root(&self) -> Node {
        Node {
            kind: self.typed.root,
            span: Span::default(),
            name_span: Span::default(),
            origin: OriginId::NONE,
            fields: Vec::new(),
            broken: Vec::new(),
            flawed: Vec::new(),
            children: Vec::new(),
            labels: Vec::new(),
            annotations: Vec::new(),
            allows: Vec::new(),
            omits: Vec::new(),
            was: None,
            doc: None,
            free: Vec::new(),
            profiles: Vec::new(),
            twice: false,
        }
    }

    /// One node with everything below it: its own text, then what the environment changes, which
    /// is nearest, then the profiles it is like, which are farthest.
    fn node(&mut self, typed: &TypedNode) -> Node {
        let plain = self.with_environment(typed);
        let mut node = self.with_profiles(plain);
        self.refuse_duplicates(&mut node);
        node
    }

    fn with_environment(&mut self, typed: &TypedNode) -> Node {
        let mut node = self.plain(typed);
        for near in self.overlays_here(typed) {
            let place = (node.span, node.name_span, node.origin);
            merge(&self.typed.words.vocabulary, near, &mut node);
            (node.span, node.name_span, node.origin) = place;
        }
        node
    }

    /// What is said of a node for this environment.
    fn overlays_here(&mut self, typed: &TypedNode) -> Vec<Node> {
        let mut here = Vec::new();
        for overlay in &typed.overlays {
            for (env, span) in &overlay.envs {
                if !self.environments.contains(env) && self.knows_environments {
                    let at = self.at(*span);
                    self.findings
                        .push(rules::unknown_environment(env, at, &self.environments));
                }
            }
            let names_this = |(env, _): &(Arc<str>, Span)| Some(env) == self.env.as_ref();
            if overlay.envs.iter().any(names_this) && self.holds(overlay.body.condition.as_ref()) {
                here.push(self.with_environment(&overlay.body));
            }
        }
        here
    }

    fn plain(&mut self, typed: &TypedNode) -> Node {
        self.nodes += 1;
        let span = self.at(typed.span);
        let origin = self.origins.literal(span);
        let mut fields = Vec::with_capacity(typed.fields.len());
        let mut broken = Vec::new();
        let kind = self.typed.words.vocabulary.kind(typed.kind);
        for field in &typed.fields {
            let is_prop = matches!(field.field, Field::Prop(_));
            if is_prop
                && kind
                    .slot(field.field)
                    .is_some_and(|slot| slot.name == "expand")
            {
                // Its text is worked out here; what is left is plain.
                continue;
            }
            match self.field(typed, field) {
                Some(value) => fields.push(value),
                None => broken.push(field.field),
            }
        }
        let labels = self.tags(&typed.labels);
        let annotations = self.tags(&typed.annotations);
        let was = typed.was.as_ref().and_then(|was| self.former_name(was));
        let mut node = Node {
            kind: typed.kind,
            span,
            name_span: self.at(typed.name_span),
            origin,
            fields,
            broken,
            flawed: typed.flawed.clone(),
            children: Vec::with_capacity(typed.children.len()),
            labels,
            annotations,
            allows: typed.allows.clone(),
            omits: typed.omits.clone(),
            was,
            doc: typed.doc.clone(),
            free: self.free(&typed.free),
            profiles: Vec::new(),
            twice: false,
        };
        let mut near = Vec::new();
        for child in &typed.children {
            self.child(child, &mut node, &mut near);
        }
        let place = (node.span, node.name_span, node.origin);
        for content in near {
            merge(&self.typed.words.vocabulary, content, &mut node);
        }
        (node.span, node.name_span, node.origin) = place;
        node
    }

    /// What `was=` comes to. A table whose rows keep their names says so with an empty text.
    fn former_name(&mut self, was: &TypedText) -> Option<Arc<str>> {
        match self.value(&was.expr, was.span)?.0 {
            Lit::Str(name) if !name.is_empty() => Some(name),
            _ => None,
        }
    }

    fn tags(&mut self, tags: &[Tag<TypedField>]) -> Vec<Tag<ValueField>> {
        tags.iter()
            .filter_map(|tag| {
                let (lit, origin) = self.value(&tag.value.expr, tag.value.span)?;
                let value = ValueField {
                    field: tag.value.field,
                    lit,
                    span: self.at(tag.value.span),
                    origin,
                    rival: None,
                };
                Some(Tag {
                    key: tag.key.clone(),
                    value,
                    span: self.at(tag.span),
                })
            })
            .collect()
    }

    /// Two nodes of one kind with one key in one scope, or of a kind that may stand once. They are
    /// marked, so that nothing is said to be missing that one of them has.
    fn refuse_duplicates(&mut self, node: &mut Node) {
        if self.stopped || all_differ(&node.children) {
            return;
        }
        let parent = self.typed.words.vocabulary.kind(node.kind);
        // Of what a loop yields twice, one is enough to say.
        let mut told: HashSet<Span> = HashSet::new();
        let mut seen: HashMap<(u32, String), usize> = HashMap::new();
        let mut alike = Vec::new();
        for (at, child) in node.children.iter().enumerate() {
            let kind = self.kind(child);
            let many = !parent
                .children
                .iter()
                .any(|known| known.kind == child.kind && !known.many);
            if many && (kind.key.is_empty() || kind.ordered) {
                continue;
            }
            let key = if many {
                child.key(&kind.key)
            } else {
                String::new()
            };
            if many && (key.is_empty() || !is_key_whole(kind, child)) {
                continue;
            }
            if let Some(first) = seen.insert((child.kind.0, key.clone()), at) {
                alike.extend([first, at]);
                let first = node.children[first].span;
                let text = self.origins.instances.real(child.span);
                if text == self.origins.instances.real(first) && !told.insert(text) {
                    continue;
                }
                let finding = rules::duplicate(kind, &key, child.span, first, &self.origins);
                self.findings.push(finding);
            }
        }
        for at in alike {
            Arc::make_mut(&mut node.children[at]).twice = true;
        }
    }
}

/// Whether all that tells a node apart could be read.
fn is_key_whole(kind: &Kind, node: &Node) -> bool {
    let is_there = |field: &Field| {
        let required = kind.slot(*field).is_some_and(|slot| slot.required);
        !node.broken.contains(field) && (!required || node.value(*field).is_some())
    };
    node.flawed.is_empty() && kind.key.iter().all(is_there)
}

/// Whether no two nodes are of one kind: of most nodes that is soon known of the children.
fn all_differ(nodes: &[Arc<Node>]) -> bool {
    const FEW: usize = 24;
    nodes.len() <= FEW
        && nodes
            .iter()
            .enumerate()
            .all(|(at, node)| nodes[..at].iter().all(|other| other.kind != node.kind))
}
