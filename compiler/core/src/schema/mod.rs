//! The vocabulary and what a spec's nodes are against it.

pub mod construct;
pub mod decode;
mod expr;
pub mod kind;
pub mod kinds;
pub mod node;
pub mod rules;
pub mod ty;
pub mod vocabulary;
