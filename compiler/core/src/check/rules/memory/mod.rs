//! Memory and huge pages.

family!(
    balloon_with_fixed_memory,
    hugepages_beyond_memory,
    hugepages_missing,
    hugepages_not_divisible,
    memory_missing,
    page_size_unsupported,
);
