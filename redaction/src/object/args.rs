//! Command lines as lists: `["--password", "x"]`, `["-p", "x"]` behind a client that takes passwords so.

use serde_json::Value;

use crate::keys::{self, Sensitivity};
use crate::{Counts, Working, values};

/// Replaces the item after a flag that announces a secret. Flags that carry their value (`--password=x`) are found as text.
pub(super) fn redact(working: &Working<'_>, items: &mut [Value], counts: &mut Counts) {
    let mut announced = Sensitivity::None;
    for item in items {
        let Some(text) = item.as_str() else {
            announced = Sensitivity::None;
            continue;
        };
        if announced != Sensitivity::None && !text.starts_with("--") && values::is_secret(text, announced) {
            counts.add("sensitive-argument");
            *item = Value::String(working.name_of(text.trim().as_bytes()));
            announced = Sensitivity::None;
            continue;
        }
        let flag = text.starts_with('-') && !text.contains(['=', ' ']);
        announced = if flag { keys::sensitivity(text) } else { Sensitivity::None };
    }
}
