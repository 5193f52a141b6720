//! Replicas, quorums, and what may fail.

family!(drain_blocked, even_quorum, lone_replica, spread_too_narrow);
