//! Rules of one's own: everything that can be known without an estate is checked here.

use std::sync::Arc;

use tenantry_syntax::{Span, ast};

use super::{Decoder, entries::Scalar, unknown::shape};
use crate::{
    cel::Type,
    diag::{Diagnostic, Level, OwnRule, nearest::nearest, words},
    query,
    schema::{
        describe::placed,
        kind::{KindId, Slot},
        kinds::{Enforce, RuleDecl, RuleSeverity},
        node::{Expr, Formula, TypedNode},
        rules,
        ty::{Lit, Typed},
        words::UnitId,
    },
};

/// A rule of the spec.
#[derive(Debug, Clone)]
pub struct UserRule {
    /// What findings say of it.
    pub head: Arc<OwnRule>,
    /// Its name as its own unit says it.
    pub name: Arc<str>,
    /// Whose it is.
    pub unit: UnitId,
    /// The profile that it stands in, as the estate says it: then it holds for what is like it.
    pub profile: Option<Arc<str>>,
    /// Where it says that the cluster enforces it, if it does.
    pub enforced: Option<Span>,
    /// Whether it holds at all.
    pub condition: Option<Formula>,
    /// What it asks; none where that is wrong, which was reported.
    pub judgement: Option<Judgement>,
}

/// What a rule asks of a node, and what it says.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The kind of the nodes.
    pub on: KindId,
    /// When something is wrong.
    pub when: Formula,
    /// What is wrong.
    pub say: Expr,
    /// How to put it right.
    pub fix: Option<Expr>,
}

/// The profile that a rule stands in.
pub(super) struct Within<'p> {
    pub(super) profile: &'p str,
    pub(super) on: KindId,
}

impl Decoder<'_, '_> {
    /// `rule NAME on=KIND { when …; say … }`.
    pub(super) fn rule(
        &mut self,
        node: ast::Node<'_>,
        root: KindId,
        within: Option<&Within<'_>>,
    ) -> Option<UserRule> {
        self.refuse_annotation(node.annotation());
        let kind = self.words.vocabulary.of::<RuleDecl>()?;
        let mut head = TypedNode::empty(kind, node.head_span(), node.name_span());
        self.entries(node, &mut head, 0, &[]);
        let declared = self.words.vocabulary.kind(kind);
        let written = |name: &str| match head.literal(declared.field(name)?)? {
            (Lit::Str(text), span) => Some((text.clone(), span)),
            _ => None,
        };
        let Some((name, span)) = written("name") else {
            if head.fields.is_empty() {
                self.findings
                    .push(shape(node, "NAME on=KIND { when \"…\"; say \"…\" }"));
            }
            return None;
        };
        let level = match written("severity")
            .and_then(|(word, _)| RuleSeverity::parse(&Lit::Str(word)).ok())
        {
            Some(RuleSeverity::Warn) => Level::Warn,
            Some(RuleSeverity::Note) => Level::Note,
            Some(RuleSeverity::Error) | None => Level::Error,
        };
        let enforced = written("enforce").and_then(|(word, at)| {
            let cluster = Enforce::parse(&Lit::Str(word)) == Ok(Enforce::Cluster);
            cluster.then_some(at)
        });
        let on = match (written("on"), within) {
            (Some((word, at)), _) => self.subject(&word, at, root),
            (None, Some(within)) => Some(within.on),
            (None, None) => {
                self.findings.push(no_subject(&name, span));
                None
            }
        };
        let prefix = &self.words.unit(self.unit).prefix;
        let own = OwnRule {
            name: format!("{prefix}{name}").into(),
            level,
            doc: head.doc.clone(),
            declared: span,
        };
        Some(UserRule {
            head: Arc::new(own),
            name,
            unit: self.unit,
            profile: within.map(|within| format!("{prefix}{}", within.profile).into()),
            enforced,
            condition: head.condition,
            judgement: on.and_then(|on| self.judgement(node, kind, on)),
        })
    }

