//! Disks and storage classes.

family!(disk_below_image, storage_not_chosen, storage_over_capacity);
