//! GPUs: whether they are there, and in the way they are asked for.

family!(
    gpu_missing,
    gpu_mode_mismatch,
    gpu_mode_unsupported,
    gpu_modes_mixed,
    gpu_plugins_mixed,
    gpu_slice_missing,
);
