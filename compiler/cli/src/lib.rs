//! Everything of the command that touches the world; the compiler itself touches none of it.

pub mod disk;
pub mod write;
