//! Cores: how many, whose, and whether the host has them.

family!(
    cpu_manager_missing,
    cpu_missing,
    dedicated_cpu_not_whole,
    pinning_missing,
    threads_beyond_host,
);
