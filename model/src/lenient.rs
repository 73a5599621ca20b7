//! Tolerant decoding: `null` where a list, a map or a string is expected means "nothing", as it does to Kubernetes itself.

use serde::{Deserialize, Deserializer};

/// Decodes a field, taking `null` for the type's default.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Declares an object shape: every field is optional on the wire, camelCase, and `null` reads as the default.
macro_rules! shape {
    ($( $(#[$meta:meta])* pub struct $name:ident { $( $(#[$field_meta:meta])* pub $field:ident : $type:ty ),* $(,)? } )*) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(default, rename_all = "camelCase")]
        pub struct $name {
            $( $(#[$field_meta])* #[serde(deserialize_with = "crate::lenient::or_default")] pub $field: $type, )*
        }
    )* };
}
pub(crate) use shape;
