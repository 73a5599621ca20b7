//! The cluster at one moment, as far as the bundle shows it.

use jiff::Timestamp;

use crate::coverage::{Coverage, InputProblem};
use crate::facts::{Alert, Certificate, HelmRelease, MongoAnswer, NodeUnit};
use crate::log::ContainerLog;
use crate::metrics::{ContainerUsage, HttpAnswer, NodeUsage, Throttling, VolumeUsage};
use crate::object::*;
use crate::reference::ObjectRef;

/// Facts about the bundle and its cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BundleFacts {
    /// Format in words: `tarbox bundle, format 1`.
    pub format: String,
    /// Cluster, as the collector named it.
    pub cluster: String,
    /// Version of the API server.
    pub server_version: String,
    /// How the collector redacted.
    pub redaction: String,
    /// Namespaces that were asked for; empty means all.
    pub namespaces: Vec<String>,
}

/// Everything that was read. Lists are sorted by namespace and name, so that results never depend on reading order.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The bundle's time: all ages are measured against it.
    pub taken_at: Option<Timestamp>,
    /// Facts about the bundle.
    pub facts: BundleFacts,
    /// What was collected.
    pub coverage: Coverage,
    /// What could not be read.
    pub problems: Vec<InputProblem>,
    /// Logs, by namespace, pod, container and run.
    pub logs: Vec<ContainerLog>,
    /// Usage of containers, oldest first.
    pub container_usage: Vec<ContainerUsage>,
    /// CPU throttling.
    pub throttling: Vec<Throttling>,
    /// Usage of volumes.
    pub volume_usage: Vec<VolumeUsage>,
    /// Usage of nodes.
    pub node_usage: Vec<NodeUsage>,
    /// Health endpoints and probes of Services.
    pub http: Vec<HttpAnswer>,
    /// Public parts of certificates.
    pub certificates: Vec<Certificate>,
    /// Helm releases with their history.
    pub helm_releases: Vec<HelmRelease>,
    /// Answers of MongoDB servers.
    pub mongo_answers: Vec<MongoAnswer>,
    /// Alerts that a monitoring system held at the bundle's time.
    pub alerts: Vec<Alert>,
    /// Services of the nodes' operating systems.
    pub node_units: Vec<NodeUnit>,
    /// Pods.
    pub pods: Vec<Object<Pod>>,
    /// Nodes.
    pub nodes: Vec<Object<Node>>,
    /// Namespaces.
    pub namespaces: Vec<Object<Namespace>>,
    /// Deployments.
    pub deployments: Vec<Object<Deployment>>,
    /// ReplicaSets.
    pub replica_sets: Vec<Object<ReplicaSet>>,
    /// StatefulSets.
    pub stateful_sets: Vec<Object<StatefulSet>>,
    /// DaemonSets.
    pub daemon_sets: Vec<Object<DaemonSet>>,
    /// Revisions of StatefulSets and DaemonSets.
    pub controller_revisions: Vec<Object<ControllerRevision>>,
    /// Jobs.
    pub jobs: Vec<Object<Job>>,
    /// CronJobs.
    pub cron_jobs: Vec<Object<CronJob>>,
    /// Services.
    pub services: Vec<Object<Service>>,
    /// EndpointSlices.
    pub endpoint_slices: Vec<Object<EndpointSlice>>,
    /// Endpoints.
    pub endpoints: Vec<Object<Endpoints>>,
    /// Ingresses.
    pub ingresses: Vec<Object<Ingress>>,
    /// Ingress classes.
    pub ingress_classes: Vec<Object<IngressClass>>,
    /// ConfigMaps.
    pub config_maps: Vec<Object<ConfigMap>>,
    /// Secrets, without values.
    pub secrets: Vec<Object<Secret>>,
    /// Service accounts.
    pub service_accounts: Vec<Object<ServiceAccount>>,
    /// Roles and ClusterRoles.
    pub roles: Vec<Object<Role>>,
    /// RoleBindings and ClusterRoleBindings.
    pub role_bindings: Vec<Object<RoleBinding>>,
    /// Volumes.
    pub persistent_volumes: Vec<Object<PersistentVolume>>,
    /// Claims.
    pub persistent_volume_claims: Vec<Object<PersistentVolumeClaim>>,
    /// Storage classes.
    pub storage_classes: Vec<Object<StorageClass>>,
    /// Quotas.
    pub resource_quotas: Vec<Object<ResourceQuota>>,
    /// Limit ranges.
    pub limit_ranges: Vec<Object<LimitRange>>,
    /// Network policies.
    pub network_policies: Vec<Object<NetworkPolicy>>,
    /// Disruption budgets.
    pub disruption_budgets: Vec<Object<PodDisruptionBudget>>,
    /// Autoscalers.
    pub autoscalers: Vec<Object<HorizontalPodAutoscaler>>,
    /// Leases.
    pub leases: Vec<Object<Lease>>,
    /// Aggregated APIs.
    pub api_services: Vec<Object<ApiService>>,
    /// Events, oldest first by last time seen.
    pub events: Vec<Object<Event>>,
    /// Objects of every other kind.
    pub custom: Vec<Custom>,
}

