//! How often a secret is fetched again.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::Duration,
};

declare_rule! { pub RULE = "secret-refresh-unfit", Secrets, Warn, "a secret that is fetched again too seldom or too often", include_str!("secret_refresh_unfit.md") }

/// A shorter time loads the vault more than anybody gains: a pod sees a changed secret only
/// after the kubelet's own period, about a minute.
const LEAST: u64 = 60;

/// A longer one means that a credential which was replaced because it leaked is still in use the
/// day after.
const MOST: u64 = 24 * 60 * 60;

/// Reports each secret whose period is outside of these.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for tenant in subject.estate.tenants.values() {
        for secret in &tenant.spec.secret {
            let Some((what, why)) = unfit(secret.refresh.value) else {
                continue;
            };
            let message = format!(
                "secret `{}` of tenant `{}` is fetched {what}",
                secret.name.value, tenant.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(secret.refresh.origin), message)
                    .label("between 1m and 24h")
                    .why(why)
                    .help("write a time between `1m` and `24h`; left out it is `1h`"),
            );
        }
    }
}

fn unfit(refresh: Duration) -> Option<(String, String)> {
    match refresh.as_secs_ceil() {
        0 => Some((
            "once and never again".to_owned(),
            "a period of zero is the word of External Secrets for that: a credential that is replaced in the vault never gets here".to_owned(),
        )),
        secs @ 1..LEAST => Some((
            format!("every {refresh}"),
            format!("that asks the vault {} times an hour, and pods see a change only with the kubelet's next look, about a minute later", 3600 / secs),
        )),
        secs if secs > MOST => Some((
            format!("every {refresh} only"),
            "a credential that is replaced because it leaked stays in use for that long".to_owned(),
        )),
        _ => None,
    }
}
