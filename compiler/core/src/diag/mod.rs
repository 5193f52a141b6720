//! Findings: what is wrong, where, why, and what would make it right.
//!
//! A [`Diagnostic`] is plain data. Words are composed where the finding is made, because only
//! there are the figures known; lines, colours and formats are the renderers' business.

pub mod nearest;
mod rule;
pub mod words;

use std::{collections::BTreeMap, sync::Arc};

pub use rule::{Admission, Family, Level, OwnRule, Rule, RuleRef};
pub(crate) use rule::{declare_rule, rule_set};
use tenantry_syntax::{
    Span,
    change::{self, Change},
};

use crate::load::Sources;

/// A second place that is to blame, or that helps to see why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there, in a few words.
    pub text: String,
    /// Whether something is missing in the block of the node at `span`: before anybody sees the
    /// finding, the place is the last line of that block.
    pub(crate) in_block: bool,
}

impl Label {
    pub(crate) fn new(span: Span, text: impl Into<String>) -> Self {
        Self {
            span,
            text: text.into(),
            in_block: false,
        }
    }
}

/// A mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: "write `cores=8`".
    pub title: String,
    /// Whether it is what the author meant, as far as anybody can know: only then is it applied
    /// without asking. The nearest name to a misspelt one is a guess.
    pub certain: bool,
    /// Replacements; they do not overlap.
    pub edits: Vec<(Span, String)>,
    /// What else shall be different, said where the text is not at hand; they are edits before
    /// anybody sees the finding.
    pub(crate) changes: Vec<Change>,
}

impl Fix {
    fn new(title: String, certain: bool, changes: Vec<impl Into<Change>>) -> Self {
        let mut fix = Self {
            title,
            certain,
            edits: Vec::new(),
            changes: Vec::new(),
        };
        for change in changes {
            match change.into() {
                Change::Replace(span, text) => fix.edits.push((span, text)),
                change => fix.changes.push(change),
            }
        }
        fix
    }

    /// Leads its places back to the real text. What stands in text that serves many, the mistake
    /// of one of them being known, is no longer certain.
    pub(crate) fn lead_back(&mut self, real: impl Fn(Span) -> Span) {
        let mut shared = false;
        let mut lead = |span: Span| {
            let real = real(span);
            shared |= real != span;
            real
        };
        for (span, _) in &mut self.edits {
            *span = lead(*span);
        }
        for change in &mut self.changes {
            *change = change.clone().at(lead(change.span()));
        }
        self.certain &= !shared;
    }

    /// Makes edits of all its changes; `false` where the text does not allow one of them.
    fn settle(&mut self, sources: &Sources) -> bool {
        for change in std::mem::take(&mut self.changes) {
            let source = sources.get(change.span().file);
            match source.and_then(|source| change.edit(&source.parse)) {
                Some(edit) => self.edits.push(edit),
                None => return false,
            }
        }
        self.edits.sort();
        true
    }
}

/// One mistake, reported once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that fired; its name is the diagnostic's code.
    pub rule: RuleRef,
    /// How grave, after the estate's `rules { set … }`.
    pub level: Level,
    /// What is wrong, in one sentence without a full stop, with the figures filled in.
    pub message: String,
    /// The place that is wrong. `None` only where no text is (an empty folder).
    pub span: Option<Span>,
    /// A few words at `span`.
    pub label: Option<String>,
    /// Other places that matter.
    pub related: Vec<Label>,
    /// Why it is wrong, where the message alone does not say.
    pub why: Option<String>,
    /// What to write instead.
    pub help: Option<String>,
    /// Mends: all that is certain, and what is probable.
    pub fixes: Vec<Fix>,
    /// The environments that have it; empty when all have, or none is declared.
    pub envs: Vec<Arc<str>>,
}

impl Diagnostic {
    /// A finding of `rule` at `span`, at the rule's own level.
    pub fn new(rule: impl Into<RuleRef>, span: Span, message: impl Into<String>) -> Self {
        let rule = rule.into();
        Self {
            level: rule.level(),
            rule,
            message: message.into(),
            span: Some(span),
            label: None,
            related: Vec::new(),
            why: None,
            help: None,
            fixes: Vec::new(),
            envs: Vec::new(),
        }
    }

    /// A finding about the estate as a whole.
    pub fn nowhere(rule: impl Into<RuleRef>, message: impl Into<String>) -> Self {
        Self {
            span: None,
            ..Self::new(rule, Span::default(), message)
        }
    }

