//! Text to a lossless tree.
