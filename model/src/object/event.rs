//! Events.

use jiff::Timestamp;

use super::Metadata;
use crate::lenient::shape;
use crate::reference::ObjectRef;

shape! {
    /// An event, in the core form.
    pub struct Event {
        /// Metadata.
        pub metadata: Metadata,
        /// What it is about.
        pub involved_object: InvolvedObject,
        /// `Normal` or `Warning`.
        pub r#type: String,
        /// Reason.
        pub reason: String,
        /// Message.
        pub message: String,
        /// How often.
        pub count: Option<i64>,
        /// First time.
        pub first_timestamp: Option<Timestamp>,
        /// Last time.
        pub last_timestamp: Option<Timestamp>,
        /// When, for events of the newer form.
        pub event_time: Option<Timestamp>,
        /// Repetitions of the newer form.
        pub series: Option<EventSeries>,
        /// Who reported.
        pub source: EventSource,
        /// Who reported, newer form.
        pub reporting_component: String,
    }

    /// Repetitions.
    pub struct EventSeries {
        /// How often.
        pub count: i64,
        /// Last time.
        pub last_observed_time: Option<Timestamp>,
    }

    /// Who reported.
    pub struct EventSource {
        /// Component.
        pub component: String,
        /// Node.
        pub host: String,
    }

    /// What an event is about.
    pub struct InvolvedObject {
        /// Kind.
        pub kind: String,
        /// Namespace.
        pub namespace: String,
        /// Name.
        pub name: String,
        /// Unique id; tells a pod from an older one of the same name.
        pub uid: String,
        /// `spec.containers{name}`.
        pub field_path: String,
    }
}

impl Event {
    /// What it is about.
    pub fn about(&self) -> ObjectRef {
        let o = &self.involved_object;
        ObjectRef::new(o.kind.as_str(), o.namespace.as_str(), o.name.as_str())
    }

    /// Last time it happened.
    pub fn last_seen(&self) -> Option<Timestamp> {
        let series = self.series.as_ref().and_then(|s| s.last_observed_time);
        [series, self.last_timestamp, self.event_time, self.metadata.creation_timestamp].into_iter().flatten().max()
    }

    /// First time it happened.
    pub fn first_seen(&self) -> Option<Timestamp> {
        [self.first_timestamp, self.event_time].into_iter().flatten().min().or(self.metadata.creation_timestamp)
    }

    /// How often it happened.
    pub fn times(&self) -> i64 {
        self.series.as_ref().map(|s| s.count).or(self.count).unwrap_or(1).max(1)
    }

    /// The container it is about, from `spec.containers{name}`.
    pub fn container(&self) -> Option<&str> {
        let (_, rest) = self.involved_object.field_path.split_once('{')?;
        rest.strip_suffix('}')
    }
}
