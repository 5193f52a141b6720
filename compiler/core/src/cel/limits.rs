//! The bounds of one expression. What passes one is refused by name; nothing grows with them.

/// Bytes of one expression. A rule that needs more wants a `let`.
pub const TEXT_BYTES: usize = 4096;

/// Levels of an expression's tree, which every walk over it may recurse through.
pub const LEVELS: u16 = 64;

/// Steps of one evaluation where the caller sets no other bound: one for each node of the tree
/// that is visited and each element that is made or looked at.
pub const STEPS: u64 = 100_000;

/// Elements of a list that an expression makes.
pub const ELEMENTS: usize = 10_000;

/// Bytes of a string that an expression makes.
pub const STRING_BYTES: usize = 64 << 10;

/// Bytes of a compiled regular expression: bounds the time to build one, too.
pub const PATTERN_BYTES: usize = 256 << 10;
