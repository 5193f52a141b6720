//! From the typed text to the nodes of one environment: parameters have their values, what the
//! environment changes is merged in, profiles are applied. Afterwards only built-in kinds and
//! literals are left, each with the origin that says why it is so.

mod merge;
mod param;
mod profile;
pub mod rules;

use std::{collections::HashMap, rc::Rc, sync::Arc};

use merge::merge;
use param::Params;
use tenantry_syntax::Span;

use crate::{
    diag::Findings,
    limits::Limits,
    load::Library,
    origin::{How, OriginId, Origins},
    outcome::Outcome,
    schema::{
        TypedEstate,
        kind::Kind,
        node::{Expr, Node, Piece, Tag, TypedField, TypedNode, ValueField},
        ty::Lit,
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
    /// What the library declares.
    pub library: Library,
    /// The bounds of this run.
    pub limits: Limits,
}

/// The environments that an estate declares, in the order of the text, with their places.
pub fn environments(typed: &TypedEstate) -> Vec<(Arc<str>, Span)> {
    let kind = |node: &TypedNode| typed.vocabulary.kind(node.kind).name.as_str();
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

/// Resolves the estate for one environment. `sets` are values of parameters given from outside.
pub fn resolve(
    typed: &TypedEstate,
    env: Option<&Arc<str>>,
    sets: &[(String, String)],
) -> Outcome<Resolved> {
    let environments = environments(typed);
    let mut resolver = Resolver {
        typed,
        env: env.cloned(),
        environments: environments.into_iter().map(|(name, _)| name).collect(),
        params: Params::default(),
        origins: Origins::new(typed.library_from),
        findings: Findings::new(),
        profiles: HashMap::new(),
        nodes: 0,
    };
    resolver.params = param::evaluate(&mut resolver, sets);
    let children: Vec<Node> = typed.nodes.iter().map(|node| resolver.node(node)).collect();
    let mut root = resolver.empty_root();
    root.children = children;
    root.flawed.clone_from(&typed.flawed);
    if resolver.nodes > typed.limits.nodes {
        let at = typed.nodes.first().map(|node| node.span);
        resolver.findings.push(rules::too_many_nodes(
            resolver.nodes,
            typed.limits.nodes,
            at,
        ));
    }
    resolver.refuse_duplicates(&root);
    let Resolver {
        env,
        origins,
        findings,
        ..
    } = resolver;
    Outcome::new(
        Resolved {
            env,
            root,
            origins,
            library: typed.library,
            limits: typed.limits.clone(),
        },
        findings,
    )
}

/// What resolving shares.
struct Resolver<'t> {
    typed: &'t TypedEstate,
    env: Option<Arc<str>>,
    environments: Vec<Arc<str>>,
    params: Params,
    origins: Origins,
    findings: Findings,
    /// How many nodes there are so far, what profiles bring included.
    nodes: usize,
    /// Profiles already resolved; `None` while one is being resolved, which is how a circle shows.
    profiles: HashMap<usize, Option<Rc<Node>>>,
}

impl<'t> Resolver<'t> {
    fn kind(&self, node: &Node) -> &'t Kind {
        self.typed.vocabulary.kind(node.kind)
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
        }
    }

    /// One node with everything below it: its own text, then what the environment changes, which
    /// is nearest, then the profiles it is like, which are farthest.
    fn node(&mut self, typed: &TypedNode) -> Node {
        let plain = self.with_environment(typed);
        let node = self.with_profiles(plain);
        self.refuse_duplicates(&node);
        node
    }

    fn with_environment(&mut self, typed: &TypedNode) -> Node {
        let mut node = self.plain(typed);
        for overlay in &typed.overlays {
            for (env, span) in &overlay.envs {
                if !self.environments.contains(env) {
                    self.findings
                        .push(rules::unknown_environment(env, *span, &self.environments));
                }
            }
            if overlay
                .envs
                .iter()
                .any(|(env, _)| Some(env) == self.env.as_ref())
            {
                let near = self.with_environment(&overlay.body);
                let place = (node.span, node.name_span, node.origin);
                merge(self.typed.vocabulary, near, &mut node);
                (node.span, node.name_span, node.origin) = place;
            }
        }
        node
    }

    fn plain(&mut self, typed: &TypedNode) -> Node {
        self.nodes += 1;
        let origin = self.origins.literal(typed.span);
        let mut fields = Vec::with_capacity(typed.fields.len());
        let mut broken = Vec::new();
        for field in &typed.fields {
            match self.field(typed, field) {
                Some(value) => fields.push(value),
                None => broken.push(field.field),
            }
        }
        let children = typed
            .children
            .iter()
            .map(|child| self.node(child))
            .collect();
        let labels = self.tags(&typed.labels);
        let annotations = self.tags(&typed.annotations);
        Node {
            kind: typed.kind,
            span: typed.span,
            name_span: typed.name_span,
            origin,
            fields,
            broken,
            flawed: typed.flawed.clone(),
            children,
            labels,
            annotations,
            allows: typed.allows.clone(),
            omits: typed.omits.clone(),
            was: typed.was.clone(),
            doc: typed.doc.clone(),
            free: typed.free.clone(),
        }
    }

    fn tags(&mut self, tags: &[Tag<TypedField>]) -> Vec<Tag<ValueField>> {
        tags.iter()
            .filter_map(|tag| {
                let (lit, origin) = self.value(&tag.value.expr, tag.value.span)?;
                let value = ValueField {
                    field: tag.value.field,
                    lit,
                    span: tag.value.span,
                    origin,
                    rival: None,
                };
                Some(Tag {
                    key: tag.key.clone(),
                    value,
                    span: tag.span,
                })
            })
            .collect()
    }

    fn field(&mut self, node: &TypedNode, field: &TypedField) -> Option<ValueField> {
        let (lit, origin) = self.value(&field.expr, field.span)?;
        if !matches!(field.expr, Expr::Lit(_)) {
            let slot = self.typed.vocabulary.kind(node.kind).slot(field.field)?;
            if let Err(error) = (slot.ty.check)(&lit) {
                let made_from = self
                    .origins
                    .get(origin)
                    .from
                    .first()
                    .and_then(|from| self.origins.span(*from));
                self.findings.push(rules::wrong_parameter(
                    slot, field.span, &lit, &error, made_from,
                ));
                return None;
            }
        }
        Some(ValueField {
            field: field.field,
            lit,
            span: field.span,
            origin,
            rival: None,
        })
    }

    /// The value of an expression and why it is so.
    fn value(&mut self, expr: &Expr, span: Span) -> Option<(Lit, OriginId)> {
        match expr {
            Expr::Broken => None,
            Expr::Lit(lit) => Some((lit.clone(), self.origins.literal(span))),
            Expr::Param(name) => {
                let (lit, from) = self.param(name, span)?;
                Some((lit, self.origins.add(Some(span), How::Param, vec![from])))
            }
            Expr::Text(pieces) => {
                let mut text = String::new();
                let mut from = Vec::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(plain) => text.push_str(plain),
                        Piece::Param(name, at) => {
                            let (lit, origin) = self.param(name, *at)?;
                            text.push_str(lit.to_string().trim_start_matches('#'));
                            from.push(origin);
                        }
                    }
                }
                Some((
                    Lit::Str(text.into()),
                    self.origins.add(Some(span), How::Param, from),
                ))
            }
        }
    }

    fn param(&mut self, name: &str, span: Span) -> Option<(Lit, OriginId)> {
        match self.params.get(name) {
            Some(value) => value,
            None => {
                self.findings
                    .push(rules::unknown_parameter(name, span, self.params.names()));
                None
            }
        }
    }

    /// Two nodes of one kind with one key in one scope.
    fn refuse_duplicates(&mut self, node: &Node) {
        let mut seen: HashMap<(u32, String), Span> = HashMap::new();
        for child in &node.children {
            let kind = self.kind(child);
            if kind.key.is_empty() || kind.ordered {
                continue;
            }
            let key = child.key(&kind.key);
            if key.is_empty() {
                continue;
            }
            if let Some(first) = seen.insert((child.kind.0, key.clone()), child.span) {
                self.findings
                    .push(rules::duplicate(kind, &key, child.span, first));
            }
        }
    }
}
