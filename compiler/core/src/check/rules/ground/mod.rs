//! Sites, clusters and machines: what they say of each other.

family!(
    cluster_setting_unread,
    link_ends,
    machines_counted_and_named,
    of_another_cluster,
    rack_missing,
    unknown_rack,
    unknown_zone,
);
