//! Memory and huge pages.

family!(
    core_memory_burst,
    ksm_under_core,
    memory_too_small,
    swap_on_hosts,
    balloon_with_fixed_memory,
    hugepages_beyond_memory,
    hugepages_missing,
    hugepages_not_divisible,
    memory_missing,
    page_size_unsupported,
);
