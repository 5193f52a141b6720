//! Backup jobs: one for each backup of a workload, over all its guests.

use tenantry_core::{model::Backup, schema::kinds::Keep, units::Schedule};

use super::{
    plan::{Call, Method, Params, Phase, Probe},
    site::{Guest, Site},
    storage,
};

const JOBS: &str = "/cluster/backup";

/// The calls of the phase.
pub(super) fn calls(site: Site<'_>, guests: &[Guest<'_>], out: &mut Vec<Call>) {
    for (tenant, lowered) in site.lowered.workloads(site.cluster) {
        let workload = &site.estate().workloads[lowered.id];
        let own: Vec<&Guest<'_>> = guests
            .iter()
            .filter(|guest| guest.lowered.id == lowered.id)
            .collect();
        for backup in workload.backups.iter().filter(|_| !own.is_empty()) {
            let id = format!(
                "b-{}-{}-{}",
                tenant.namespace, lowered.name, backup.spec.name.value
            );
            out.extend(job(site, &id, backup, &own));
        }
    }
}

fn job(site: Site<'_>, id: &str, backup: &Backup, guests: &[&Guest<'_>]) -> Option<Call> {
    let store = &site.estate().backup_stores[backup.to?.to];
    let numbers: Vec<String> = guests.iter().map(|guest| guest.vmid.to_string()).collect();
    let spec = &backup.spec;
    let mut job = Params::default();
    job.set("vmid", numbers.join(","))
        .set_from("storage", store.name.value.as_str(), backup.to?.at)
        .set_from(
            "schedule",
            calendar(&spec.schedule.value),
            spec.schedule.origin,
        )
        .set("mode", "snapshot")
        .set("enabled", true)
        .set("repeat-missed", true);
    if let Some(keep) = &spec.keep {
        job.set_from("prune-backups", kept(keep), keep.meta.origin);
    }
    let path = format!("{JOBS}/{id}");
    let call = Call::new(
        format!("backup.{id}"),
        Phase::Backup,
        Method::Post,
        JOBS,
        spec.meta.origin,
    );
    Some(
        call.param("id", id)
            .params(job.clone())
            .probe(Probe::exists(path.as_str()))
            .update(path, job)
            .after(storage::call_of(store.name.value.as_str()))
            .after_all(guests.iter().map(|guest| guest.id())),
    )
}

fn kept(keep: &Keep) -> String {
    let counts = [
        ("hourly", &keep.hourly),
        ("daily", &keep.daily),
        ("weekly", &keep.weekly),
        ("monthly", &keep.monthly),
        ("yearly", &keep.yearly),
    ];
    counts
        .into_iter()
        .filter_map(|(word, count)| Some(format!("keep-{word}={}", count.as_ref()?.value)))
        .collect::<Vec<_>>()
        .join(",")
}

/// A schedule as the server writes calendar events: `WEEKDAYS YEARS-MONTHS-DAYS HOURS:MINUTES`.
///
/// Cron is content with either day where both are restricted, a calendar event wants both; such
/// a schedule is refused before.
fn calendar(schedule: &Schedule) -> String {
    let fields: Vec<&str> = schedule.cron().split(' ').collect();
    let [minute, hour, day, month, weekday] = fields[..] else {
        return schedule.to_string();
    };
    let mut parts = Vec::new();
    if weekday != "*" {
        parts.push(field(weekday, 0, &WEEKDAYS));
    }
    if day != "*" || month != "*" {
        parts.push(format!(
            "*-{}-{}",
            field(month, 1, &MONTHS),
            field(day, 1, &[])
        ));
    }
    parts.push(format!("{}:{}", field(hour, 0, &[]), field(minute, 0, &[])));
    parts.join(" ")
}

const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// Months are numbers to the server; cron has names for them too.
const MONTHS: [&str; 13] = [
    "", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

fn field(text: &str, first: usize, names: &[&str]) -> String {
    text.split(',')
        .map(|item| element(item, first, names))
        .collect::<Vec<_>>()
        .join(",")
}

fn element(item: &str, first: usize, names: &[&str]) -> String {
    let (range, step) = item.split_once('/').unwrap_or((item, ""));
    let value = |text: &str| value(text, first, names);
    match (range, range.split_once('-'), step) {
        ("*", _, "") => "*".to_owned(),
        ("*", _, step) => format!("{first}/{step}"),
        (_, None, _) => value(range),
        (_, Some((from, to)), "") => format!("{}..{}", value(from), value(to)),
        // A calendar event has no end for its steps, so they are said one by one.
        (_, Some((from, to)), step) => {
            let number = |text: &str| position(text, names).unwrap_or(first);
            (number(from)..=number(to))
                .step_by(step.parse::<usize>().unwrap_or(1).max(1))
                .map(|n| value(&n.to_string()))
                .collect::<Vec<_>>()
                .join(",")
        }
    }
}

fn position(text: &str, names: &[&str]) -> Option<usize> {
    text.parse()
        .ok()
        .or_else(|| names.iter().position(|name| *name == text))
}

/// Weekdays go by their names, everything else by its number.
fn value(text: &str, first: usize, names: &[&str]) -> String {
    let Some(number) = position(text, names) else {
        return text.to_owned();
    };
    match names.get(number) {
        Some(name) if first == 0 => (*name).to_owned(),
        _ if names.is_empty() && first == 0 => format!("{number:02}"),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use tenantry_core::units::Unit;

    use super::*;

    fn event(text: &str) -> String {
        calendar(&Schedule::parse(text).unwrap())
    }

    #[test]
    fn schedules_are_calendar_events() {
        assert_eq!(event("daily"), "00:00");
        assert_eq!(event("hourly"), "*:00");
        assert_eq!(event("weekly"), "sun 00:00");
        assert_eq!(event("monthly"), "*-*-1 00:00");
        assert_eq!(event("30 2 * * mon-fri"), "mon..fri 02:30");
        assert_eq!(event("*/15 8-18/5 * * *"), "08,13,18:0/15");
        assert_eq!(event("0 3 1,15 jan *"), "*-1-1,15 03:00");
    }
}
