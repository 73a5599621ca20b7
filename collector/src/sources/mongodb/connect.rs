//! A connection to one server: through a port forwarded to its pod, or straight.
use super::{commands::words, find::Instance};
use crate::{gateway::Gateway, outcome::Ended, run::Run};
use mongodb::{
    Client,
    bson::doc,
    options::{ClientOptions, ServerAddress, Tls},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};

/// A server that answers.
pub(super) struct Connection {
    pub(super) client: Client,
    tunnel: Option<Tunnel>,
}

/// Why there is none.
pub(super) struct Trouble {
    pub(super) ended: Ended,
    pub(super) why: String,
}

/// A loopback port whose connections end in the pod.
struct Tunnel {
    port: u16,
    task: JoinHandle<()>,
    /// Why the last connection did not come to be.
    refused: Arc<Mutex<Option<Trouble>>>,
}

/// Connects and says hello.
pub(super) async fn connect(run: &Arc<Run>, instance: &Instance) -> Result<Connection, Trouble> {
    let failed = |why: String| Trouble { ended: Ended::Failed, why };
    let tunnel = if instance.in_cluster {
        Some(Tunnel::open(run.gateway.clone(), instance).await.map_err(|error| failed(error.to_string()))?)
    } else {
        None
    };
    let patience = run.options.request_timeout.min(Duration::from_secs(10));
    let uri = instance.uri.as_deref().unwrap_or("mongodb://127.0.0.1");
    let mut options = ClientOptions::parse(uri).await.map_err(|error| failed(format!("the URI cannot be read: {}", words(&error))))?;
    let (host, port) = tunnel.as_ref().map_or((instance.name.clone(), instance.port), |tunnel| ("127.0.0.1".to_owned(), tunnel.port));
    options.hosts = vec![ServerAddress::Tcp { host, port: Some(port) }];
    // This very server is meant, whatever set it belongs to.
    options.direct_connection = Some(true);
    options.repl_set_name = None;
    options.load_balanced = None;
    options.app_name = Some("tarbox-collect".to_owned());
    (options.max_pool_size, options.min_pool_size) = (Some(2), Some(0));
    (options.server_selection_timeout, options.connect_timeout) = (Some(patience), Some(patience));
    options.retry_reads = Some(false);
    if let (Some(Tls::Enabled(tls)), true) = (&mut options.tls, tunnel.is_some()) {
        // The certificate is for the pod's name, and we call it by the tunnel's; who stands at its other end is the API server's word.
        tls.allow_invalid_certificates = Some(true);
    }
    let client = Client::with_options(options).map_err(|error| failed(words(&error)))?;
    let connection = Connection { client, tunnel };
    let admin = connection.client.database("admin");
    let hello = admin.run_command(doc! {"hello": 1});
    match run.gateway.stop().guard(tokio::time::timeout(patience * 2, hello)).await {
        Ok(Ok(Ok(_))) => Ok(connection),
        Ok(Ok(Err(error))) => {
            let trouble = connection.tunnel.as_ref().and_then(Tunnel::trouble).unwrap_or_else(|| super::commands::trouble(&error));
            connection.close().await;
            Err(trouble)
        }
        Ok(Err(_)) => {
            connection.close().await;
            Err(Trouble { ended: Ended::TimedOut, why: format!("no answer within {} s", (patience * 2).as_secs()) })
        }
        Err(reason) => {
            connection.close().await;
            Err(Trouble { ended: Ended::from(&crate::gateway::Failure::Stopped(reason)), why: reason.to_string() })
        }
    }
}

impl Connection {
    /// Ends it, tunnel and all.
    pub(super) async fn close(self) {
        drop(self.client);
        if let Some(tunnel) = self.tunnel {
            tunnel.task.abort();
            // It ends by the abort; nothing else is of interest.
            let _ = tunnel.task.await;
        }
    }
}

impl Tunnel {
    async fn open(gateway: Gateway, instance: &Instance) -> std::io::Result<Self> {
        // Loopback only, and a port that the system chooses; as long as the questions last.
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let refused = Arc::new(Mutex::new(None));
        let (instance, noted) = (instance.clone(), Arc::clone(&refused));
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                match gateway.forward(&instance.namespace, &instance.name, instance.port).await {
                    Ok((mut far, forwarder)) => {
                        connections.spawn(async move {
                            // A connection that breaks is the driver's to notice.
                            let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                            drop(forwarder);
                        });
                    }
                    Err(failure) => {
                        let trouble = Trouble { ended: Ended::from(&failure), why: failure.to_string() };
                        *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
                    }
                }
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { port, task, refused })
    }

    fn trouble(&self) -> Option<Trouble> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
