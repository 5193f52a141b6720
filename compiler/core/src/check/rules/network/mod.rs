//! Address ranges, who enforces policies, and whether policies and routes can say who talks to
//! whom.

family!(
    mac_unusable,
    masquerade_off_pod_network,
    pod_network_twice,
    carried_mtu_too_large,
    address_set_by_hand,
    dns_unknown,
    exposed_twice,
    overlapping_ranges,
    pod_range_too_small,
    policies_unenforced,
    missing_fact,
    node_address_outside,
    node_address_taken,
    outside_range_in_cluster,
    host_beyond_policy,
    unroutable_expose,
);
