//! One collection from beginning to end: connect, open the bundle, ask the sources in their order, close the bundle.
use crate::{
    clock,
    connect::{self, Connection},
    console::{self, Tone},
    discovery::{Resource, discover},
    exit::Exit,
    gateway::{Ask, Failure, Gateway, Kind, Manners},
    options::{Collect, Mongodb, Privacy},
    outcome::Ended,
    progress::Progress,
    readings,
    redact::Redact,
    resume::Earlier,
    run::Run,
    seal,
    sink::{self, Requests, Sink},
    sources::{certificates, exec, health, helm, http, logs, mongodb, objects, secrets},
    stop::{Stop, StopReason},
    summary,
    trouble::Trouble,
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};
use tarbox_bundle::{ClusterInfo, FORMAT, Header, ToolInfo, Writer, WriterOptions};
use tarbox_redaction::{Key, KeyError};
use tokio::sync::watch;

/// What a run left behind.
pub(crate) struct Collected {
    /// The bundle.
    pub(crate) path: PathBuf,
    /// The exit code.
    pub(crate) exit: Exit,
}

/// Collects. An error means that there is no bundle under the final name.
pub(crate) async fn collect(options: Collect, stop: Arc<Stop>, progress: Progress) -> Result<Collected, Trouble> {
    let started = Instant::now();
    // From the very beginning: a login helper that hangs is inside of the deadline too.
    let deadline = {
        let (stop, after) = (Arc::clone(&stop), options.deadline);
        tokio::spawn(async move { stop.at_deadline(after).await })
    };
    let collected = within_deadline(options, stop, progress, started).await;
    deadline.abort();
    collected
}

async fn within_deadline(options: Collect, stop: Arc<Stop>, progress: Progress, started: Instant) -> Result<Collected, Trouble> {
    let connection = connect::connect(&options, &stop).await?;
    let redact = Redact::new(options.privacy, &key(&options, &progress)?);
    let earlier = match options.resume.clone() {
        None => None,
        // Reading a large file is no work for the threads that serve the network.
        Some(path) => tokio::task::spawn_blocking(move || Earlier::open(&path)).await.ok().transpose()?,
    };
    if let Mongodb::Uri(uri) = &options.mongodb {
        redact.know("mongodb-uri", uri);
    }
    let (path, writer) = open(&options, &connection)?;
    let (requests, requests_end) = Requests::new();
    let manners = Manners { qps: options.qps, patience: options.request_timeout };
    let gateway = Gateway::new(connection.client.clone(), &manners, Arc::clone(&stop), Box::new(requests));
    let header = match greet(&gateway, &connection, &options).await {
        Ok(header) => header,
        Err(trouble) => {
            sink::abort(writer);
            return Err(trouble);
        }
    };
    progress.say(&format!("cluster {} ({}), Kubernetes {}", connection.name, connection.server, header.cluster.version));
    let sink = Sink::new(Arc::clone(&writer), redact, Arc::clone(&stop));
    sink.header(&header);
    let request_log = requests_end.write(writer);
    let run = Arc::new(Run::new(gateway, sink, options, progress, connection.namespace.clone(), earlier));
    let server = connection.server.clone();
    drop(connection);
    ask_everything(&run).await;
    let Ok(run) = Arc::try_unwrap(run).map_err(drop) else {
        return Err(Trouble::new(Exit::Internal, "a source is still running", "", "please report this"));
    };
    let reason = stop.reason();
    let no_rights = reason.is_none() && run.nothing_was_allowed();
    let (gaps, more_gaps) = run.gaps();
    let (requests, retries) =
        (run.gateway.counters().requests.load(Ordering::Relaxed), run.gateway.counters().retries.load(Ordering::Relaxed));
    let Run { gateway, sink, progress, .. } = run;
    // The request log ends when the last gateway is gone.
    drop(gateway);
    let partial = sink.partial_path();
    let failure = sink.failure();
    let writer = sink.close();
    let logged = tokio::task::spawn_blocking(move || request_log.join()).await;
    let failure = failure.or_else(|| match logged {
        Ok(Ok(Err(error))) => Some(error.to_string()),
        _ => None,
    });
    if no_rights {
        sink::abort(writer);
        return Err(Trouble::new(
            Exit::NoRights,
            format!("{server} knows us, but this login may not list a single kind of object"),
            summary::first_words(&gaps),
            "ask for rights: `tarbox-collect rbac` prints the ClusterRole to bind to this user; with rights in one namespace, name it with -n",
        ));
    }
    let finished = sink::finish(writer);
    let finished = match (finished, failure) {
        (Ok(finished), None) => finished,
        (Ok(finished), Some(why)) => {
            console::say(
                Tone::Error,
                &format!("error: not everything could be written to {}: {why}\n  do:  make room and run again", path.display()),
            );
            return Ok(Collected { path: finished.path, exit: Exit::Output });
        }
        (Err(late), early) => {
            let todo = format!("make room and run again; what was written until then opens: {}", partial.display());
            return Err(Trouble::new(Exit::Output, format!("cannot write {}", path.display()), early.unwrap_or(late), todo));
        }
    };
    let exit = match reason {
        Some(StopReason::Interrupted) => Exit::Interrupted,
        _ if !gaps.is_empty() || more_gaps > 0 => Exit::Partial,
        _ => Exit::Complete,
    };
    if exit != Exit::Complete {
        progress.warn(&format!("{}\n{}", exit.meaning(), summary::gaps(&gaps, more_gaps)));
    }
    let seconds = started.elapsed().as_secs_f64();
    let retries = if retries > 0 { format!(" ({retries} repeated)") } else { String::new() };
    progress.say(&format!("{}, {} files, {requests} requests{retries}, {seconds:.1} s", summary::bytes(finished.bytes), finished.files));
    progress.event(
        "finished",
        &[("path", finished.path.display().to_string().into()), ("exit", exit.code().into()), ("bytes", finished.bytes.into())],
    );
    Ok(Collected { path: finished.path, exit })
}

