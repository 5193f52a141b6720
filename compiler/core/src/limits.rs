//! Every bound of the compiler, in one table. Passing one is an error that names it.

/// The bounds of one run. The defaults fit estates of thousands of workloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in one file.
    pub file_bytes: u32,
    /// Files in an estate.
    pub files: usize,
    /// Packages that an estate uses, those that they use counted.
    pub packages: usize,
    /// Files of a package, those counted that are no spec.
    pub package_files: usize,
    /// Bytes in all files of a package together.
    pub package_bytes: u64,
    /// Nesting of blocks in a file.
    pub depth: u32,
    /// Nodes in an estate, counted after profiles are applied.
    pub nodes: usize,
    /// Nesting of folders.
    pub folders: usize,
    /// Profiles that a chain of `like` may pass through.
    pub profiles: usize,
    /// Machines in a pool.
    pub machines: u32,
    /// Replicas of a workload.
    pub replicas: u32,
    /// Objects that one build may emit.
    pub objects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 16 << 20,
            files: 10_000,
            packages: 256,
            package_files: 10_000,
            package_bytes: 64 << 20,
            depth: 64,
            nodes: 2_000_000,
            folders: 32,
            profiles: 32,
            machines: 20_000,
            replicas: 20_000,
            objects: 500_000,
        }
    }
}