    /// The block of a rule, its expressions checked against the kind that they are about.
    fn judgement(&mut self, node: ast::Node<'_>, kind: KindId, on: KindId) -> Option<Judgement> {
        let scope = query::of_node(&self.words.unit(self.unit).scope, on);
        let before = std::mem::replace(&mut self.scope, scope);
        let (mut when, mut say, mut fix) = (None, None, None);
        let mut sound = true;
        for child in node.nodes() {
            self.refuse_annotation(child.annotation());
            let name = child.name();
            let place = match &*name {
                "when" => &mut when,
                "say" => &mut say,
                "fix" => &mut fix,
                _ => {
                    let finding = self.unknown(kind, child);
                    self.findings.push(finding);
                    sound = false;
                    continue;
                }
            };
            match place.replace(child) {
                None => {}
                Some(first) => {
                    let finding = rules::twice(&name, child.name_span(), first.name_span());
                    self.findings.push(finding);
                }
            }
        }
        for (found, word, what) in [
            (
                when,
                "when",
                "expression that is true where something is wrong",
            ),
            (say, "say", "sentence that says what is wrong"),
        ] {
            if found.is_none() && sound {
                self.findings.push(no_child(node, word, what));
            }
        }
        let bool = Type::Bool;
        let when = when.and_then(|when| {
            let value = self.sole(when)?;
            self.formula(value, Some(&bool))
        });
        let say = say.and_then(|say| self.sentence(say));
        let (fixes, fix) = (fix.is_some(), fix.and_then(|fix| self.sentence(fix)));
        self.scope = before;
        sound &= fixes == fix.is_some();
        let (when, say) = (when?, say?);
        sound.then_some(Judgement { on, when, say, fix })
    }

    /// The one argument of a node.
    fn sole<'a>(&mut self, node: ast::Node<'a>) -> Option<Scalar<'a>> {
        let mut entries = node.entries();
        if let (Some(ast::Entry::Arg(arg)), None) = (entries.next(), entries.next()) {
            return Some(Scalar::Arg(arg));
        }
        self.findings.push(shape(node, "\"…\""));
        None
    }

    fn sentence(&mut self, node: ast::Node<'_>) -> Option<Expr> {
        let value = self.sole(node)?;
        let slot = Slot::of(&node.name(), Arc::<str>::ty());
        self.read(&slot, value)
    }

    /// The kind that a rule is about.
    fn subject(&mut self, word: &str, at: Span, root: KindId) -> Option<KindId> {
        let all = placed(&self.words.vocabulary, root);
        let all = || {
            all.iter()
                .filter(|one| query::kinds().object(one.id).is_some())
        };
        if let Some(top) = all().find(|one| one.place == word) {
            return Some(top.id);
        }
        let ends = format!(".{word}");
        let found: Vec<_> = all().filter(|one| one.place.ends_with(&ends)).collect();
        let wrong = |message: String| Diagnostic::new(&rules::WRONG_VALUE, at, message);
        let finding = match found.as_slice() {
            [one] => return Some(one.id),
            [] => {
                let known = all().map(|one| one.kind.name.as_str());
                let finding = wrong(format!("there is no kind `{word}`")).label("unknown");
                match nearest(word, known) {
                    Some(near) => finding
                        .help(format!("did you mean `{near}`?"))
                        .suggest(format!("write `{near}`"), vec![(at, near.to_owned())]),
                    None => finding.help("a rule looks at the nodes of one kind: `on=workload`"),
                }
            }
            several => {
                let places: Vec<&str> = several.iter().map(|one| one.place.as_str()).collect();
                wrong(format!("several kinds are called `{word}`"))
                    .label("which?")
                    .help(format!("write one of {}", words::names(&places)))
            }
        };
        self.findings.push(finding);
        None
    }
}

fn no_subject(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &rules::MISSING_VALUE,
        span,
        format!("rule `{name}` does not say what it looks at"),
    )
    .label("needs `on=KIND`")
    .help("write the kind of the nodes: `on=workload`")
}

fn no_child(node: ast::Node<'_>, word: &str, what: &str) -> Diagnostic {
    Diagnostic::new(
        &rules::MISSING_NODE,
        node.head_span(),
        format!("the rule has no `{word}`"),
    )
    .label(format!("needs a `{word}` in its block"))
    .help(format!("write `{word} \"…\"` with an {what}").replace("an sentence", "a sentence"))
}
