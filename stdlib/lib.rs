//! The standard library, embedded: text files in the language, with no privilege.
