//! Label selectors and how they match.

pub use crate::labels::Labels;
use crate::lenient::shape;

shape! {
    /// `metav1.LabelSelector`: all of `match_labels` and all of `match_expressions` must hold.
    pub struct LabelSelector {
        /// Pairs that must be there.
        pub match_labels: Labels,
        /// Further conditions.
        pub match_expressions: Vec<Requirement>,
    }

    /// One condition on a label; node affinity uses the same shape (with `Gt` and `Lt`).
    pub struct Requirement {
        /// Label key.
        pub key: String,
        /// `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`.
        pub operator: String,
        /// Values for the operators that take any.
        pub values: Vec<String>,
    }
}

impl LabelSelector {
    /// Whether the labels satisfy the selector. An empty selector matches everything, as in the API.
    pub fn matches(&self, labels: &Labels) -> bool {
        subset(&self.match_labels, labels) && self.match_expressions.iter().all(|r| r.matches(labels))
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }
}

impl Requirement {
    /// Whether the labels satisfy this condition. An operator that is not known never matches.
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let number = || value.and_then(|v| v.parse::<i64>().ok());
        let bound = || self.values.first().and_then(|v| v.parse::<i64>().ok());
        match self.operator.as_str() {
            "In" => value.is_some_and(|v| self.values.contains(v)),
            "NotIn" => value.is_none_or(|v| !self.values.contains(v)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            "Gt" => number().zip(bound()).is_some_and(|(n, b)| n > b),
            "Lt" => number().zip(bound()).is_some_and(|(n, b)| n < b),
            _ => false,
        }
    }

    /// The condition as `kubectl` would write it.
    pub fn describe(&self) -> String {
        match self.operator.as_str() {
            "Exists" => self.key.clone(),
            "DoesNotExist" => format!("!{}", self.key),
            operator => format!("{} {} ({})", self.key, operator.to_lowercase(), self.values.join(",")),
        }
    }
}

/// Whether every wanted pair is among the labels (how a Service or a `nodeSelector` matches).
pub fn subset(wanted: &Labels, labels: &Labels) -> bool {
    wanted.iter().all(|(k, v)| labels.get(k) == Some(v))
}

/// Labels as `a=1,b=2`.
pub fn describe(labels: &Labels) -> String {
    labels.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(",")
}
