//! How a workload's health is asked.

use super::super::{prelude::*, *};

choices! {
    /// What a probe asks.
    pub enum ProbeKind {
        /// Whether it can take work.
        Ready = "ready",
        /// Whether it must be started again.
        Live = "live",
        /// Whether it has come up; the others wait for it.
        Startup = "startup",
    }
}

kind! {
    /// How its health is asked: by HTTP with a `path`, by TCP without one, by `grpc`, by the
    /// guest's `agent`, or by a command.
    pub struct Probe = "probe", key("kind") {
        /// What it asks.
        arg kind: V<ProbeKind>;
        /// The port.
        prop port: Option<V<PortRef>>;
        /// The path, for HTTP.
        prop path: Option<V<Arc<str>>>;
        /// Whether it speaks gRPC's health protocol.
        prop grpc: V<bool> = "#false";
        /// Whether the guest's agent answers.
        prop agent: V<bool> = "#false";
        /// How long after the start it asks first.
        prop after: Option<V<Duration>>;
        /// How often it asks.
        prop every: Option<V<Duration>>;
        /// How long it waits for an answer.
        prop timeout: Option<V<Duration>>;
        /// How many failures count.
        prop failures: Option<V<u32>>;
        /// A command that answers by its exit code.
        child exec: Option<Exec>;
    }
}

kind! {
    /// A command that answers by its exit code.
    pub struct Exec = "exec" {
        /// The program and its arguments.
        arg words: Vec<V<Arc<str>>>;
    }
}
