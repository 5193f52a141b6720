//! A price that cannot be summed with the others.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    origin::V,
    units::Money,
};

declare_rule! { pub RULE = "price-in-other-currency", Cost, Error, "a price that is not in the estate's currency", include_str!("price_in_other_currency.md") }

/// Reports prices of items and of pools' machines.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let ours = &estate.spec.currency;
    let items = estate.prices.iter().map(|price| &price.price);
    let pools = estate
        .pools
        .values()
        .filter_map(|pool| pool.spec.price.as_ref());
    let prices: Vec<&V<Money>> = items.chain(pools).collect();
    for price in prices {
        let theirs = price.value.currency().to_string();
        if *theirs == *ours.value {
            continue;
        }
        findings.push(
            Diagnostic::new(
                &RULE,
                estate.span(price.origin),
                format!(
                    "a price in {theirs}, and the estate counts in {}",
                    ours.value
                ),
            )
            .label(format!("in {theirs}"))
            .also(
                estate.span(ours.origin),
                format!("`currency={}`, as left out means", ours.value),
            )
            .why("no rate between two currencies is known here, so their sum is none")
            .help(format!(
                "write it in {}, or `currency={theirs}` at the estate if all prices are",
                ours.value
            )),
        );
    }
}
