//! How many there are.

use super::super::prelude::*;

choices! {
    /// What a number of replicas is of.
    pub enum ReplicasPer {
        /// Each node of the pools.
        Node = "node",
        /// Each zone.
        Zone = "zone",
    }
}

choices! {
    /// Whether replicas are told apart.
    pub enum Identity {
        /// They are alike.
        None = "none",
        /// Each has a number, and disks and addresses of its own.
        Stable = "stable",
    }
}

kind! {
    /// How many there are.
    pub struct ReplicasSpec = "replicas" {
        /// How many.
        arg count: V<u32>;
        /// Of what, where it is not in all.
        prop per: Option<V<ReplicasPer>>;
        /// Whether they are told apart; virtual machines are.
        prop identity: Option<V<Identity>>;
    }
}

kind! {
    /// How many there are, as load asks.
    pub struct Scale = "scale" {
        /// At least.
        prop min: V<u32> = "1";
        /// At most.
        prop max: V<u32>;
        /// How long to wait before there are fewer.
        prop cooldown: Option<V<Duration>>;
        /// The CPU that is aimed at, of what is asked for.
        child cpu: Option<ScaleCpu>;
        /// The memory that is aimed at.
        child memory: Option<ScaleMemory>;
        /// A metric that is aimed at.
        child metric: Vec<ScaleMetric>;
        /// The length of a queue that is aimed at.
        child queue_length: Option<QueueLength>;
    }
}

kind! {
    /// The CPU that is aimed at, of what is asked for.
    pub struct ScaleCpu = "cpu" {
        /// The share.
        arg share: V<Percent>;
    }
}

kind! {
    /// The memory that is aimed at, of what is asked for.
    pub struct ScaleMemory = "memory" {
        /// The share.
        arg share: V<Percent>;
    }
}

kind! {
    /// A metric that is aimed at, on average over the replicas.
    pub struct ScaleMetric = "metric", key("name") {
        /// Its name.
        arg name: V<Arc<str>>;
        /// The value.
        arg value: V<u32>;
    }
}

kind! {
    /// The length of a queue that is aimed at, of each replica.
    pub struct QueueLength = "queue-length" {
        /// The length.
        arg value: V<u32>;
    }
}
