//! What runs, and whether it is always the same.

family!(image_not_pinned);
