//! What the cluster's backend can do, and what it must run.

family!(unsupported_feature, component_missing);
