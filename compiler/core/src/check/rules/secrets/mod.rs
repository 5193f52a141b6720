//! Secrets, and what a workload may do to the host it runs on.

family!();
