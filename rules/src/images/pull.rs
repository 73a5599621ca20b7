//! Containers that wait for their image, and what kind of refusal the runtime met.

use tarbox_model::finding::Finding;
use tarbox_model::object::{ContainerView, Object, Pod};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

use crate::commands::set;
use crate::wording::target;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The registry has no such repository or tag.
    NotFound,
    /// The reference cannot be read.
    InvalidName,
    /// Not allowed without other credentials.
    Unauthorized,
    /// The credentials have lapsed.
    Expired,
    /// The registry does not answer.
    Unreachable,
    /// The registry's name has no address.
    NoAddress,
    /// Certificates or protocol do not fit.
    Tls,
    /// Too many pulls.
    RateLimited,
    /// Nothing for this machine's architecture.
    Architecture,
    /// Must not be pulled, and is not there.
    Never,
    /// No room on the node.
    DiskFull,
    /// Not told.
    Unknown,
}

/// A container that waits for its image.
#[derive(Debug, Clone)]
pub(super) struct Pull<'a> {
    /// The pod.
    pub(super) pod: &'a Object<Pod>,
    /// Its workload.
    pub(super) workload: Option<&'a ObjectRef>,
    /// The container.
    pub(super) view: ContainerView<'a>,
    /// The image.
    pub(super) image: &'a str,
    /// The runtime's words, as far as they are known.
    pub(super) error: &'a str,
    /// Where they stand.
    pub(super) evidence: Evidence,
    /// What kind it is.
    pub(super) failure: Failure,
    /// Since when.
    pub(super) first: Option<Timestamp>,
    /// Last time.
    pub(super) last: Option<Timestamp>,
}

const WAITING: [&str; 7] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
];

/// Every container that waits for its image at the bundle's time.
pub(super) fn waiting<'a>(context: &Context<'a>) -> Vec<Pull<'a>> {
    let mut pulls = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        if !pod.is_active() {
            continue;
        }
        for view in pod.containers() {
            let Some(waiting) = view.status.and_then(|(_, _, s)| s.state.waiting.as_ref()) else { continue };
            if !WAITING.contains(&waiting.reason.as_str()) {
                continue;
            }
            pulls.push(pull(context, pod, workload, view));
        }
    }
    pulls
}

fn pull<'a>(context: &Context<'a>, pod: &'a Object<Pod>, workload: Option<&'a ObjectRef>, view: ContainerView<'a>) -> Pull<'a> {
    let image = view.spec.image.as_str();
    let (reason, message) = view.status.and_then(|(_, _, s)| s.state.waiting.as_ref()).map_or(("", ""), |w| (&w.reason, &w.message));
    let status = view.status_pointer("/state/waiting");
    let (mut failure, mut error, mut evidence) = match (classify(message), message.is_empty()) {
        (failure, false) => (failure, message, pod.evidence(format!("{status}/message"), message)),
        (failure, true) => (failure, reason, pod.evidence(format!("{status}/reason"), reason)),
    };
    let by_status = failure != Failure::Unknown;
    let (mut first, mut last) = (pod.status.start_time.or(pod.metadata.creation_timestamp), None);
    for event in context.relations.events_about(context.snapshot, &pod.reference()) {
        let mine = event.container().is_none_or(|c| c == view.spec.name)
            && matches!(event.reason.as_str(), "Failed" | "InspectFailed" | "ErrImageNeverPull" | "BackOff");
        if !mine || !(event.message.contains(image) || event.container().is_some()) {
            continue;
        }
        (first, last) = ([first, event.first_seen()].into_iter().flatten().min(), [last, event.last_seen()].into_iter().flatten().max());
        // What the status says is newer than any event; among events the newest stands: a pull may fail in another way than
        // it did at first.
        let told = classify(&event.message);
        let pulled = event.message.starts_with("Failed to pull image");
        if !by_status && (told != Failure::Unknown || (failure == Failure::Unknown && pulled)) {
            (failure, error, evidence) = (told, &event.message, event.evidence("/message", event.message.as_str()));
        }
    }
    match reason {
        "InvalidImageName" => failure = Failure::InvalidName,
        "ErrImageNeverPull" => failure = Failure::Never,
        _ => {}
    }
    if failure == Failure::Unauthorized && is_official(image) && !error.contains("incorrect username") {
        failure = Failure::NotFound;
    }
    Pull { pod, workload, view, image, error, evidence, failure, first, last }
}

/// The kind of failure that the words of containerd, CRI-O or docker tell of.
pub(super) fn classify(error: &str) -> Failure {
    let lower = error.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    let kinds: [(Failure, &[&str]); 11] = [
        (Failure::DiskFull, &["no space left on device"]),
        (
            Failure::InvalidName,
            &["couldn't parse image", "invalid reference format", "invalidimagename", "failed to apply default image tag"],
        ),
        (Failure::Never, &["not present with pull policy of never"]),
        (Failure::RateLimited, &["toomanyrequests", "429 too many requests", "pull rate limit", "rate limit exceeded"]),
        (
            Failure::Architecture,
            &[
                "no match for platform",
                "no matching manifest for",
                "no image found in image index for architecture",
                "no image found in manifest list for architecture",
            ],
        ),
        (Failure::Expired, &["authorization token has expired", "token has expired", "token is expired", "expired token"]),
        (Failure::Tls, &["x509:", "tls: ", "server gave http response to https client", "certificate signed by unknown authority"]),
        (Failure::NoAddress, &["no such host", "name resolution", "server misbehaving", "name or service not known", "dial tcp: lookup"]),
        (
            Failure::Unauthorized,
            &[
                "unauthorized",
                "401 ",
                "403 forbidden",
                "pull access denied",
                "authorization failed",
                "failed to authorize",
                "access to the resource is denied",
                "authentication required",
                "no basic auth credentials",
                "insufficient_scope",
                "permission_denied",
                "denied:",
            ],
        ),
        (Failure::NotFound, &["not found", "manifest unknown", "name unknown", "name_unknown", "manifest_unknown", "404 "]),
        (
            Failure::Unreachable,
            &[
                "connection refused",
                "i/o timeout",
                "deadline exceeded",
                "client.timeout exceeded",
                "no route to host",
                "network is unreachable",
                "connection reset",
                "proxyconnect tcp",
                "unexpected eof",
                "502 bad gateway",
                "503 service unavailable",
                "500 internal server error",
                "registryunavailable",
            ],
        ),
    ];
    kinds.iter().find(|(_, words)| says(words)).map_or(Failure::Unknown, |(failure, _)| *failure)
}

