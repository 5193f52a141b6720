//! GPUs: whether they are there, and in the way they are asked for.

family!(
    core_on_shared_gpu,
    gpu_addresses_uneven,
    gpu_memory_too_small,
    gpu_slices_beyond_card,
    iommu_switched_off,
    nvlink_divided,
    nvlink_unsupported,
    gpu_missing,
    gpu_mode_mismatch,
    gpu_mode_unsupported,
    gpu_modes_mixed,
    gpu_plugins_mixed,
    gpu_slice_missing,
);
