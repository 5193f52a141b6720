//! How many objects a cluster and a namespace bear.

family!(cluster_too_large, node_share_too_small);
