//! The families, and in each the rules.

/// Declares a family's rules: one module each, holding `RULE` and `check`, and the two lists
/// that hang on them.
macro_rules! family {
    ($($module:ident),* $(,)?) => {
        $(pub mod $module;)*
        /// The rules of the family.
        pub static RULES: &[&$crate::diag::Rule] = &[$(&$module::RULE),*];
        /// Their functions, in the same order.
        pub static CHECKS: &[fn(&$crate::check::Subject<'_>, &mut $crate::diag::Findings)] = &[$($module::check),*];
    };
}

/// Declares the families and joins their lists.
macro_rules! families {
    ($($family:ident),* $(,)?) => {
        $(pub mod $family;)*

        /// All rules over the model.
        pub fn all() -> impl Iterator<Item = &'static $crate::diag::Rule> {
            [$($family::RULES),*].into_iter().flatten().copied()
        }

        /// All functions, family by family.
        pub fn checks() -> impl Iterator<Item = fn(&$crate::check::Subject<'_>, &mut $crate::diag::Findings)> {
            [$($family::CHECKS),*].into_iter().flatten().copied()
        }
    };
}

families!(
    availability,
    backup,
    capacity,
    cost,
    cpu,
    gpu,
    graph,
    ground,
    images,
    isolation,
    kubernetes,
    language,
    memory,
    network,
    numa,
    observability,
    platform,
    proxmox,
    quotas,
    rollout,
    scale,
    secrets,
    storage,
);
