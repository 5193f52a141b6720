//! Where the reference data is: API schemas and facts that are no part of the product.
#![expect(
    clippy::disallowed_methods,
    reason = "reference data is read from the disk, outside of every compile"
)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Skip;

/// Overrides where the reference data is looked for.
pub const ENVIRONMENT: &str = "TENANTRY_SHARED";

/// The root of this repository.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The folder of reference data: [`ENVIRONMENT`], else `shared` beside the repository.
///
/// # Errors
/// A [`Skip`] that names the folder, where there is none.
pub fn root() -> Result<PathBuf, Skip> {
    let named = std::env::var_os(ENVIRONMENT).map(PathBuf::from);
    let root = named.unwrap_or_else(|| repository().join("../shared"));
    if root.is_dir() {
        return Ok(root);
    }
    Err(Skip(format!(
        "no reference data at {} (set {ENVIRONMENT} to the folder that holds it)",
        root.display()
    )))
}

/// A JSON file of the reference data, by its path under [`root`].
///
/// # Errors
/// A [`Skip`] where the file is absent or is not JSON: data we cannot read judges nothing.
pub fn json(path: &str) -> Result<Value, Skip> {
    let file = root()?.join(path);
    let text = fs::read_to_string(&file)
        .map_err(|error| Skip(format!("cannot read {}: {error}", file.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| Skip(format!("{} is not JSON: {error}", file.display())))
}

/// A table of facts of the reference data, by its name.
///
/// # Errors
/// A [`Skip`] where the file is absent or is not YAML.
pub fn table(name: &str) -> Result<serde_yaml::Value, Skip> {
    let file = root()?.join(format!("facts/{name}.yaml"));
    let text = fs::read_to_string(&file)
        .map_err(|error| Skip(format!("cannot read {}: {error}", file.display())))?;
    serde_yaml::from_str(&text)
        .map_err(|error| Skip(format!("{} is not YAML: {error}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_file_is_a_reason_and_not_a_pass() {
        let Skip(reason) = json("schemas/no-such-file.json").unwrap_err();
        assert!(
            reason.contains("no-such-file.json") || reason.contains(ENVIRONMENT),
            "{reason}"
        );
    }
}
