//! Keys of cloud providers.

use super::{Detector, validate};
use crate::Level::Default as D;

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector {
        id: "aws-access-key",
        about: "AWS access key id, long-term or temporary",
        level: D,
        literals: &["AKIA", "ASIA", "ABIA", "ACCA"],
        pattern: r"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b",
        check: None,
        shape: true,
        hits: &[concat!("key ⟦AK", "IAQYLPMN5HHHFPZAM2⟧ used"), concat!("id=⟦AS", "IAQYLPMN5HHHFPZAM2⟧")],
        misses: &["AKIA is a prefix", concat!("AK", "IAQYLPMN5HHHFPZAM2XXXX"), "asiapacific-southeast-1"],
    },
    Detector {
        id: "aws-secret-key",
        about: "AWS secret access key, by its name",
        level: D,
        literals: &["aws"],
        pattern: r#"(?i)aws[a-z_.-]{0,20}(?:secret|sk)[a-z_.-]{0,20}["']?\s{0,3}[=:]\s{0,3}["']?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"#,
        check: Some(validate::random),
        shape: false,
        hits: &[concat!("aws_secret_access_key = ⟦wJalrXUtnFEMI/K7MDENG+bPxRfi", "CYzK3mPqLs7d⟧")],
        misses: &["aws_secret_name = my-secret", "aws-region: eu-west-1"],
    },
    Detector {
        id: "google-api-key",
        about: "Google API key",
        level: D,
        literals: &["AIza"],
        pattern: r"\b(AIza[A-Za-z0-9_-]{35})(?:[^A-Za-z0-9_-]|$)",
        check: None,
        shape: true,
        hits: &[concat!("key=⟦AI", "zaSyB3x9Kd82jqQQwzLmNoPqRsTuVwXyZ0123⟧&q=1")],
        misses: &["AIza", "AIzaShort"],
    },
];
