//! What tenants may take, and whether it can be counted.

mod supply;

family!(
    priority_above_tier,
    quota_below_own_objects,
    quota_beyond_cluster,
    quota_counts_nothing,
    quotas_overbooked,
    tenant_without_quota,
);
