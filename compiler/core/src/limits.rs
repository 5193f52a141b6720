//! Every bound of the compiler, in one table. Passing one is an error that names it.

/// Declares the bounds: each once, with its default.
macro_rules! limits {
    ($($(#[doc = $doc:literal])* $name:ident: $Type:ty = $default:expr;)*) => {
        /// The bounds of one run. The defaults fit estates of thousands of workloads;
        /// `--limit NAME=VALUE` sets others.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits {
            $($(#[doc = $doc])* pub $name: $Type,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Limits {
            /// The names of the bounds, as `--limit` takes them, and what each bounds.
            pub const NAMES: &'static [(&'static str, &'static str)] =
                &[$((stringify!($name), concat!($($doc),*)),)*];

            /// Sets a bound by its name, in which `-` and `_` are the same.
            ///
            /// # Errors
            /// There is none of that name, or the value is no number that fits.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
                let spelt = name.replace('-', "_");
                $(if spelt == stringify!($name) {
                    self.$name = value
                        .parse()
                        .map_err(|_| format!("`{value}` is not a number for the bound `{name}`"))?;
                    return Ok(());
                })*
                let known: Vec<String> =
                    Self::NAMES.iter().map(|(known, _)| known.replace('_', "-")).collect();
                let near = crate::diag::nearest::nearest(name, known.iter().map(String::as_str));
                Err(match near {
                    Some(near) => format!("no bound is called `{name}`; did you mean `{near}`?"),
                    None => format!("no bound is called `{name}`: there are {}", known.join(", ")),
                })
            }
        }
    };
}

limits! {
    /// Bytes in one file.
    file_bytes: u32 = 4 << 20;
    /// Files in an estate.
    files: usize = 10_000;
    /// Packages that an estate uses, those that they use counted.
    packages: usize = 256;
    /// Files of a package, those counted that are no spec.
    package_files: usize = 10_000;
    /// Bytes in all files of a package together.
    package_bytes: u64 = 64 << 20;
    /// Nesting of blocks in a file.
    depth: u32 = 64;
    /// Nodes in an estate, with all that profiles, loops and definitions bring.
    nodes: usize = 100_000;
    /// Arguments and properties of one node.
    entries: usize = 4_096;
    /// Environments of an estate: each is compiled as an estate of its own.
    environments: usize = 64;
    /// Steps of all expressions of an estate: an element looked at, a part worked out.
    steps: u64 = 4_000_000;
    /// Bytes of the texts that expressions make, all together.
    made_bytes: usize = 16 << 20;
    /// Calls of definitions within calls.
    expansions: usize = 32;
    /// Nesting of folders.
    folders: usize = 32;
    /// Profiles that a chain of `like` may pass through.
    profiles: usize = 32;
    /// Tests that one run may make, each environment counted.
    tests: usize = 10_000;
    /// Machines in a pool.
    machines: u32 = 20_000;
    /// Steps that may be taken to prove that a cluster's workloads fit, or that they do not.
    placement_steps: u64 = 20_000_000;
    /// Replicas of a workload.
    replicas: u32 = 20_000;
    /// Objects that one build may emit.
    objects: usize = 500_000;
    /// Files of manifests that are read together.
    manifests: usize = 100_000;
    /// Bytes in one file of manifests.
    manifest_bytes: u64 = 16 << 20;
    /// Bytes in all files of manifests that are read together.
    manifests_bytes: u64 = 256 << 20;
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn a_bound_is_set_by_its_name() {
        let mut limits = Limits::default();
        limits.set("nodes", "7").unwrap();
        limits.set("file-bytes", "9").unwrap();
        assert_eq!((limits.nodes, limits.file_bytes), (7, 9));
        assert!(limits.set("node", "7").unwrap_err().contains("`nodes`"));
        assert!(limits.set("nodes", "many").is_err());
    }
}
