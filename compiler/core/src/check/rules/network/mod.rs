//! Address ranges, and who enforces policies.

family!(overlapping_ranges, pod_range_too_small, policies_unenforced);
