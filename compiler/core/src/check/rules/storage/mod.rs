//! Disks and storage classes.

family!(
    ceph_network_unclear,
    disk_below_image,
    mount_impossible,
    storage_not_chosen,
    storage_over_capacity,
    volume_not_shared,
    capacity_beyond_disks,
    ceph_copies_too_few,
    ceph_in_two_zones,
    copies_within_one_zone,
    core_on_spinning_disks,
    etcd_disk_slow,
    etcd_on_shared_disk,
    retired_driver,
    rwx_impossible,
    storage_nearly_full,
    volume_before_node,
    writeback_loses_writes,
    core_on_single_copy,
    longhorn_copies_beyond_machines,
);
