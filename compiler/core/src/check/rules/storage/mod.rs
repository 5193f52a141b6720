//! Disks and storage classes.

family!(disk_below_image, mount_impossible, storage_not_chosen, storage_over_capacity);
