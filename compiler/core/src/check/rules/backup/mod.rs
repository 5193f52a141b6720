//! Copies: whether there are any, where they lie, how long they are kept.

family!();
