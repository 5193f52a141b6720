//! Memory and cores of one NUMA node: what must lie together.

family!();
