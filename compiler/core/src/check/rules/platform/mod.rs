//! What the cluster's backend can do, and what it must run.

family!(
    unsupported_feature,
    component_missing,
    component_version_mismatch,
    component_version_missing,
    unknown_component,
    kube_proxy_replacement_without_api,
    pod_mtu_too_large,
    values_without_chart,
    component_twice,
    cni_setting_unsupported,
    ceph_copies_beyond_machines,
    backup_store_unsupported,
    bridge_missing,
    cloud_init_twice,
    firmware_contradiction,
    gpu_device_unnamed,
    image_not_for_cluster,
    live_migration_impossible,
    machine_cpu_unclear,
    machine_memory_limit,
    memory_hotplug_impossible,
    pool_architectures_differ,
    probe_unanswerable,
    reserved_disk_name,
    root_disk_missing,
    sandbox_cannot_hold,
    sandbox_limit_missing,
<<<<<<< HEAD
    pod_level_too_strict,
    probe_without_port,
=======
    reserved_name,
>>>>>>> 79838ba (Check cores, memory, GPUs, images, quorums, isolation, ranges, loops and disks before anything is placed)
);
