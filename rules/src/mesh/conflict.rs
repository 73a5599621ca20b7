//! What a DestinationRule sends to a Service and what its pods take, where the two do not go together.

use tarbox_model::object::{Object, Service};
use tarbox_model::{Context, Evidence};

use super::parts::is_gateway;
use super::policies::{Policies, Setting};

/// What one side sends and the other does not take.
pub(super) struct Conflict<'a> {
    /// What is sent.
    pub(super) sent: Setting<'a>,
    /// What is taken, where a policy says so.
    pub(super) taken: Option<Setting<'a>>,
    /// Pods without a proxy, which take no mutual TLS at all.
    pub(super) bare: Option<Evidence>,
}

/// The first contradiction between what is sent to a Service (or to one port of it) and what its pods take.
pub(super) fn conflict<'a>(
    context: &Context<'a>,
    policies: &Policies<'a>,
    service: &Object<Service>,
    sent: Setting<'a>,
    port: Option<i32>,
) -> Option<Conflict<'a>> {
    let reference = service.reference();
    let pods: Vec<_> = context.relations.pods_behind(context.snapshot, &reference).filter(|p| p.is_active() && !is_gateway(p)).collect();
    let pod = pods.first()?;
    let bare = pods.iter().all(|p| p.mesh_proxy().is_none()).then(|| pod.named());
    if sent.mode == "ISTIO_MUTUAL" && bare.is_some() {
        return Some(Conflict { sent, taken: None, bare });
    }
    let taken = policies
        .taken_behind(service, pod, port)
        .find(|taken| matches!((sent.mode, taken.mode), ("DISABLE" | "SIMPLE", "STRICT") | ("ISTIO_MUTUAL", "DISABLE")))?;
    Some(Conflict { sent, taken: Some(taken), bare })
}
