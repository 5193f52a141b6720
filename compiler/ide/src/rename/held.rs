//! What a rename leaves as it is: every node and value of the estate but the name itself, and
//! what rules find. Whatever an expression makes of a name shows here, however it does.

use std::sync::Arc;

use tenantry_core::{
    cel::{self, Budget, Expr, ExprKind, Value, limits},
    compile::Analysed,
    model::Estate,
    origin::{How, OriginId},
    query::{Names, Place, View},
    schema::{
        decode::UserRule,
        kind::KindId,
        node::{Formula, FreeNode, Node, Tag, ValueField},
        ty::Lit,
    },
};

use super::Rename;
use crate::{
    host::Known,
    outline::{ENV, is_about_names},
};

/// What would be another, in words.
pub(super) fn changed(rename: &Rename<'_>, after: &Known, new: &str) -> Option<String> {
    let is_env = rename.declared.iter().any(|(_, one)| one.sort == ENV);
    let old: &str = &rename.name;
    let environments = rename.snapshot.known().analysis.environments.iter();
    environments.into_iter().find_map(|before| {
        let env = before.env.as_deref();
        let env = env.map(|env| if is_env && env == old { new } else { env });
        let mut others = after.analysis.environments.iter();
        let after = others.find(|other| other.env.as_deref() == env)?;
        let pair = Pair {
            rename,
            is_env,
            old,
            new,
            before: estate(before),
            after: estate(after),
        };
        pair.nodes().or_else(|| pair.rules())
    })
}

fn estate(analysed: &Analysed) -> &Estate {
    &analysed.kept.estate
}

/// One environment before and after.
struct Pair<'p> {
    rename: &'p Rename<'p>,
    is_env: bool,
    old: &'p str,
    new: &'p str,
    before: &'p Estate,
    after: &'p Estate,
}

/// What would be another, in words, and its line.
struct Change {
    words: String,
    line: String,
}

