//! What the API server, the kubelet or a controller of Kubernetes refuses, or never does, long
//! after the files are written.

pub(in crate::check) mod companions;

family!(
    api_in_service_range,
    component_version_unknown,
    config_key_malformed,
    config_too_large,
    container_name_taken,
    folder_name_reserved,
    job_never_runs,
    kubernetes_version_unknown,
    name_begins_with_digit,
    placement_impossible,
    port_taken_twice,
    priority_out_of_range,
    probe_never_answered,
    reserve_missing,
    reserved_node_label,
    scale_cooldown_too_long,
    scale_target_zero,
    scale_without_request,
    scratch_beyond_node,
    spread_without_effect,
    taint_malformed,
    unknown_node,
    unknown_time_zone,
    variable_unclear,
    where_unmatched,
    zone_without_nodes,
);
