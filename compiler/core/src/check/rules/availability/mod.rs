//! Replicas, quorums, and what may fail.

family!(
    replicas_without_effect,
    disruption_takes_all,
    drain_blocked,
    even_quorum,
    killed_before_ready,
    live_like_ready,
    lone_control_plane,
    lone_replica,
    majority_in_one_zone,
    probe_missing,
    probe_outlasts_period,
    replicas_together,
    rto_below_restart,
    rto_on_local_disk,
    scale_bounds_crossed,
    slo_with_one_replica,
    spread_too_narrow,
    quorum_over_two_zones,
    slo_in_one_zone,
);