impl Pair<'_> {
    /// The nodes and values that would be another: the first in words, the others by their lines.
    fn nodes(&self) -> Option<String> {
        let mut changes: Vec<Change> = Vec::new();
        let mut open: Vec<(&Node, &Node)> = vec![(&self.before.text.root, &self.after.text.root)];
        while let Some((before, after)) = open.pop() {
            changes.extend(self.values(before, after));
            if let Some(change) = self.other_children(before, after) {
                // What stands below does not pair up any more.
                changes.push(change);
                continue;
            }
            let pairs = before.children.iter().zip(&after.children);
            let pairs = pairs.map(|(before, after)| (&**before, &**after));
            open.extend(pairs.rev());
        }
        let first = changes.first()?;
        let mut lines: Vec<&str> = Vec::new();
        for change in &changes {
            if change.line != first.line && !lines.contains(&&*change.line) {
                lines.push(&change.line);
            }
        }
        let more = match lines.is_empty() {
            true => String::new(),
            false => format!("; likewise{}", lines.join(",")),
        };
        Some(format!("called `{}`, {}{more}", self.new, first.words))
    }

    /// What would be gone from a block, or be there beside the rest.
    fn other_children(&self, before: &Node, after: &Node) -> Option<Change> {
        let (own, others) = (&before.children, &after.children);
        let same_count = own.len() == others.len();
        let mut pairs = own.iter().zip(others);
        let other = pairs.position(|(one, other)| {
            let kind = self.before.text.words.vocabulary.kind(one.kind);
            let key = |node: &Node| Lit::Str(node.key(&kind.key).into());
            // A key that is another among as many is told as the value that it is.
            one.kind != other.kind || !same_count && !self.names(&key(one), &key(other))
        });
        if same_count && other.is_none() {
            return None;
        }
        let at = other.unwrap_or(own.len().min(others.len()));
        match (own.get(at), others.get(at)) {
            (Some(gone), _) if others.len() <= own.len() => {
                Some(self.other_node(self.before, gone, "left out"))
            }
            (_, more) => Some(self.other_node(self.after, more?, "there too")),
        }
    }

    /// A node that would be gone, or one that would be there too.
    fn other_node(&self, estate: &Estate, node: &Node, what: &str) -> Change {
        let kind = estate.text.words.vocabulary.kind(node.kind);
        let called = format!("{} {}", kind.name, node.key(&kind.key));
        let line = self.line(estate, node.origin);
        let (called, help) = (called.trim_end(), self.whole_name());
        let words = format!("`{called}`{line} would be {what}{help}");
        Change { words, line }
    }

    /// How expressions say a name so that it is renamed with the rest.
    fn whole_name(&self) -> String {
        let old = self.old;
        let side = if self.is_env { "env " } else { "" };
        format!("; compare with the whole name there, as in `{side}== '{old}'`")
    }

    fn values(&self, before: &Node, after: &Node) -> Vec<Change> {
        let kind = self.before.text.words.vocabulary.kind(before.kind);
        if (
            before.fields.len(),
            before.labels.len(),
            before.annotations.len(),
        ) != (
            after.fields.len(),
            after.labels.len(),
            after.annotations.len(),
        ) {
            return vec![self.other_node(self.before, before, "another")];
        }
        let fields = before.fields.iter().zip(&after.fields);
        let fields = fields.filter(|(one, other)| !self.follows(one, &other.lit));
        let mut found: Vec<Change> = fields
            .map(|(one, other)| {
                let slot = kind.slot(one.field).map_or("", |slot| &slot.name);
                let what = format!("`{slot}` of `{}`", kind.name);
                self.other_value(&what, one, &other.lit)
            })
            .collect();
        let mut tags = |what, tags: &[Tag<ValueField>], others: &[Tag<ValueField>]| {
            let pairs = tags.iter().zip(others);
            for (one, other) in pairs.filter(|(one, other)| one.value.lit != other.value.lit) {
                let what = format!("the {what} `{}` of `{}`", one.key, kind.name);
                found.push(self.other_value(&what, &one.value, &other.value.lit));
            }
        };
        tags("label", &before.labels, &after.labels);
        tags("annotation", &before.annotations, &after.annotations);
        self.free(before, (&before.free, &after.free), &mut found);
        found
    }

    /// Whether a value is what the rename makes of it. What `env` comes to is no name of the
    /// text.
    fn follows(&self, before: &ValueField, after: &Lit) -> bool {
        let is_written = || self.before.origins.get(before.origin).how == How::Literal;
        before.lit == *after || (!self.is_env || is_written()) && self.names(&before.lit, after)
    }

    /// Whether a value is the other but for the name, which stands alone or beside a dot.
    fn names(&self, before: &Lit, after: &Lit) -> bool {
        let (Lit::Str(before), Lit::Str(after)) = (before, after) else {
            return before == after;
        };
        let (before, after) = (before.split(['.', ' ']), after.split(['.', ' ']));
        let mut pairs = before.clone().zip(after.clone());
        before.count() == after.count()
            && pairs.all(|(one, other)| one == other || one == self.old && other == self.new)
    }

    fn free(&self, node: &Node, data: (&[FreeNode], &[FreeNode]), found: &mut Vec<Change>) {
        for (one, other) in data.0.iter().zip(data.1) {
            if one.value != other.value {
                let line = self.line(self.before, node.origin);
                let kind = &self.before.text.words.vocabulary.kind(node.kind).name;
                let words = format!("`{}` in `{kind}`{line} would be another", one.name);
                found.push(Change { words, line });
            }
            self.free(node, (&one.children, &other.children), found);
        }
    }

    fn other_value(&self, what: &str, before: &ValueField, after: &Lit) -> Change {
        let old = self.old;
        let line = self.line(self.before, before.origin);
        let was = before.lit.to_string();
        let help = match (self.is_env, was.contains(old)) {
            (true, true) => {
                format!("; to keep it, say `${{env == '{old}' ? '{old}' : env}}` for `env` there")
            }
            _ => self.whole_name(),
        };
        let words = format!("{what}{line} would be `{after}` and no more `{was}`{help}");
        Change { words, line }
    }

    /// The first rule that would judge something otherwise.
    fn rules(&self) -> Option<String> {
        let (before, after) = (&self.before.text.rules, &self.after.text.rules);
        if before.is_empty() || before.len() != after.len() {
            return None;
        }
        let views = (View::of(self.before), View::of(self.after));
        let pairs = before.iter().zip(&**after);
        pairs
            .into_iter()
            .find_map(|pair| self.rule(pair, (&views.0, &views.1)))
    }

    fn rule(
        &self,
        (before, after): (&UserRule, &UserRule),
        views: (&Arc<View>, &Arc<View>),
    ) -> Option<String> {
        let mut asked = Asked {
            views,
            budget: Budget::new(STEPS),
        };
        let told = |found: Option<(&Formula, &Expr)>| {
            let (formula, part) = found?;
            let line = self.rename.snapshot.locate(formula.at.place(&part.range));
            let line = line.map_or_else(String::new, |place| self.rename.line(&place));
            let source = formula.program.text().get(part.range.clone())?;
            Some(format!(
                "called `{}`, `{source}` at {line}, of the rule `{}`, would have another answer{}",
                self.new,
                before.name,
                self.whole_name()
            ))
        };
        if let (Some(one), Some(other)) = (&before.condition, &after.condition) {
            let one_names = Names::of_estate(self.before, views.0, before.unit);
            let other_names = Names::of_estate(self.after, views.1, after.unit);
            let found = asked.other((one, &one_names), (other, &other_names));
            if let Some(words) = told(found.map(|part| (one, part))) {
                return Some(words);
            }
        }
        let (one, other) = (before.judgement.as_ref()?, after.judgement.as_ref()?);
        let tree = one.when.program.tree();
        if is_about_names(tree) && !says(tree, self.old) {
            return None;
        }
        let chains = (chains(views.0, one.on), chains(views.1, other.on));
        let found = chains
            .0
            .iter()
            .zip(&chains.1)
            .find_map(|(chain, other_chain)| {
                let names = Names::of_node(self.before, views.0, before.unit, chain);
                let other_names = Names::of_node(self.after, views.1, after.unit, other_chain);
                asked.other((&one.when, &names), (&other.when, &other_names))
            });
        told(found.map(|part| (&one.when, part)))
    }

    /// ` at a.kdl:3`, where that is known. A rename breaks no line, so that lines after it are
    /// those before it.
    fn line(&self, estate: &Estate, origin: OriginId) -> String {
        let place = estate.origins.editable(origin);
        let place = place.and_then(|span| self.rename.snapshot.locate(span));
        place.map_or_else(String::new, |place| {
            format!(" at {}", self.rename.line(&place))
        })
    }
}

