//! Memory and cores of one NUMA node: what must lie together.

family!(gpus_beyond_cell, numa_memory_uneven, numa_node_exceeded, topology_manager_idle);
