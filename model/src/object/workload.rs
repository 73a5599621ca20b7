//! What makes pods: Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs.

use jiff::Timestamp;

use super::{Condition, Metadata, PodSpec, PortName};
use crate::lenient::shape;
use crate::selector::LabelSelector;

shape! {
    /// A Deployment.
    pub struct Deployment {
        /// Metadata.
        pub metadata: Metadata,
        /// What is wanted.
        pub spec: DeploymentSpec,
        /// What is.
        pub status: WorkloadStatus,
    }

    /// Spec of a Deployment.
    pub struct DeploymentSpec {
        /// Pods wanted (1 when not set).
        pub replicas: Option<i32>,
        /// Which pods are its own.
        pub selector: LabelSelector,
        /// What its pods look like.
        pub template: PodTemplate,
        /// How it is rolled out.
        pub strategy: Strategy,
        /// Rollouts are held back.
        pub paused: bool,
        /// Seconds until a rollout counts as stuck (600 when not set).
        pub progress_deadline_seconds: Option<i64>,
        /// Old ReplicaSets kept.
        pub revision_history_limit: Option<i32>,
    }

    /// How a Deployment is rolled out.
    pub struct Strategy {
        /// `RollingUpdate` or `Recreate`.
        pub r#type: String,
        /// Settings of a rolling update.
        pub rolling_update: RollingUpdate,
    }

    /// Settings of a rolling update; number or percentage.
    pub struct RollingUpdate {
        /// Pods that may be missing.
        pub max_unavailable: Option<PortName>,
        /// Pods that may be too many.
        pub max_surge: Option<PortName>,
        /// StatefulSet: ordinals below are left alone.
        pub partition: Option<i32>,
    }

    /// A pod template.
    pub struct PodTemplate {
        /// Labels and annotations.
        pub metadata: Metadata,
        /// Spec.
        pub spec: PodSpec,
    }

    /// Status of a Deployment, ReplicaSet or StatefulSet.
    pub struct WorkloadStatus {
        /// Pods that exist.
        pub replicas: i32,
        /// Pods of the newest template.
        pub updated_replicas: i32,
        /// Pods that are ready.
        pub ready_replicas: i32,
        /// Pods that have been ready long enough.
        pub available_replicas: i32,
        /// Pods that are not available.
        pub unavailable_replicas: i32,
        /// Version of the spec that the controller has seen.
        pub observed_generation: i64,
        /// Conditions.
        pub conditions: Vec<Condition>,
        /// StatefulSet: revision of the old pods.
        pub current_revision: String,
        /// StatefulSet: revision of the new pods.
        pub update_revision: String,
    }

    /// A ReplicaSet.
    pub struct ReplicaSet {
        /// Metadata; annotation `deployment.kubernetes.io/revision` numbers the rollouts.
        pub metadata: Metadata,
        /// What is wanted.
        pub spec: ReplicaSetSpec,
        /// What is.
        pub status: WorkloadStatus,
    }

    /// Spec of a ReplicaSet.
    pub struct ReplicaSetSpec {
        /// Pods wanted.
        pub replicas: Option<i32>,
        /// Which pods are its own.
        pub selector: LabelSelector,
        /// What its pods look like.
        pub template: PodTemplate,
    }

    /// A StatefulSet.
    pub struct StatefulSet {
        /// Metadata.
        pub metadata: Metadata,
        /// What is wanted.
        pub spec: StatefulSetSpec,
        /// What is.
        pub status: WorkloadStatus,
    }

    /// Spec of a StatefulSet.
    pub struct StatefulSetSpec {
        /// Pods wanted (1 when not set).
        pub replicas: Option<i32>,
        /// Headless Service that names its pods.
        pub service_name: String,
        /// Which pods are its own.
        pub selector: LabelSelector,
        /// What its pods look like.
        pub template: PodTemplate,
        /// How it is rolled out.
        pub update_strategy: Strategy,
        /// `OrderedReady` (also when empty) or `Parallel`.
        pub pod_management_policy: String,
    }

    /// A revision of a StatefulSet or DaemonSet, which its controller keeps to know old pods from new.
    pub struct ControllerRevision {
        /// Metadata.
        pub metadata: Metadata,
        /// Its number; the highest is the newest.
        pub revision: i64,
        /// What was kept.
        pub data: RevisionData,
    }

    /// What a revision keeps.
    pub struct RevisionData {
        /// Of the spec, the template only.
        pub spec: RevisionSpec,
    }

    /// The part of a spec that a revision keeps.
    pub struct RevisionSpec {
        /// What the pods of this revision look like.
        pub template: PodTemplate,
    }

    /// A DaemonSet.
    pub struct DaemonSet {
        /// Metadata.
        pub metadata: Metadata,
        /// What is wanted.
        pub spec: DaemonSetSpec,
        /// What is.
        pub status: DaemonSetStatus,
    }

    /// Spec of a DaemonSet.
    pub struct DaemonSetSpec {
        /// Which pods are its own.
        pub selector: LabelSelector,
        /// What its pods look like.
        pub template: PodTemplate,
    }

    /// Status of a DaemonSet.
    pub struct DaemonSetStatus {
        /// Nodes that should run it.
        pub desired_number_scheduled: i32,
        /// Nodes that run it.
        pub current_number_scheduled: i32,
        /// Nodes where it is ready.
        pub number_ready: i32,
        /// Nodes that run it and should not.
        pub number_misscheduled: i32,
        /// Nodes where it is not available.
        pub number_unavailable: i32,
    }

    /// A Job.
    pub struct Job {
        /// Metadata.
        pub metadata: Metadata,
        /// What is wanted.
        pub spec: JobSpec,
        /// What is.
        pub status: JobStatus,
    }

    /// Spec of a Job.
    pub struct JobSpec {
        /// Tries before it counts as failed.
        pub backoff_limit: Option<i32>,
        /// Seconds before it counts as failed.
        pub active_deadline_seconds: Option<i64>,
        /// Held back.
        pub suspend: bool,
        /// What its pods look like.
        pub template: PodTemplate,
    }

    /// Status of a Job.
    pub struct JobStatus {
        /// Pods that run.
        pub active: i32,
        /// Pods that failed; not a fault of itself.
        pub failed: i32,
        /// Pods that succeeded.
        pub succeeded: i32,
        /// Conditions: `Complete`, `Failed`.
        pub conditions: Vec<Condition>,
        /// When it began.
        pub start_time: Option<Timestamp>,
        /// When it ended.
        pub completion_time: Option<Timestamp>,
    }

    /// A CronJob.
    pub struct CronJob {
        /// Metadata.
        pub metadata: Metadata,
        /// What is wanted.
        pub spec: CronJobSpec,
        /// What is.
        pub status: CronJobStatus,
    }

    /// Spec of a CronJob.
    pub struct CronJobSpec {
        /// Schedule in cron's form.
        pub schedule: String,
        /// Held back.
        pub suspend: bool,
        /// `Allow`, `Forbid`, `Replace`.
        pub concurrency_policy: String,
    }

    /// Status of a CronJob.
    pub struct CronJobStatus {
        /// Last start.
        pub last_schedule_time: Option<Timestamp>,
        /// Last good end.
        pub last_successful_time: Option<Timestamp>,
    }
}
