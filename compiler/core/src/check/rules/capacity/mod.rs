//! What is promised of what is there. What needs the exact footprint of a replica is found
//! where replicas are placed.

family!(
    core_overcommitted,
    guaranteed_memory_overcommitted,
    limit_below_request,
    gpu_job_unbounded,
    gpu_job_without_retry,
    preempted_without_checkpoint,
);
