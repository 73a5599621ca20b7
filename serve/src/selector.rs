//! Selectors of lists: by labels and by fields, as an API server understands them.
pub(crate) mod fields;
pub(crate) mod labels;
