//! Cores: how many, whose, and whether the host has them.

mod models;

family!(
    cpu_manager_missing,
    cpu_feature_missing,
    cpu_manager_without_reserve,
    cpu_missing,
    cpu_model_too_new,
    dedicated_cpu_not_whole,
    machine_cpu_limit,
    pinned_and_overcommitted,
    pinning_missing,
    realtime_unprepared,
    reserved_cores_unclear,
    slo_on_overcommitted,
    threads_beyond_host,
    unknown_cpu_model,
    vcpus_beyond_host,
);
