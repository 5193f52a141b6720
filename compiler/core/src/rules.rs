//! All rules, gathered from the phases that declare them.

use tenantry_syntax::{Span, change::Change};

use crate::{
    check,
    diag::{Diagnostic, Family, Rule, nearest::nearest, rule_set},
    emit, flows, load, lock, lower, model, place, plan, prove, resolve, schema, testing,
};

rule_set! {
    /// The rules about rules.
    pub RULES;
    UNKNOWN_RULE = "unknown-rule", Language, Error, "a rule's name that no rule has", include_str!("diag/pages/unknown-rule.md");
    UNUSED_ALLOW = "unused-allow", Language, Warn, "an `allow` that silences nothing", include_str!("diag/pages/unused-allow.md"), fixable;
    FIXED_RULE = "fixed-rule", Language, Error, "a level for a rule that cannot be set", include_str!("diag/pages/fixed-rule.md"), fixable;
}

/// All rules, by name.
pub fn all() -> Vec<&'static Rule> {
    let phases = [
        RULES,
        load::RULES,
        lock::RULES,
        schema::rules::RULES,
        schema::packages::RULES,
        resolve::rules::RULES,
        model::rules::RULES,
        place::rules::RULES,
        flows::rules::RULES,
        lower::names::RULES,
        lower::changes::RULES,
        plan::RULES,
        plan::taken::RULES,
        emit::assemble::RULES,
        emit::patch::RULES,
        prove::RULES,
        prove::flows::report::RULES,
        testing::rules::RULES,
    ];
    let mut rules: Vec<&'static Rule> = phases
        .into_iter()
        .flatten()
        .copied()
        .chain(check::rules::all())
        .collect();
    rules.sort_by_key(|rule| rule.name);
    rules
}

/// The rule of that name.
pub fn find(name: &str) -> Option<&'static Rule> {
    all().into_iter().find(|rule| rule.name == name)
}

/// Whether the level of a rule can be set: what the compiler cannot go on without cannot.
pub fn adjustable(rule: &Rule) -> bool {
    !matches!(
        rule.family,
        Family::Syntax
            | Family::Load
            | Family::Types
            | Family::References
            | Family::Language
            | Family::Output
    )
}

/// A name that no rule has: none of ours, and none of the spec's own, which are `own`.
pub fn unknown(name: &str, span: Span, own: &[&str]) -> Diagnostic {
    let finding = Diagnostic::new(&UNKNOWN_RULE, span, format!("no rule is called `{name}`"))
        .label("unknown");
    let ours = all().into_iter().map(|rule| rule.name);
    match nearest(name, ours.chain(own.iter().copied())) {
        Some(near) => finding
            .help(format!("did you mean `{near}`?"))
            .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]),
        None => finding.help("`tenantry explain` lists all rules"),
    }
}

/// A level that cannot be set.
pub fn fixed(rule: &Rule, span: Span) -> Diagnostic {
    Diagnostic::new(
        &FIXED_RULE,
        span,
        format!("the level of `{}` cannot be set", rule.name),
    )
    .label("always an error")
    .why("without what it asks for, the compiler cannot know what the spec means")
    .help("take the line away")
    .fix("take it away", vec![Change::RemoveNode(span)])
}

/// An `allow` that silenced nothing.
pub fn unused_allow(rule: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &UNUSED_ALLOW,
        span,
        format!("this `allow` silences nothing: `{rule}` finds nothing here"),
    )
    .label("has no effect")
    .help("take it away, so that it does not hide a mistake made later")
    .fix("take it away", vec![Change::RemoveNode(span)])
}
