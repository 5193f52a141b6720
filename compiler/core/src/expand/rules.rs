//! Rules of the spec's own as text: what they say stays as it was written, but for the
//! parameters, `let`s and tables in it, which are not there any more.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_syntax::format::{quote, word};

use crate::{
    cel::{self, Budget, Quantity, Value},
    diag::Level,
    enforce::free_names,
    resolve::Resolved,
    schema::{
        decode::UserRule,
        describe::placed,
        node::{Expr, Formula, Piece},
        vocabulary::builtin,
    },
};

/// The rules that hold for all nodes of a kind. One of a profile holds for what is like it, which
/// no node is any more; and one of a package has a name that only the package's can have.
pub(super) fn texts(resolved: &Resolved) -> Vec<String> {
    let none = BTreeMap::new();
    let rules = resolved.rules.iter();
    rules
        .filter(|rule| rule.profile.is_none() && rule.head.name == rule.name)
        .filter_map(|rule| {
            let values = resolved.values.get(rule.unit.0 as usize);
            text(rule, values.unwrap_or(&none))
        })
        .collect()
}

type Values = BTreeMap<Arc<str>, Value>;

fn text(rule: &UserRule, values: &Values) -> Option<String> {
    let asked = rule.judgement.as_ref()?;
    let (vocabulary, root) = builtin();
    let kinds = placed(vocabulary, *root);
    let on = kinds.iter().find(|one| one.id == asked.on)?;
    let called_so = kinds.iter().filter(|one| one.kind.name == on.kind.name);
    let on = match called_so.count() {
        1 => &on.kind.name,
        _ => &on.place,
    };
    let mut head = format!("rule {} on={}", word(&rule.name), word(on));
    match rule.head.level {
        Level::Error | Level::Off => {}
        Level::Warn => head.push_str(" severity=warn"),
        Level::Note => head.push_str(" severity=note"),
    }
    if rule.enforced.is_some() {
        head.push_str(" enforce=cluster");
    }
    match rule.condition.as_ref().map(|it| settled(it, values)) {
        None => {}
        Some(condition) if condition == "true" => {}
        Some(condition) => head.push_str(&format!(" if={}", quote(&condition))),
    }
    if let Some(doc) = &rule.head.doc {
        head.push_str(&format!(" doc={}", quote(doc)));
    }
    let mut lines = vec![
        format!("when {}", quote(&settled(&asked.when, values))),
        format!("say {}", quote(&sentence(&asked.say, values))),
    ];
    if let Some(fix) = &asked.fix {
        lines.push(format!("fix {}", quote(&sentence(fix, values))));
    }
    Some(format!("{head} {{\n{}\n}}\n", lines.join("\n")))
}

fn sentence(said: &Expr, values: &Values) -> String {
    let plain = |text: &str| text.replace('$', "$$");
    let formula = |formula: &Formula| match known(formula, values) {
        Some(value) => plain(&value.to_string()),
        None => format!("${{{}}}", settled(formula, values)),
    };
    match said {
        Expr::Broken => String::new(),
        Expr::Lit(lit) => plain(&lit.to_string()),
        Expr::Formula(it) => formula(it),
        Expr::Text(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => plain(text),
                Piece::Formula(it) => formula(it),
            })
            .collect(),
    }
}

/// What an expression comes to that speaks of nothing but what is known.
fn known(formula: &Formula, values: &Values) -> Option<Value> {
    let tree = formula.program.tree();
    let names = free_names(tree);
    let ours = names.keys().all(|name| values.contains_key(name));
    let value = ours.then(|| cel::evaluate(&formula.program, values, &mut Budget::default()));
    value?.ok()
}

/// The text of an expression, with the values of the parts that are known in it.
fn settled(formula: &Formula, values: &Values) -> String {
    let program = &formula.program;
    let mut known = Vec::new();
    program.tree().walk(&mut |part, bound| {
        let names = free_names(part);
        let ours = |name: &Arc<str>| values.contains_key(name) && !bound.contains(name);
        // The environment is there, too.
        if names.is_empty() || !names.keys().all(ours) || names.keys().all(|it| &**it == "env") {
            return true;
        }
        let value = cel::evaluate_part(program, part, values, &mut Budget::default());
        match value.ok().as_ref().and_then(literal) {
            Some(text) => {
                known.push((part.range.clone(), text));
                false
            }
            None => true,
        }
    });
    let mut text = program.text().to_owned();
    for (range, value) in known.into_iter().rev() {
        text.replace_range(range, &value);
    }
    text
}

/// A value as an expression writes it: a quantity is a string, next to what it is compared with.
fn literal(value: &Value) -> Option<String> {
    let quoted = |text: &str| {
        let text = text.replace('\\', "\\\\").replace('\'', "\\'");
        format!("'{}'", text.replace('\n', "\\n"))
    };
    Some(match value {
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) if *number < 0 => format!("({number})"),
        Value::Int(number) => number.to_string(),
        Value::Str(text) => quoted(text),
        Value::Quantity(quantity) => quoted(&Quantity::to_string(quantity)),
        Value::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(literal).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Null | Value::Keyed(_) | Value::Map(_) | Value::Object(_) => return None,
    })
}
