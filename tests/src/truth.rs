//! The truth beside a recorded incident: `fixtures/scenarios/NAME.toml`.

use std::path::Path;

use serde::Deserialize;

/// What is true of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Truth {
    /// Rules any of which names the true cause; none when nothing is wrong.
    pub rules: Vec<String>,
    /// Objects (`Kind/namespace/name`) any of which is at fault.
    #[serde(default)]
    pub objects: Vec<String>,
    /// Rules that must not be named as root causes.
    #[serde(default)]
    pub never: Vec<String>,
    /// Of a compound incident, where one cause makes many symptoms: rules that must be explained by the true cause.
    #[serde(default)]
    pub folded: Vec<String>,
}

impl Truth {
    /// Reads it.
    ///
    /// # Panics
    /// When the file cannot be read: with its name.
    pub fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
    }
}
