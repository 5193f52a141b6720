//! What runs, and whether it is always the same.

mod sources;

family!(
    download_moves,
    download_unchecked,
    image_end_of_life,
    image_not_pinned,
    registry_not_named,
);
