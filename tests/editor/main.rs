//! What an editor is answered.

mod incremental;
