//! Tenants, kept apart.

family!(
    another_tenants_ground,
    dedicated_beyond_pool,
    nodes_not_dedicated,
    plain_container,
    shared_namespace,
);
