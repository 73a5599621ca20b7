//! The ways into a pod, for sources that a user opts into: a forwarded port, and a command whose output is read. Both are a GET that becomes a
//! websocket, pass the pace, have deadlines, and are in the request log.
use super::{Ask, Failure, Gateway, Kind, Refusal, answer::Trace};
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api,
    api::{AttachParams, AttachedProcess, Portforwarder},
};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    sync::OwnedSemaphorePermit,
};

/// The longest wait for a command's output.
const COMMAND: Duration = Duration::from_secs(15);

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    /// Its output, as far as it was wanted.
    pub(crate) output: Vec<u8>,
    /// Why that may not be all.
    pub(crate) trouble: Option<String>,
}

impl Gateway {
    /// Opens a connection to a port of a pod.
    pub(crate) async fn forward(
        &self,
        namespace: &str,
        pod: &str,
        port: u16,
    ) -> Result<(impl AsyncRead + AsyncWrite + Unpin + Send + use<>, Portforwarder), Failure> {
        let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/portforward?ports={port}");
        let api: Api<Pod> = Api::namespaced(self.shared.client.clone(), namespace);
        // The place among the requests in flight is free again when the tunnel stands: it may stand for long.
        let (mut forwarder, _, _) = self.open(path, api.portforward(pod, &[port])).await?;
        let stream = forwarder.take_stream(port).ok_or_else(|| Failure::Broken("no stream for the port".to_owned()))?;
        Ok((stream, forwarder))
    }

    /// Runs a command in a container and reads up to `cap` bytes of its output.
    pub(crate) async fn run(&self, namespace: &str, pod: &str, container: &str, command: &[&str], cap: usize) -> Result<Said, Failure> {
        // The command's words are in the documentation of its source; here its first says enough.
        let path =
            format!("/api/v1/namespaces/{namespace}/pods/{pod}/exec?container={container}&command={}", command.first().unwrap_or(&""));
        let api: Api<Pod> = Api::namespaced(self.shared.client.clone(), namespace);
        let how = AttachParams::default().container(container).stdin(false).stdout(true).stderr(false);
        let (mut process, mut trace, _permit): (AttachedProcess, _, _) =
            self.open(path, api.exec(pod, command.iter().copied(), &how)).await?;
        let status = process.take_status();
        let mut output = Vec::new();
        let read = async {
            if let Some(stdout) = process.stdout() {
                // A break is a short output; the status tells why.
                let _ = stdout.take(cap as u64).read_to_end(&mut output).await;
            }
            match status {
                Some(status) => status.await,
                None => None,
            }
        };
        let ended = self.shared.stop.guard(tokio::time::timeout(COMMAND.min(self.shared.patience), read)).await;
        trace.received(output.len());
        let trouble = match ended {
            Err(reason) => return Err(trace.failed(Failure::Stopped(reason))),
            Ok(Err(_)) => Some(format!("did not end within {} s", COMMAND.min(self.shared.patience).as_secs())),
            Ok(Ok(Some(status))) => status.message.filter(|_| status.status.as_deref() == Some("Failure")),
            Ok(Ok(None)) => None,
        };
        Ok(Said { output, trouble })
    }

    async fn open<T>(
        &self,
        path: String,
        opening: impl Future<Output = kube::Result<T>>,
    ) -> Result<(T, Trace, Option<OwnedSemaphorePermit>), Failure> {
        let shared = &self.shared;
        let permit = shared.stop.guard(shared.pace.turn()).await.map_err(Failure::Stopped)?;
        shared.counters.requests.fetch_add(1, Ordering::Relaxed);
        let mut trace = Trace::new(Arc::clone(shared), &Ask::any(Kind::Proxy, path), 1);
        let wait = Kind::Proxy.first_byte(shared.patience);
        match shared.stop.guard(tokio::time::timeout(wait, opening)).await {
            Err(reason) => Err(trace.failed(Failure::Stopped(reason))),
            Ok(Err(_)) => Err(trace.failed(Failure::TimedOut(wait))),
            Ok(Ok(Err(kube::Error::Api(status)))) => {
                trace.status(status.code);
                let body = serde_json::to_vec(&serde_json::json!({"message": status.message})).unwrap_or_default();
                Err(trace.failed(Failure::Refused(Refusal::read(status.code, None, &body))))
            }
            Ok(Ok(Err(error))) => Err(trace.failed(Failure::from_error(&error))),
            Ok(Ok(Ok(opened))) => {
                trace.status(101);
                Ok((opened, trace, permit))
            }
        }
    }
}
