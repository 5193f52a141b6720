//! A GPU that is offered, and nobody says for how much.

use std::collections::BTreeSet;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Pool,
};

declare_rule! { pub RULE = "price-missing", Cost, Warn, "a GPU without a price, in an estate that has prices of GPUs", include_str!("price_missing.md") }

/// Reports each model once, at the first pool that has it. A pool with a price for its machines is
/// paid for as a whole.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let items: BTreeSet<&str> = estate
        .prices
        .iter()
        .map(|price| &*price.item.value)
        .collect();
    let Some(example) = estate
        .prices
        .iter()
        .find(|price| price.item.value.starts_with("gpu."))
    else {
        return;
    };
    let mut told = BTreeSet::new();
    let sold = |pool: &&Pool| pool.spec.price.is_none();
    for gpu in estate
        .pools
        .values()
        .filter(sold)
        .flat_map(|pool| &pool.gpus)
    {
        let model = estate.gpu_models[gpu.model.to].name.value.as_str();
        if items.contains(format!("gpu.{model}").as_str()) || !told.insert(model) {
            continue;
        }
        findings.push(
            Diagnostic::new(
                &RULE,
                estate.span(gpu.model.at),
                format!("GPUs are priced, and `{model}` has no price"),
            )
            .label("for how much?")
            .also(example.meta.span, "others have one")
            .why("what runs on it is given away: bills and quotes count nothing for it")
            .help(format!(
                "write `price gpu.{model} \"AMOUNT {}/h\"`",
                estate.spec.currency.value
            )),
        );
    }
}
