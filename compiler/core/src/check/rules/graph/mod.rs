//! The order of things.

family!(needs_cycle);
