//! Replicas, quorums, and what may fail.

family!(drain_blocked, even_quorum, lone_replica, scale_bounds_crossed, spread_too_narrow);
