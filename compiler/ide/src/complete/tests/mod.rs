//! What is offered, and that whatever is offered may be taken.

mod offers;
mod taken;