impl Snapshot {
    /// Seconds from a moment to the bundle's time; `None` when either is not known.
    pub fn age_seconds(&self, since: Option<Timestamp>) -> Option<i64> {
        Some(self.taken_at?.as_second() - since?.as_second())
    }

    /// Whether a pod may well be on its way: made less than so many seconds ago, and not ended once since.
    pub fn is_starting(&self, pod: &Object<Pod>, seconds: i64) -> bool {
        let young = self.age_seconds(pod.metadata.creation_timestamp).is_some_and(|age| age < seconds);
        young && pod.containers().all(|v| v.status.is_none_or(|(_, _, s)| s.restart_count == 0))
    }

    /// Certificates of a Secret, by key and place in the chain.
    pub fn certificates_of<'a>(&'a self, namespace: &'a str, secret: &'a str) -> impl Iterator<Item = &'a Certificate> {
        let key = |c: &Certificate| (c.kind.as_str(), c.namespace.as_str(), c.name.as_str()) < ("Secret", namespace, secret);
        let start = self.certificates.partition_point(key);
        self.certificates.iter().skip(start).take_while(move |c| c.kind == "Secret" && c.namespace == namespace && c.name == secret)
    }

    /// Custom objects of a kind in an API group.
    pub fn custom_of<'a>(&'a self, group: &'a str, kind: &'a str) -> impl Iterator<Item = &'a Custom> {
        let from = self.custom.partition_point(|c| &*c.kind < kind);
        self.custom.get(from..).unwrap_or_default().iter().take_while(move |c| &*c.kind == kind).filter(move |c| c.is_of(group))
    }

    /// Custom objects of a kind in an API group and a namespace.
    pub fn custom_in<'a>(&'a self, group: &'a str, kind: &'a str, namespace: &'a str) -> impl Iterator<Item = &'a Custom> {
        let from = self.custom.partition_point(|c| (&*c.kind, c.metadata.namespace.as_str()) < (kind, namespace));
        let own = self.custom.get(from..).unwrap_or_default().iter();
        let own = own.take_while(move |c| &*c.kind == kind && c.metadata.namespace == namespace);
        own.filter(move |c| c.is_of(group))
    }

    /// Finds an object in a list that is sorted by namespace and name.
    pub fn find<'a, T: Kind>(list: &'a [Object<T>], namespace: &str, name: &str) -> Option<&'a Object<T>> {
        let key = |o: &Object<T>| {
            let meta = o.metadata();
            (meta.namespace.as_str(), meta.name.as_str()).cmp(&(namespace, name))
        };
        list.binary_search_by(key).ok().and_then(|i| list.get(i))
    }

    /// The objects of one namespace, of a list that is sorted by namespace and name.
    pub fn in_namespace<'a, T: Kind>(list: &'a [Object<T>], namespace: &str) -> &'a [Object<T>] {
        let start = list.partition_point(|o| o.metadata().namespace.as_str() < namespace);
        let end = list.partition_point(|o| o.metadata().namespace.as_str() <= namespace);
        list.get(start..end).unwrap_or_default()
    }

    /// A pod.
    pub fn pod(&self, namespace: &str, name: &str) -> Option<&Object<Pod>> {
        Self::find(&self.pods, namespace, name)
    }

    /// A node.
    pub fn node(&self, name: &str) -> Option<&Object<Node>> {
        Self::find(&self.nodes, "", name)
    }

    /// A Service.
    pub fn service(&self, namespace: &str, name: &str) -> Option<&Object<Service>> {
        Self::find(&self.services, namespace, name)
    }

    /// A Secret.
    pub fn secret(&self, namespace: &str, name: &str) -> Option<&Object<Secret>> {
        Self::find(&self.secrets, namespace, name)
    }

    /// A ConfigMap.
    pub fn config_map(&self, namespace: &str, name: &str) -> Option<&Object<ConfigMap>> {
        Self::find(&self.config_maps, namespace, name)
    }

    /// Whether a name denotes a namespace of the system, where the user's incident is rarely to be found.
    pub fn is_system_namespace(namespace: &str) -> bool {
        matches!(namespace, "kube-system" | "kube-public" | "kube-node-lease")
    }

    /// Samples of a container, oldest first.
    pub fn usage_of(&self, namespace: &str, pod: &str, container: &str) -> &[ContainerUsage] {
        let key = |u: &ContainerUsage| (u.namespace.as_str(), u.pod.as_str(), u.container.as_str()).cmp(&(namespace, pod, container));
        let start = self.container_usage.partition_point(|u| key(u).is_lt());
        let end = self.container_usage.partition_point(|u| key(u).is_le());
        self.container_usage.get(start..end).unwrap_or_default()
    }

    /// A log of a pod's container.
    pub fn logs_of<'a>(&'a self, pod: &'a ObjectRef, container: Option<&'a str>) -> impl Iterator<Item = &'a ContainerLog> {
        let start = self.logs.partition_point(|l| (l.namespace.as_str(), l.pod.as_str()) < (pod.namespace.as_str(), pod.name.as_str()));
        self.logs
            .iter()
            .skip(start)
            .take_while(|l| l.namespace == pod.namespace && l.pod == pod.name)
            .filter(move |l| container.is_none_or(|c| l.container == c))
    }
}

