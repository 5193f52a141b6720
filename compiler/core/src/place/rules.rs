//! What does not fit.

use crate::diag::rule_set;

rule_set! {
    /// The rules of this phase.
    pub RULES;
    REPLICA_TOO_LARGE = "replica-too-large", Capacity, Error, "a replica that fits no node of its pools", include_str!("pages/replica-too-large.md");
    POOL_OVER_CAPACITY = "pool-over-capacity", Capacity, Error, "pools that are asked for more than they have", include_str!("pages/pool-over-capacity.md");
    DOES_NOT_FIT = "does-not-fit", Capacity, Error, "workloads that do not fit on their nodes although the sums would let them", include_str!("pages/does-not-fit.md");
    SPARE_NOT_COVERED = "spare-not-covered", Capacity, Error, "a `spare` that the workloads do not leave room for", include_str!("pages/spare-not-covered.md");
    PLACEMENT_UNDECIDED = "placement-undecided", Capacity, Warn, "workloads of which it could not be decided whether they fit", include_str!("pages/placement-undecided.md");
    NO_ROOM_TO_MIGRATE = "no-room-to-migrate", Capacity, Error, "machines that shall move while they run, and no other node has room for one", include_str!("pages/no-room-to-migrate.md");
    GUEST_MOVES = "guest-moves", Capacity, Note, "a guest that stands on another machine than tenantry.lock remembers", include_str!("pages/guest-moves.md");
    CORE_WITHOUT_RESERVE = "core-without-reserve", Capacity, Warn, "`criticality=core` workloads that outgrow their pool when a node is lost", include_str!("pages/core-without-reserve.md");
    FULLER_THAN_PLANNED = "fuller-than-planned", Capacity, Warn, "a pool that what always runs there takes more of than it is planned to give", include_str!("pages/fuller-than-planned.md");
    QUOTA_EXCEEDED = "quota-exceeded", Capacity, Error, "workloads that ask for more than their tenant's quota", include_str!("pages/quota-exceeded.md");
    QUOTA_BLOCKS_MIGRATION = "quota-blocks-migration", Capacity, Warn, "a quota without room for a machine to move while it runs", include_str!("pages/quota-blocks-migration.md");
    SCALE_BEYOND_QUOTA = "scale-beyond-quota", Capacity, Warn, "workloads that at full scale ask for more than their tenant's quota", include_str!("pages/scale-beyond-quota.md");
}
