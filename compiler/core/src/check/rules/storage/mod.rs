//! Disks and storage classes.

family!(
    ceph_network_unclear,
    disk_below_image,
    mount_impossible,
    storage_not_chosen,
    storage_over_capacity,
    volume_not_shared,
);
