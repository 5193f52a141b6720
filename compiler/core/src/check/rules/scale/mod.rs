//! How many objects a cluster and a namespace bear.

family!();