/// The sources, in their order.
async fn ask_everything(run: &Arc<Run>) {
    let found = discover(&run.gateway).await;
    for (group_version, failure) in &found.gaps {
        if !group_version.starts_with("metrics.k8s.io") {
            let id = format!("discovery/{}", group_version.trim_start_matches('/'));
            run.outcome("discovery", &id, Ended::from(failure), 0, 0, &failure.to_string());
        }
    }
    run.note_discovery(found.gaps);
    sources(run, &found.resources).await;
}

async fn sources(run: &Arc<Run>, resources: &[Resource]) {
    // First of all, so that redaction knows every value before another byte is written.
    secrets::collect(run, resources).await;
    let (first, rest) = objects::in_order(resources);
    objects::collect(run, first).await;
    let (done, is_done) = watch::channel(false);
    let readings = async {
        health::collect(run).await;
        readings::take(run, resources, is_done).await;
    };
    let bulk = async {
        objects::collect(run, rest).await;
        certificates::settle(run);
        helm::write(run);
        tokio::join!(logs::collect(run), http::collect(run), exec::collect(run), mongodb::collect(run));
        done.send_replace(true);
    };
    tokio::join!(readings, bulk);
}

/// Opens the bundle's working file before anything is asked: a folder that cannot be written to is known at once.
fn open(options: &Collect, connection: &Connection) -> Result<(PathBuf, Arc<Writer>), Trouble> {
    let now = clock::now();
    let name: String =
        connection.name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' }).take(60).collect();
    let top = format!("tarbox-{}-{}", name.trim_matches(['-', '.']), now.strftime("%Y%m%dT%H%M%SZ"));
    let suffix = if options.recipients.is_empty() { "" } else { ".age" };
    let path = options.output.clone().unwrap_or_else(|| PathBuf::from(format!("{top}.tar.zst{suffix}")));
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let seal = seal::seal(&options.recipients)?;
    let writer = Writer::create_sealed(&path, WriterOptions::new(top, seconds), seal).map_err(|error| {
        Trouble::new(
            Exit::Output,
            format!("cannot write {}", path.display()),
            crate::gateway::chain(&error),
            "choose another file with -o FILE",
        )
    })?;
    Ok((path, Arc::new(writer)))
}

