//! Replicas, quorums, and what may fail.

family!(
    replicas_without_effect,
    drain_blocked, even_quorum, lone_replica, scale_bounds_crossed, spread_too_narrow);
