//! Connections between sites.

use super::{prelude::*, *};

choices! {
    /// What a connection between sites runs over.
    pub enum LinkKind {
        /// A line of one's own, rented.
        Leased = "leased",
        /// A tunnel through the internet.
        Vpn = "vpn",
        /// A mobile network.
        Cellular = "cellular",
    }
}

kind! {
    /// A connection between two sites, the same in both directions: what copies, quorums and
    /// standbys between them can count on.
    pub struct Link = "link", key("first", "second") {
        /// One site.
        arg first: V<NameOf<Site>>;
        /// The other site.
        arg second: V<NameOf<Site>>;
        /// How long a packet takes to the other side and back.
        prop latency: V<Duration>;
        /// How much goes through it per second.
        prop bandwidth: V<Rate>;
        /// Whether what goes through it is encrypted.
        prop encrypted: V<bool> = "#true";
        /// What it runs over.
        prop kind as "kind": V<LinkKind> = "leased";
    }
}
