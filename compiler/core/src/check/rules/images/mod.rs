//! What runs, and whether it is always the same.

mod sources;

family!(
    download_moves,
    download_unchecked,
    image_end_of_life,
    image_not_pinned,
    image_source_malformed,
    registry_not_named,
);
