//! The built-in kinds, one file each (small children beside their parent): the declaration, and
//! with it the struct that `model` builds from.
