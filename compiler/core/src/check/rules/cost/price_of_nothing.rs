//! A price of something that the estate does not have.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest},
    model::{Estate, Price},
};

declare_rule! { pub RULE = "price-of-nothing", Cost, Warn, "a price of something that is not in the estate", include_str!("price_of_nothing.md") }

/// Reports items other than `cpu`, `memory`, a GPU model and a declared storage class; a GPU model
/// that the estate does not have only where its name is nearly that of one.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    // A class that could not be built is no mistake of its price.
    if estate.broken_ground {
        return;
    }
    for price in &estate.prices {
        findings.extend(judge(estate, price));
    }
}

fn judge(estate: &Estate, price: &Price) -> Option<Diagnostic> {
    let item = &*price.item.value;
    let known: Vec<String> = ["cpu", "memory"]
        .into_iter()
        .map(str::to_owned)
        .chain(
            estate
                .gpu_models
                .values()
                .map(|model| format!("gpu.{}", model.name.value)),
        )
        .chain(
            estate
                .storages
                .values()
                .map(|class| format!("storage.{}", class.name.value)),
        )
        .collect();
    if known.iter().any(|known| known == item) {
        return None;
    }
    let help = match nearest(item, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        // A list of prices may know more models than there are machines for.
        None if item.starts_with("gpu.") => return None,
        None => {
            "write `cpu`, `memory`, `gpu.MODEL` or `storage.NAME`, with a class that the estate has"
                .to_owned()
        }
    };
    Some(
        Diagnostic::new(
            &RULE,
            estate.span(price.item.origin),
            format!("nothing here is called `{item}`"),
        )
        .label("a price of nothing")
        .why("it is never counted, and what was meant counts nothing")
        .help(help),
    )
}