/// The steps that one rule may take in an environment; what is beyond them is not compared.
const STEPS: u64 = 100 * limits::STEPS;

/// The nodes of a kind, each with those around it, outermost first.
fn chains(view: &View, kind: KindId) -> Vec<Vec<Place>> {
    let mut found = Vec::new();
    let mut open: Vec<(&Node, Vec<Place>)> = vec![(view.root(), Vec::new())];
    while let Some((node, chain)) = open.pop() {
        if node.kind == kind {
            found.push(chain.clone());
        }
        let place = chain.last().cloned().unwrap_or_else(Place::root);
        for (at, child) in node.children.iter().enumerate() {
            let mut longer = chain.clone();
            longer.push(place.child(at));
            open.push((child, longer));
        }
    }
    found
}

/// A rule, asked of both estates.
struct Asked<'v> {
    views: (&'v Arc<View>, &'v Arc<View>),
    budget: Budget,
}

impl Asked<'_> {
    /// The innermost part of an expression that has another answer.
    fn other<'f>(
        &mut self,
        before: (&'f Formula, &Names<'_>),
        after: (&Formula, &Names<'_>),
    ) -> Option<&'f Expr> {
        let parts = (before.0.program.tree(), after.0.program.tree());
        self.other_part(before, after, parts)
    }

    fn other_part<'f>(
        &mut self,
        before: (&'f Formula, &Names<'_>),
        after: (&Formula, &Names<'_>),
        (one, other): (&'f Expr, &Expr),
    ) -> Option<&'f Expr> {
        let (mut inner, mut other_inner) = (one.children(), other.children());
        if let ExprKind::Each { .. } = &one.kind {
            // What its element stands for is not known outside of it.
            inner.truncate(1);
            other_inner.truncate(1);
        }
        for pair in inner.into_iter().zip(other_inner) {
            let found = self.other_part(before, after, pair);
            if found.is_some() {
                return found;
            }
        }
        let answers = (
            self.answer(before.0, one, before.1)?,
            self.answer(after.0, other, after.1)?,
        );
        (answers.0 != answers.1).then_some(one)
    }

    /// Whether something is true, where it is true or false; none where that is not known.
    fn answer(&mut self, formula: &Formula, part: &Expr, names: &Names<'_>) -> Option<Answer> {
        if matches!(
            part.kind,
            ExprKind::Name(_) | ExprKind::Str(_) | ExprKind::Field { .. }
        ) {
            return None;
        }
        let value = cel::evaluate_part(&formula.program, part, names, &mut self.budget);
        let unsure = self.views.0.was_unsure() | self.views.1.was_unsure();
        if unsure || self.budget.left() == 0 {
            return None;
        }
        Some(match value {
            Ok(Value::Bool(is)) => Answer::Truth(is),
            Ok(_) => Answer::Some,
            Err(_) => Answer::None,
        })
    }
}

/// What an expression answers, as far as names have no part in it.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Truth(bool),
    Some,
    None,
}

/// Whether a text of an expression has a name in it.
fn says(tree: &Expr, name: &str) -> bool {
    let mut says = false;
    tree.walk(&mut |expr, _| {
        says |= match &expr.kind {
            ExprKind::Str(text) => text.contains(name),
            ExprKind::Pattern(pattern) => pattern.as_str().contains(name),
            _ => false,
        };
        true
    });
    says
}

#[cfg(test)]
mod tests;
