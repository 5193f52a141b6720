//! The backends: one folder each, listed here once.