/// The first words with the server: is it one, does it let us in, what time is it there.
async fn greet(gateway: &Gateway, connection: &Connection, options: &Collect) -> Result<Header, Trouble> {
    let version = match gateway.get_all(&Ask::json(Kind::Health, "/version"), 1 << 20).await {
        Ok(body) => body,
        // Not allowed to read the version, but it is an API server and it knows us.
        Err(failure) if failure.status() == Some(403) => Vec::new(),
        Err(failure) => return Err(connect::explain(connection, &failure)),
    };
    let text = |body: &[u8], pointer: &str| {
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
    };
    let system = match gateway.get_all(&Ask::json(Kind::Proxy, "/api/v1/namespaces/kube-system"), 1 << 20).await {
        Err(failure @ Failure::Refused(_)) if failure.status() == Some(401) => return Err(connect::explain(connection, &failure)),
        other => other.unwrap_or_default(),
    };
    let clock = gateway.server_clock();
    Ok(Header {
        format: FORMAT,
        tool: ToolInfo { name: "tarbox-collect".into(), version: env!("CARGO_PKG_VERSION").into() },
        cluster: ClusterInfo {
            server: connection.server.clone(),
            version: text(&version, "/gitVersion").unwrap_or_default(),
            context: if connection.name == connect::IN_CLUSTER { String::new() } else { connection.name.clone() },
            uid: text(&system, "/metadata/uid"),
        },
        collected_at: Some(clock.map_or_else(clock::now, |clock| clock.server)),
        // The format says how far we are ahead; the clock says how far the server is.
        clock_skew_seconds: clock.map(|clock| -clock.skew.as_secs_f64()),
        options: recorded(options),
        redaction: if options.privacy == Privacy::Strict { "strict" } else { "default" }.into(),
        namespaces: options.namespaces.clone(),
    })
}

/// The options that a reader of the bundle must know.
fn recorded(options: &Collect) -> BTreeMap<String, String> {
    let mut recorded = BTreeMap::from([
        ("deadline".to_owned(), format!("{}s", options.deadline.as_secs())),
        ("log-bytes".to_owned(), options.log_bytes.to_string()),
        ("max-size".to_owned(), options.max_size.to_string()),
    ]);
    let mut note = |key: &str, value: Option<String>| recorded.extend(value.map(|value| (key.to_owned(), value)));
    note("since", options.since.map(|since| format!("{}s", since.as_secs())));
    note("no-secrets", options.no_secrets.then(|| "true".to_owned()));
    note("observe", Some(format!("{}s", options.observe.as_secs())));
    note("resume", options.resume.as_ref().map(|_| "true".to_owned()));
    note("mongodb", (options.mongodb != Mongodb::Off).then(|| format!("{:?}", options.mongodb)));
    note("exec", options.exec.then(|| "true".to_owned()));
    note("no-http", options.no_http.then(|| "true".to_owned()));
    note("no-kubelet", options.no_kubelet.then(|| "true".to_owned()));
    note("qps", options.qps.map(|qps| qps.to_string()));
    recorded
}

/// The key of the placeholders: a new one that ends with the run, unless a file keeps it.
fn key(options: &Collect, progress: &Progress) -> Result<Key, Trouble> {
    let kept = match &options.key {
        None => Key::random().map(|key| (key, None)),
        Some(path) => Key::kept(path).map(|(key, made)| (key, made.then_some(path))),
    };
    let (key, made) = kept.map_err(|error| {
        let exit = match error {
            KeyError::NoRandom(_) => Exit::Internal,
            KeyError::Read(_) => Exit::Usage,
            KeyError::Write(_) => Exit::Output,
        };
        Trouble::new(exit, error.to_string(), "", "")
    })?;
    if let Some(path) = made {
        progress.say(&format!("a new key is in {}: keep it, and give it to nobody who must not know what was redacted", path.display()));
    }
    Ok(key)
}