/// Resource name and length of each list of objects.
macro_rules! counts {
    ($snapshot:ident: $($field:ident: $shape:ident),* $(,)?) => { [$( (<$shape as Kind>::RESOURCE, $snapshot.$field.len() as u64) ),*] };
}

impl Snapshot {
    /// How many objects there are of each kind that has a shape, by resource name (`pods`), events included.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        counts!(self: pods: Pod, nodes: Node, namespaces: Namespace, deployments: Deployment, replica_sets: ReplicaSet,
            stateful_sets: StatefulSet, daemon_sets: DaemonSet, controller_revisions: ControllerRevision, jobs: Job, cron_jobs: CronJob, services: Service,
            endpoint_slices: EndpointSlice, endpoints: Endpoints, ingresses: Ingress, ingress_classes: IngressClass, config_maps: ConfigMap,
            secrets: Secret, service_accounts: ServiceAccount, roles: Role, role_bindings: RoleBinding,
            persistent_volumes: PersistentVolume, persistent_volume_claims: PersistentVolumeClaim, storage_classes: StorageClass,
            resource_quotas: ResourceQuota, limit_ranges: LimitRange, network_policies: NetworkPolicy,
            disruption_budgets: PodDisruptionBudget, autoscalers: HorizontalPodAutoscaler, leases: Lease, api_services: ApiService,
            events: Event)
        .into_iter()
    }
}

/// Takes over every list of another snapshot.
macro_rules! append {
    ($into:ident, $from:ident: $($field:ident),* $(,)?) => { $( $into.$field.append(&mut $from.$field); )* };
}

impl Snapshot {
    /// Adds what another part of the same bundle holds. Facts, time and coverage are the caller's to set.
    pub fn append(&mut self, mut other: Self) {
        append!(self, other: problems, logs, container_usage, throttling, volume_usage, node_usage, http, certificates, helm_releases, mongo_answers, alerts, node_units, pods, nodes, namespaces, deployments,
            replica_sets, stateful_sets, daemon_sets, controller_revisions, jobs, cron_jobs, services, endpoint_slices, endpoints, ingresses, ingress_classes,
            config_maps, secrets, service_accounts, roles, role_bindings, persistent_volumes, persistent_volume_claims, storage_classes,
            resource_quotas, limit_ranges, network_policies, disruption_budgets, autoscalers, leases, api_services, events, custom);
    }
}