    /// Adds the words at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label::new(span, text));
        self
    }

    /// Adds the node in whose block something is missing.
    #[must_use]
    pub fn missing_in(mut self, node: Span, text: impl Into<String>) -> Self {
        self.related.push(Label {
            in_block: true,
            ..Label::new(node, text)
        });
        self
    }

    /// Adds the reason.
    #[must_use]
    pub fn why(mut self, text: impl Into<String>) -> Self {
        self.why = Some(text.into());
        self
    }

    /// Adds the reason, if there is one to say.
    #[must_use]
    pub fn maybe_why(mut self, text: Option<impl Into<String>>) -> Self {
        self.why = text.map(Into::into).or(self.why);
        self
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds what to write instead, if there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, text: Option<impl Into<String>>) -> Self {
        self.help = text.map(Into::into).or(self.help);
        self
    }

    /// Adds a mend that is certain.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, changes: Vec<impl Into<Change>>) -> Self {
        self.fixes.push(Fix::new(title.into(), true, changes));
        self
    }

    /// Adds a mend that is certain, if the text that it would change is what its author wrote
    /// here and for this alone.
    #[must_use]
    pub fn maybe_fix(
        self,
        title: impl Into<String>,
        changes: Option<Vec<impl Into<Change>>>,
    ) -> Self {
        match changes {
            Some(changes) => self.fix(title, changes),
            None => self,
        }
    }

    /// Adds a mend that is probable: an editor offers it, nothing applies it unasked.
    #[must_use]
    pub fn suggest(mut self, title: impl Into<String>, changes: Vec<impl Into<Change>>) -> Self {
        self.fixes.push(Fix::new(title.into(), false, changes));
        self
    }
}

/// Bytes of a text of a finding beyond which its middle is left out. A value of the spec may be
/// megabytes long, and is quoted in what is said of it.
const LONGEST: usize = 2_000;

impl Diagnostic {
    /// Makes edits of the changes that its mends ask for, and finds the ends of blocks in which
    /// something is missing, now that the text is at hand.
    pub(crate) fn settle(&mut self, sources: &Sources) {
        self.fixes.retain_mut(|fix| fix.settle(sources));
        for label in &mut self.related {
            if std::mem::take(&mut label.in_block)
                && let Some(source) = sources.get(label.span.file)
                && let Some(last) = change::last_in_block(&source.parse, label.span)
            {
                label.span = last;
            }
        }
    }

    /// Leaves out the middle of what nobody would read to its end.
    pub(crate) fn shorten(&mut self) {
        let own = [&mut self.label, &mut self.why, &mut self.help];
        let related = self.related.iter_mut().map(|label| &mut label.text);
        let titles = self.fixes.iter_mut().map(|fix| &mut fix.title);
        for text in own.into_iter().flatten().chain(related).chain(titles) {
            shorten(text);
        }
        shorten(&mut self.message);
    }
}

fn shorten(text: &mut String) {
    if text.len() <= LONGEST {
        return;
    }
    let head = text.floor_char_boundary(LONGEST / 2);
    let tail = text.ceil_char_boundary(text.len() - LONGEST / 4);
    text.replace_range(head..tail, "…");
}

/// What a phase has to say, in the order it was found; [`sort`] puts it in the order of the text.
pub type Findings = Vec<Diagnostic>;

/// Sorts by place, then rule, then text, so that parallel work and hash order never show.
pub fn sort(findings: &mut Findings) {
    findings.sort_by(|a, b| {
        (a.span, a.rule.name(), &a.message, &a.envs).cmp(&(
            b.span,
            b.rule.name(),
            &b.message,
            &b.envs,
        ))
    });
    findings.dedup();
}

/// Joins what several environments found: the same finding in all of them is said without
/// naming any, one that only some have names those.
pub fn merge_envs(per_env: Vec<(Arc<str>, Findings)>) -> Findings {
    let count = per_env.len();
    let mut merged: Findings = Vec::new();
    // Where in `merged` the findings of one place, rule and message are: a broken estate may
    // have tens of thousands, and each must find its like without looking at all of them.
    let mut index: BTreeMap<(Option<Span>, String, String), Vec<usize>> = BTreeMap::new();
    for (env, findings) in per_env {
        for mut finding in findings {
            finding.envs.clear();
            let rule = finding.rule.name().to_owned();
            let key = (finding.span, rule, finding.message.clone());
            let alike = index.entry(key).or_default();
            match alike
                .iter()
                .find(|at| same_but_envs(&merged[**at], &finding))
            {
                Some(at) if merged[*at].envs.last() == Some(&env) => {}
                Some(at) => merged[*at].envs.push(env.clone()),
                None => {
                    alike.push(merged.len());
                    finding.envs.push(env.clone());
                    merged.push(finding);
                }
            }
        }
    }
    for finding in &mut merged {
        if finding.envs.len() == count {
            finding.envs.clear();
        }
    }
    merged
}

/// Whether a finding of one environment is this one; `new` names no environment.
fn same_but_envs(known: &Diagnostic, new: &Diagnostic) -> bool {
    let nameless = Diagnostic {
        envs: Vec::new(),
        ..known.clone()
    };
    nameless == *new
}
