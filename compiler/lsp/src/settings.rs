//! What a client sets, under `tenantry` in its settings or with `initializationOptions`.

use serde::Deserialize;

/// The settings. What a client does not say is as its default.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// The environment whose values are shown; the first one where not set.
    pub environment: Option<String>,
    /// Which values are shown within the text.
    pub hints: Hints,
    /// Whether lines above nodes tell what becomes of them.
    pub lenses: bool,
}

/// Which values are shown within the text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Hints {
    /// Values that a profile brought.
    pub inherited: bool,
    /// Values that were worked out.
    pub derived: bool,
    /// Where a workload was placed.
    pub placement: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            environment: None,
            hints: Hints::default(),
            lenses: true,
        }
    }
}

impl Default for Hints {
    fn default() -> Self {
        Self {
            inherited: true,
            derived: true,
            placement: true,
        }
    }
}

impl Settings {
    /// Reads settings; what is wrong with them is as if it were not said.
    pub fn read(value: &serde_json::Value) -> Self {
        let own = value.get("tenantry").unwrap_or(value);
        serde_json::from_value(own.clone()).unwrap_or_default()
    }
}
