//! The listener: one address of this machine, HTTP/1.1, nobody from outside.
use crate::{answer::Answer, api, error::ServeError, recording::Recording, request::Request};
use hyper::{
    body::Incoming,
    header::{DATE, HOST, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    future::Future,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::net::TcpListener;

/// A recording with its address.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    recording: Arc<Recording>,
}

impl Server {
    /// Listens on this port of the loopback address; 0 takes any free one.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn bind(recording: Recording, port: u16) -> Result<Self, ServeError> {
        let wanted = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        let failed = |error| ServeError::Bind { address: wanted.to_string(), error };
        let listener = TcpListener::bind(wanted).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, recording: Arc::new(recording) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it serves.
    #[must_use]
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Serves until `stop` is done; what is being answered then is left to its task.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let recording = Arc::clone(&self.recording);
                    tokio::spawn(async move {
                        let service = service_fn(move |request| {
                            let recording = Arc::clone(&recording);
                            async move { Ok::<_, Infallible>(answer(&recording, request).await.into_response()) }
                        });
                        // A client that goes away in the middle is its own affair.
                        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                    });
                }
                // Too many open files, a connection that was gone at once: the next one may do.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

async fn answer(recording: &Arc<Recording>, request: hyper::Request<Incoming>) -> Answer {
    let mut answer = if is_local(request.headers().get(HOST)) {
        match Request::read(request).await {
            Ok(request) => api::answer(recording, &request).await,
            Err(refusal) => refusal,
        }
    } else {
        // A web page that resolves its own name to this machine would get here.
        Answer::refusal(403, "Forbidden", "this server answers only to names of this machine (localhost, 127.0.0.1)")
    };
    if let Ok(date) = HeaderValue::from_str(&recording.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
        answer.header(DATE, date);
    }
    answer
}

/// Whether the name by which the server was asked is one of this machine.
fn is_local(host: Option<&HeaderValue>) -> bool {
    let Some(host) = host else { return true };
    let Ok(host) = host.to_str() else { return false };
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())).map_or(host, |(name, _)| name);
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_answered() {
        let local = |host: &str| is_local(Some(&HeaderValue::from_str(host).unwrap()));
        assert!(local("127.0.0.1:8001") && local("localhost") && local("LOCALHOST:1") && local("[::1]:80") && local("127.1.2.3"));
        assert!(!local("example.com:8001") && !local("10.0.0.1") && !local("localhost.example.com") && !local(""));
    }
}
