//! Queues that jobs wait in.

use super::{prelude::*, *};

kind! {
    /// A queue of a cluster: jobs of several tenants wait in it for the same machines.
    pub struct Queue = "queue", key("cluster", "name") {
        /// Its name.
        arg name: V<Name>;
        /// Its cluster; may be left out in an estate of one.
        prop cluster: Option<V<NameOf<Cluster>>>;
        /// Whether a tenant below its guarantee may push out one that is above its own.
        prop preempt: V<bool> = "#false";
        /// How long a job may run.
        prop max_runtime: V<Duration> = "72h";
        /// The machines that its jobs run on.
        child on: Option<QueueOn>;
        /// What a tenant has of it.
        child share: Vec<QueueShare>;
    }
}

named!(Queue = "queue");

kind! {
    /// The pools that a queue's jobs run on, all of the queue's cluster.
    pub struct QueueOn = "on" {
        /// Their names.
        arg pools: Vec<V<NameOf<Pool>>>;
    }
}

kind! {
    /// What a tenant has of a queue.
    pub struct QueueShare = "share", key("tenant") {
        /// The tenant.
        arg tenant: V<NameOf<Tenant>>;
        /// How much of what is free it gets, against the weights of the others.
        prop weight: V<u32> = "1";
        /// GPUs that it gets whenever it asks.
        prop guarantee_gpu: Option<V<u32>>;
        /// GPUs that it never has more of.
        prop max_gpu: Option<V<u32>>;
    }
}
