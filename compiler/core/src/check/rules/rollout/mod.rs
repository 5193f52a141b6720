//! How a change reaches what runs, and the way back.

family!(
    job_outlasts_schedule,
    jobs_at_once,
    recreate_with_promise,
    rollout_stuck,
);