/// A reference taken apart: registry, repository, tag or digest.
pub(super) fn parts(image: &str) -> (&str, &str, &str) {
    let (name, tag) = match image.split_once('@') {
        Some((name, digest)) => (name, digest),
        None => match image.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, tag),
            _ => (image, "latest"),
        },
    };
    match name.split_once('/') {
        Some((registry, repository)) if registry.contains(['.', ':']) || registry == "localhost" => (registry, repository, tag),
        _ => ("docker.io", name, tag),
    }
}

/// Whether it is one of Docker Hub's official images: all of them are public, so that a refusal means "no such image".
fn is_official(image: &str) -> bool {
    let (registry, repository, _) = parts(image);
    registry == "docker.io" && (!repository.contains('/') || repository.starts_with("library/"))
}

impl Pull<'_> {
    /// Workload, or the pod itself.
    pub(super) fn owner(&self) -> ObjectRef {
        self.workload.cloned().unwrap_or_else(|| self.pod.reference())
    }

    /// What all findings about a pull share.
    pub(super) fn finding(&self, title: impl Into<String>) -> Finding {
        Finding::new(self.pod.reference(), title, self.evidence.clone())
            .workload(self.workload.cloned())
            .evidence([self.pod.evidence(self.view.spec_pointer("/image"), self.image)])
            .seen(self.first, self.last.or(self.first))
    }

    /// `kubectl set image` for this container.
    pub(super) fn set_image(&self, image: &str) -> String {
        let owner = self.owner();
        let named = format!("{}={image}", self.view.spec.name);
        match owner.kind.as_str() {
            // The image is the one thing of a pod that may be changed in place.
            "Pod" => format!("kubectl set image {}{} {named}", target(&owner), owner.namespace_flag()),
            _ => set(&owner, "image", &named),
        }
    }

    /// The runtime's words without the layers around them.
    pub(super) fn said(&self) -> &str {
        let error = self.error.split_once("ErrImagePull: ").map_or(self.error, |(_, rest)| rest);
        let quoted = format!("failed to resolve reference \"{}\": ", self.image);
        error.rsplit_once(quoted.as_str()).map_or(error, |(_, rest)| rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_failures_of_every_runtime_apart() {
        for (error, failure) in [
            (
                r#"rpc error: code = NotFound desc = failed to pull and unpack image "r/a:1": failed to resolve reference "r/a:1": r/a:1: not found"#,
                Failure::NotFound,
            ),
            ("reading manifest v9 in ghcr.io/o/a: manifest unknown", Failure::NotFound),
            ("Error response from daemon: manifest for a:9 not found: manifest unknown: manifest unknown", Failure::NotFound),
            (
                "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=x: 403 Forbidden",
                Failure::Unauthorized,
            ),
            (
                "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
                Failure::Unauthorized,
            ),
            ("unexpected status from HEAD request to https://r/v2/a/manifests/1: 401 Unauthorized", Failure::Unauthorized),
            ("denied: Your authorization token has expired. Reauthenticate and try again.", Failure::Expired),
            ("failed to do request: Head \"https://r/v2/\": dial tcp: lookup r on 10.0.0.10:53: no such host", Failure::NoAddress),
            ("dial tcp: lookup r: Temporary failure in name resolution", Failure::NoAddress),
            (
                "failed to do request: Head \"http://10.0.0.5:5000/v2/\": dial tcp 10.0.0.5:5000: connect: connection refused",
                Failure::Unreachable,
            ),
            ("dial tcp 10.0.0.5:443: i/o timeout", Failure::Unreachable),
            (
                "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
                Failure::Unreachable,
            ),
            ("tls: failed to verify certificate: x509: certificate signed by unknown authority", Failure::Tls),
            ("http: server gave HTTP response to HTTPS client", Failure::Tls),
            ("429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.", Failure::RateLimited),
            ("no match for platform in manifest: not found", Failure::Architecture),
            ("no matching manifest for linux/arm64/v8 in the manifest list entries", Failure::Architecture),
            (
                "Failed to apply default image tag \"A:1\": couldn't parse image name \"A:1\": invalid reference format",
                Failure::InvalidName,
            ),
            ("Container image \"a:1\" is not present with pull policy of Never", Failure::Never),
            ("failed to extract layer: write /var/lib/x: no space left on device", Failure::DiskFull),
            ("Back-off pulling image \"a:1\"", Failure::Unknown),
        ] {
            assert_eq!(classify(error), failure, "{error}");
        }
    }

    #[test]
    fn takes_references_apart() {
        assert_eq!(parts("ghcr.io/acme/shepherd:v1"), ("ghcr.io", "acme/shepherd", "v1"));
        assert_eq!(parts("127.0.0.1:5000/shepherd"), ("127.0.0.1:5000", "shepherd", "latest"));
        assert_eq!(parts("mongo:7"), ("docker.io", "mongo", "7"));
    }
}
