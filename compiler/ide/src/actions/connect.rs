//! The other half of an offer to a whole tenant: which of its workloads calls, only its owner
//! knows. Where a workload is named, the finding itself brings the mend.

use tenantry_core::model::{Offer, OfferTo, Workload};
use tenantry_syntax::change::Change;

use super::{Action, Ask};

/// So many workloads of the tenant are proposed.
const MOST: usize = 5;

pub(super) fn actions(ask: &Ask<'_>) -> Vec<Action> {
    if ask.finding.rule.name() != "offer-unanswered" || !ask.finding.fixes.is_empty() {
        return Vec::new();
    }
    let analysed = &ask.snapshot.known().analysis.environments;
    let Some(estate) = analysed.first().map(|one| &one.kept.estate) else {
        return Vec::new();
    };
    let is_it = |offer: &&Offer| Some(offer.spec.meta.span) == ask.finding.span;
    let mut offers = estate.workloads.values().filter_map(|owner| {
        let offer = owner.offers.iter().find(is_it)?;
        Some((owner, offer))
    });
    let Some((owner, offer)) = offers.next() else {
        return Vec::new();
    };
    let OfferTo::Tenant(tenant) = offer.to else {
        return Vec::new();
    };
    let line = format!("connect {} port={}", owner.path, port(owner, offer));
    let callers = estate.workloads.values();
    let callers = callers.filter(|workload| workload.tenant == tenant.to);
    let made = callers.filter_map(|caller| {
        let change = Change::AddChild(caller.spec.meta.span, line.clone());
        Some(ask.action(
            format!("connect `{}` to it", caller.path),
            ask.change(&change)?,
        ))
    });
    made.take(MOST).collect()
}

/// The offered port as its owner calls it, else by its number.
fn port(owner: &Workload, offer: &Offer) -> String {
    let named = owner.listens().find(|(_, port)| *port == offer.port);
    named.map_or_else(|| offer.port.number(), |(name, _)| name.to_string())
}
