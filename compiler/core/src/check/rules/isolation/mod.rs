//! Tenants, kept apart.

family!(
    admin_of_two_customers,
    another_tenants_ground,
    cluster_not_alone,
    dedicated_beyond_pool,
    isolation_above_need,
    nodes_not_dedicated,
    not_confidential,
    not_hardened,
    plain_container,
    raw_role_wildcard,
    raw_takes_node,
    role_too_wide,
    shared_namespace,
);
