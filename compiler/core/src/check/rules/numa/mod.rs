//! Memory and cores of one NUMA node: what must lie together.

family!(numa_memory_uneven, numa_node_exceeded);
