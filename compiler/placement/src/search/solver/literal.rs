//! What the solver reasons about: whole numbers, and bounds of them.

/// A bound of a number, or its opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::search) struct Lit(u32);

impl Lit {
    /// What always holds.
    pub(in crate::search) const TRUE: Self = Self(0);
    /// What never holds.
    pub(in crate::search) const FALSE: Self = Self(1);

    pub(super) fn of(var: usize, holds: bool) -> Self {
        // Variables are counted in `u32` where they are made.
        let var = u32::try_from(var).unwrap_or(u32::MAX >> 1);
        Self(var << 1 | u32::from(!holds))
    }

    pub(super) fn var(self) -> usize {
        (self.0 >> 1) as usize
    }

    pub(super) fn holds(self) -> bool {
        self.0 & 1 == 0
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

impl std::ops::Not for Lit {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}

/// A number of the solver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::search) struct Int(pub(super) u32);

impl Int {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}
