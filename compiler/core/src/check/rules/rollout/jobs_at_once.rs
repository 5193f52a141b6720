//! So many scheduled jobs at one moment that the cluster feels it.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Cluster, Id, Workload},
    origin::OriginId,
};

declare_rule! { pub RULE = "jobs-at-once", Rollout, Warn, "more than 50 jobs of a cluster that begin in the same minute", include_str!("jobs_at_once.md") }

/// What the field lets begin at once, five minutes apart from the next.
const MOST: usize = 50;

/// Reports each schedule that more jobs of one cluster have.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    type Jobs<'a> = Vec<(&'a Workload, OriginId)>;
    let estate = subject.estate;
    let mut moments: BTreeMap<(Id<Cluster>, &str), Jobs<'_>> = BTreeMap::new();
    for (_, workload) in subject.whole_workloads() {
        let Body::Job(job) = &workload.body else {
            continue;
        };
        let Some(schedule) = &job.schedule else {
            continue;
        };
        let moment = (workload.cluster, schedule.value.cron());
        moments
            .entry(moment)
            .or_default()
            .push((workload, schedule.origin));
    }
    for ((cluster, cron), jobs) in moments {
        let [(first, at), .., (last, _)] = jobs.as_slice() else {
            continue;
        };
        if jobs.len() <= MOST {
            continue;
        }
        let message = format!(
            "{} jobs of cluster `{}` begin in the same minute, `{cron}`",
            jobs.len(),
            estate.clusters[cluster].name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(*at), message)
                .label(format!("from `{}` to `{}`", first.path, last.path))
                .why("each is a pod to schedule, an image to pull and a dozen writes to etcd, all at once: the API server answers late to everybody, and etcd may lose its leader; 200 at once were the last straw of one documented outage")
                .help("spread them: let the minute follow from the row, as in `schedule=\"${number % 60} 2 * * *\"`"),
        );
    }
}
