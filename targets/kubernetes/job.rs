//! Containers that end.

use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, Job, JobSpec, JobTemplateSpec};
use tenantry_core::{
    emit::Objects,
    model::Body,
    origin::V,
    schema::kinds,
    units::{Duration, Schedule},
};

use super::{controller::needs, pod, subject::Subject};

/// How late a run may start, when the controller was away, before it is left out.
const START_BY: i64 = 600;

/// The Job, or the CronJob where it has a schedule.
pub(super) fn emit(subject: &Subject<'_>, out: &mut Objects) {
    let Body::Job(spec) = &subject.workload.body else {
        return;
    };
    let Some(job) = job(subject, spec) else {
        return;
    };
    let scope = &subject.scope;
    let metadata = scope.metadata(&subject.plan.name);
    let (draft, at) = match &spec.schedule {
        None => {
            let spec = Some(job);
            let job = Job {
                metadata,
                spec,
                status: None,
            };
            (scope.object(&job), "/spec")
        }
        Some(schedule) => {
            let cron = cron_job(subject, schedule, job);
            let cron = CronJob {
                metadata,
                spec: Some(cron),
                status: None,
            };
            let zone = subject.estate.spec.time_zone.origin;
            let draft = scope
                .object(&cron)
                .mark("/spec/schedule", schedule.origin)
                .mark_there("/spec/timeZone", zone);
            (draft, "/spec/jobTemplate/spec")
        }
    };
    let draft = draft
        .mark(&format!("{at}/backoffLimit"), spec.retries.origin)
        .mark(&format!("{at}/parallelism"), spec.parallel.origin);
    let draft = match &spec.limit {
        Some(limit) => draft.mark_there(&format!("{at}/activeDeadlineSeconds"), limit.origin),
        None => draft,
    };
    pod::mark(subject, draft, &format!("{at}/template"))
        .needs(needs(subject))
        .push(out);
}

fn job(subject: &Subject<'_>, spec: &kinds::Job) -> Option<JobSpec> {
    let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let keep = |keep: &V<Duration>| i32::try_from(keep.value.as_secs_ceil()).unwrap_or(i32::MAX);
    Some(JobSpec {
        active_deadline_seconds: spec
            .limit
            .as_ref()
            .map(|limit| i64::try_from(limit.value.as_secs_ceil()).unwrap_or(i64::MAX)),
        backoff_limit: Some(count(spec.retries.value)),
        completions: Some(count(spec.parallel.value)),
        parallelism: Some(count(spec.parallel.value)),
        suspend: (spec.schedule.is_none() && !subject.is_on()).then_some(true),
        // A Job without it stays until somebody deletes it.
        ttl_seconds_after_finished: spec.keep.as_ref().map(keep),
        template: pod::template(subject, "Never")?,
        ..JobSpec::default()
    })
}

fn cron_job(subject: &Subject<'_>, schedule: &V<Schedule>, job: JobSpec) -> CronJobSpec {
    CronJobSpec {
        // A run that is late must not meet the next one over the same data.
        concurrency_policy: Some("Forbid".to_owned()),
        failed_jobs_history_limit: Some(3),
        job_template: JobTemplateSpec {
            metadata: Some(subject.scope.pod_metadata()),
            spec: Some(job),
        },
        schedule: schedule.value.cron().to_owned(),
        starting_deadline_seconds: Some(START_BY),
        successful_jobs_history_limit: Some(1),
        suspend: Some(!subject.is_on()),
        time_zone: Some(subject.estate.spec.time_zone.value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn a_schedule_makes_a_cron_job_in_the_estates_time_zone() {
        let made = compile_tenant(
            r#"tenant ml {
                workload nightly {
                    job image="registry.example.com/ml/nightly:1.0.0" schedule="30 3 * * *" limit="4h" keep="7d" retries=2
                    on general
                    cpu 2
                    memory "4GiB"
                }
                workload once {
                    job image="registry.example.com/ml/once:1.0.0" parallel=4
                    on general
                    cpu 2
                    memory "4GiB"
                }
            }"#,
        );
        let cron = &made.object("CronJob", "nightly")["spec"];
        assert_eq!(cron["schedule"], "30 3 * * *");
        assert_eq!(cron["timeZone"], "UTC");
        let job = &cron["jobTemplate"]["spec"];
        assert_eq!(job["activeDeadlineSeconds"], 4 * 3600);
        assert_eq!(job["ttlSecondsAfterFinished"], 7 * 24 * 3600);
        assert_eq!(job["backoffLimit"], 2);
        assert_eq!(job["template"]["spec"]["restartPolicy"], "Never");
        let once = &made.object("Job", "once")["spec"];
        assert_eq!(
            (&once["parallelism"], &once["completions"]),
            (&4.into(), &4.into())
        );
    }
}
