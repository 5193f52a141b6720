//! How a change reaches what runs, and the way back.

family!();
