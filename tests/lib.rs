//! What the tests share: schema validators and helpers. The tests themselves are in the folders beside.
