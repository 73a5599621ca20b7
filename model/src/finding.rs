//! What a rule says: one problem, at one object, with evidence and a way out.

use jiff::Timestamp;

use crate::evidence::Evidence;
use crate::reference::ObjectRef;

/// How bad it is for the people who use the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Bad practice; nothing is broken.
    Low,
    /// Something is worse than it should be.
    Medium,
    /// A part does not work.
    High,
    /// The service does not work.
    Critical,
}

impl Severity {
    /// As the report spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// One step out of the problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remedy {
    /// What it does and changes.
    pub text: String,
    /// The command, with names filled in; empty when there is none.
    pub command: String,
}

/// One problem at one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Rule that found it; the engine fills it in.
    pub rule: &'static str,
    /// The object that shows it.
    pub subject: ObjectRef,
    /// The object at fault, when it is another one.
    pub cause: Option<ObjectRef>,
    /// The workload behind the subject.
    pub workload: Option<ObjectRef>,
    /// One line: what is broken, with names.
    pub title: String,
    /// Some sentences: why, with the figures.
    pub summary: String,
    /// How bad; the rule's own severity unless the case differs.
    pub severity: Option<Severity>,
    /// 0 to 1: how sure.
    pub confidence: f64,
    /// Where it can be checked; never empty, the most telling first.
    pub evidence: Vec<Evidence>,
    /// When it began, as far as it is told.
    pub first_seen: Option<Timestamp>,
    /// When it was last seen.
    pub last_seen: Option<Timestamp>,
    /// Ways out, the least drastic first.
    pub remedies: Vec<Remedy>,
    /// Objects whose failure would explain this finding (the Service that a client calls).
    pub depends_on: Vec<ObjectRef>,
    /// Findings of the same rule, workload and cause that were folded into this one, itself included.
    pub instances: u32,
}

impl Finding {
    /// A finding; there is none without evidence.
    pub fn new(subject: ObjectRef, title: impl Into<String>, evidence: Evidence) -> Self {
        Self {
            rule: "",
            subject,
            cause: None,
            workload: None,
            title: title.into(),
            summary: String::new(),
            severity: None,
            confidence: 0.9,
            evidence: vec![evidence],
            first_seen: None,
            last_seen: None,
            remedies: Vec::new(),
            depends_on: Vec::new(),
            instances: 1,
        }
    }

    /// Says why, with the figures.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    /// Names the object at fault.
    #[must_use]
    pub fn cause(mut self, cause: ObjectRef) -> Self {
        self.cause = Some(cause);
        self
    }

    /// Names the workload behind the subject.
    #[must_use]
    pub fn workload(mut self, workload: Option<ObjectRef>) -> Self {
        self.workload = workload;
        self
    }

    /// Overrides the rule's severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Says how sure, 0 to 1.
    #[must_use]
    pub fn confidence(mut self, confidence: f64) -> Self {
        self.confidence = confidence.clamp(0.0, 1.0);
        self
    }

    /// Adds evidence.
    #[must_use]
    pub fn evidence(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// Says when it was seen; called more than once, the span grows.
    #[must_use]
    pub fn seen(mut self, first: Option<Timestamp>, last: Option<Timestamp>) -> Self {
        self.first_seen = [self.first_seen, first].into_iter().flatten().min();
        self.last_seen = [self.last_seen, last].into_iter().flatten().max();
        self
    }

    /// Adds a step with a command. A text that begins with "Or" loses that word when it is the first way out.
    #[must_use]
    pub fn remedy(mut self, text: impl Into<String>, command: impl Into<String>) -> Self {
        let mut text = text.into();
        if let Some(first) = text.strip_prefix("Or ").filter(|_| self.remedies.is_empty()) {
            let mut chars = first.chars();
            text = chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default();
        }
        self.remedies.push(Remedy { text, command: command.into() });
        self
    }

    /// Names an object whose failure would explain this.
    #[must_use]
    pub fn depends_on(mut self, object: ObjectRef) -> Self {
        self.depends_on.push(object);
        self
    }

    /// What makes it the same finding in another bundle: its key and the object at fault.
    pub fn identity(&self) -> (String, String) {
        (self.key(), self.cause.as_ref().map(ToString::to_string).unwrap_or_default())
    }

    /// `rule:Kind/namespace/name`, as reports refer to it. The workload stands for its pods.
    pub fn key(&self) -> String {
        format!("{}:{}", self.rule, self.workload.as_ref().unwrap_or(&self.subject))
    }
}
