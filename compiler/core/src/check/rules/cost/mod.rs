//! What it costs, and whether anybody can say.

family!();
