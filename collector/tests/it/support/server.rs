//! The scripted API server: a plain cluster, and faults in front of it.
use super::{cluster::Cluster, websocket};
use bytes::Bytes;
use futures::StreamExt;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::{Request, Response, body::Frame, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

/// One request as the script sees it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    /// How often this path and query were asked before.
    pub(crate) before: usize,
    pub(crate) agent: String,
}

/// An answer.
pub(crate) enum Reply {
    Json(u16, Value),
    Text(u16, String),
    /// With further headers.
    With(u16, Vec<(&'static str, String)>, Value),
    /// Never answers.
    Hang,
    /// Sends this, and then breaks the connection.
    Break(String),
    /// Sends this, and then nothing more.
    Stall(String),
    /// Becomes a websocket on which a command says this and ends with this status.
    Exec(String, Value),
    /// Becomes a websocket that leads to this address.
    Forward(SocketAddr, u16),
}

pub(crate) type Fault = Box<dyn Fn(&Asked) -> Option<Reply> + Send + Sync>;

pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Asked>>>,
    most_at_once: Arc<AtomicUsize>,
    _runtime: tokio::runtime::Runtime,
}

struct Script {
    cluster: Cluster,
    faults: Vec<Fault>,
    /// The `Date` of every answer.
    date: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    counts: Mutex<BTreeMap<String, usize>>,
    at_once: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
}

/// What every cluster's clock shows, unless a test has its own.
const DATE: &str = "Tue, 24 Nov 2026 08:00:00 GMT";

impl Server {
    /// Serves this cluster; the first fault that has an answer wins.
    pub(crate) fn start(cluster: Cluster, faults: Vec<Fault>) -> Self {
        Self::listen(cluster, faults, DATE.to_owned(), None)
    }

    /// The same with another time of day at the server.
    pub(crate) fn start_at(cluster: Cluster, faults: Vec<Fault>, date: String) -> Self {
        Self::listen(cluster, faults, date, None)
    }

    /// The same behind TLS.
    pub(crate) fn start_tls(cluster: Cluster, faults: Vec<Fault>, tls: ServerConfig) -> Self {
        Self::listen(cluster, faults, DATE.to_owned(), Some(tls))
    }

    fn listen(cluster: Cluster, faults: Vec<Fault>, date: String, tls: Option<ServerConfig>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let tls = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let most_at_once = Arc::<AtomicUsize>::default();
        let script = Script {
            cluster,
            faults,
            date,
            asked: Arc::clone(&asked),
            counts: Mutex::default(),
            at_once: Arc::default(),
            most_at_once: Arc::clone(&most_at_once),
        };
        let script = Arc::new(script);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, tls) = (Arc::clone(&script), tls.clone());
                tokio::spawn(async move {
                    let service = service_fn(move |request| answer(Arc::clone(&script), request));
                    // Broken connections and handshakes are part of the script.
                    match tls {
                        None => drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades().await),
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
                            }
                        }
                    }
                });
            }
        });
        Self { address, scheme, asked, most_at_once, _runtime: runtime }
    }

    pub(crate) fn kubeconfig(&self) -> String {
        self.kubeconfig_with(json!({}), json!({"token": "t"}))
    }

    /// A kubeconfig with these further fields of its cluster, and this user.
    pub(crate) fn kubeconfig_with(&self, mut cluster: Value, user: Value) -> String {
        cluster["server"] = format!("{}://{}", self.scheme, self.address).into();
        json!({"apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "c", "cluster": cluster}],
            "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u"}}],
            "users": [{"name": "u", "user": user}]})
        .to_string()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The most requests that were under way at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::Relaxed)
    }

    /// Waits until this path was asked for.
    pub(crate) fn wait_for(&self, path: &str) {
        for _ in 0..500 {
            if self.asked().iter().any(|asked| asked.path.contains(path)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("nobody asked for {path}");
    }
}

/// Counts requests that are under way.
struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    fn new(script: &Script) -> Self {
        let now = script.at_once.fetch_add(1, Ordering::Relaxed) + 1;
        script.most_at_once.fetch_max(now, Ordering::Relaxed);
        Self(Arc::clone(&script.at_once))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn answer(
    script: Arc<Script>,
    mut request: Request<hyper::body::Incoming>,
) -> Result<Response<BoxBody<Bytes, io::Error>>, Infallible> {
    let query = request.uri().query().unwrap_or_default();
    let query = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let agent = request.headers().get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let mut asked = Asked { method: request.method().to_string(), path: request.uri().path().to_owned(), query, before: 0, agent };
    {
        let mut counts = script.counts.lock().unwrap();
        let count = counts.entry(request.uri().to_string()).or_default();
        asked.before = *count;
        *count += 1;
    }
    script.asked.lock().unwrap().push(asked.clone());
    let under_way = UnderWay::new(&script);
    if let Some(pause) = script.cluster.pause {
        tokio::time::sleep(pause).await;
    }
    let reply = script.faults.iter().find_map(|fault| fault(&asked)).unwrap_or_else(|| script.cluster.answer(&asked));
    let full = |text: String| Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed();
    let pieces = |text: String, end: io::Result<Frame<Bytes>>| {
        let begin = futures::stream::once(async { Ok(Frame::data(Bytes::from(text))) });
        let pause = futures::stream::once(async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            end
        });
        BodyExt::boxed(StreamBody::new(begin.chain(pause)))
    };
    let reply = match reply {
        Reply::Exec(output, status) => return Ok(websocket::upgrade(&mut request, move |socket| websocket::exec(socket, output, status))),
        Reply::Forward(to, port) => return Ok(websocket::upgrade(&mut request, move |socket| websocket::forward(socket, to, port))),
        other => other,
    };
    drop(under_way);
    let mut response = Response::builder().header("date", &script.date);
    let body = match reply {
        Reply::Json(status, value) => {
            response = response.status(status).header("content-type", "application/json");
            full(value.to_string())
        }
        Reply::With(status, headers, value) => {
            response = headers.into_iter().fold(response.status(status), |response, (name, value)| response.header(name, value));
            full(value.to_string())
        }
        Reply::Text(status, text) => {
            response = response.status(status);
            full(text)
        }
        Reply::Hang => std::future::pending().await,
        Reply::Break(text) => pieces(text, Err(io::Error::other("cut by the script"))),
        Reply::Stall(text) => {
            let begin = futures::stream::once(async { Ok(Frame::data(Bytes::from(text))) });
            BodyExt::boxed(StreamBody::new(begin.chain(futures::stream::pending())))
        }
        Reply::Exec(..) | Reply::Forward(..) => unreachable!("answered above"),
    };
    Ok(response.body(body).unwrap())
}
