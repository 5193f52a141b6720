//! Who may read the estate.

family!(compiler_out_of_range);
