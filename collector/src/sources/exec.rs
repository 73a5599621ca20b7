//! Exec: what only a command inside a container can tell. Only when asked for.
use super::{Right, Source, Switch};
use crate::{
    gateway::{Failure, Said},
    outcome::Ended,
    pods::Facts,
    run::Run,
};
use futures::StreamExt;
use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tarbox_bundle::EntryPath;

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "exec",
    what: "From inside some running containers: free disk space and inodes (df), /etc/resolv.conf, the names (never the values) of environment variables, and whether the cluster's DNS answers. \
           Containers of pods in trouble first, then one of each workload. The one command that is run only reads.",
    calls: &["GET /api/v1/namespaces/<ns>/pods/<pod>/exec?container=<c>&command=sh (as a websocket)"],
    rights: &[Right { groups: &[""], resources: &["pods/exec"], urls: &[], verbs: &["get", "create"] }],
    place: &["exec/<namespace>/<pod>/<container>/<df, resolv.conf, environment, nslookup>.txt"],
    limits: "50 containers; 15 seconds and 256 KiB each. A container without a shell has the outcome `absent`.",
    switch: Switch::On("--exec"),
    grant: Some("--exec"),
};

/// Containers of one run.
const CONTAINERS: usize = 50;
/// Output of one container.
const OUTPUT: usize = 256 << 10;
/// What begins a part of the output.
const MARK: &str = "==tarbox== ";
/// The files that the parts become.
const FILES: [&str; 4] = ["df.txt", "resolv.conf.txt", "environment.txt", "nslookup.txt"];

/// Plain POSIX shell, and each tool may be missing. A value of the environment may hold line ends, and each would look like a name: so they are
/// taken out before the values are cut off. What may hang comes last.
const SCRIPT: &str = r"echo '==tarbox== df.txt'; df -P -k 2>&1; echo; df -P -i 2>&1
echo '==tarbox== resolv.conf.txt'; cat /etc/resolv.conf 2>&1
echo '==tarbox== environment.txt'; tr '\n\000' ' \n' < /proc/self/environ | cut -d= -f1
echo '==tarbox== nslookup.txt'; nslookup kubernetes.default 2>&1";

/// Runs it.
pub(crate) async fn collect(run: &Arc<Run>) {
    if !run.options.exec {
        return;
    }
    let (chosen, more) = choose(run.facts());
    let (denied, read, bytes) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    futures::stream::iter(chosen)
        .for_each_concurrent(3, |(namespace, pod, container)| {
            let (denied, read, bytes) = (&denied, &read, &bytes);
            async move {
                if denied.load(Ordering::Relaxed) || run.gateway.stop().reason().is_some() {
                    return;
                }
                let id = format!("{}/{namespace}/{pod}/{container}", SOURCE.id);
                match run.gateway.run(&namespace, &pod, &container, &["sh", "-c", SCRIPT], OUTPUT).await {
                    Ok(said) => {
                        let written = write(run, &said, &namespace, &pod, &container);
                        read.fetch_add(u64::from(written > 0), Ordering::Relaxed);
                        bytes.fetch_add(written, Ordering::Relaxed);
                        match said.trouble {
                            Some(trouble) if written == 0 => run.outcome(SOURCE.id, &id, Ended::Absent, 0, 0, &trouble),
                            // The last tool's exit code is no trouble; what did not end is worth a word.
                            Some(trouble) if trouble.starts_with("did not end") => {
                                run.outcome(SOURCE.id, &id, Ended::Limited, 1, written, &trouble);
                            }
                            _ => {}
                        }
                    }
                    Err(failure) if failure.is_denied() => {
                        if !denied.swap(true, Ordering::Relaxed) {
                            run.outcome(SOURCE.id, SOURCE.id, Ended::Denied, 0, 0, &failure.to_string());
                        }
                    }
                    Err(failure) => run.outcome(SOURCE.id, &id, Ended::from(&failure), 0, 0, &failure.to_string()),
                }
            }
        })
        .await;
    if !denied.into_inner() {
        let ended = match run.gateway.stop().reason() {
            Some(reason) => Ended::from(&Failure::Stopped(reason)),
            None if more > 0 => Ended::Limited,
            None => Ended::Collected,
        };
        let detail = if more > 0 { format!("{more} more containers were not entered") } else { String::new() };
        run.outcome(SOURCE.id, SOURCE.id, ended, read.into_inner(), bytes.into_inner(), &detail);
    }
}

/// The containers to enter, and how many more there would be.
fn choose(facts: &Facts) -> (Vec<(String, String, String)>, usize) {
    let mut workloads = HashSet::new();
    let mut chosen = Vec::new();
    for troubled in [true, false] {
        for pod in facts.pods().iter().filter(|pod| pod.troubled == troubled) {
            let (namespace, name) = (facts.namespace(pod), facts.pod_name(pod));
            // Pods of one workload differ in the last part of their names.
            let workload = (namespace, name.rsplit_once('-').map_or(name, |(workload, _)| workload));
            let mut running = facts.containers(pod).iter().filter(|container| container.running).peekable();
            if running.peek().is_some() && (workloads.insert(workload) || troubled) {
                chosen.extend(running.map(|container| (namespace.to_owned(), name.to_owned(), facts.container_name(container).to_owned())));
            }
        }
    }
    let more = chosen.len().saturating_sub(CONTAINERS);
    chosen.truncate(CONTAINERS);
    (chosen, more)
}

/// Writes the parts of the output as files.
fn write(run: &Run, said: &Said, namespace: &str, pod: &str, container: &str) -> u64 {
    let output = String::from_utf8_lossy(&said.output);
    let (mut written, mut files) = (0, FILES.to_vec());
    for part in output.split(MARK).skip(1) {
        let Some((file, content)) = part.split_once('\n') else { continue };
        // The names are ours, each once: a container's own words cannot make a file.
        if let Some(at) = files.iter().position(|known| *known == file) {
            let file = files.remove(at);
            let mut text = run.sink.text(&EntryPath::exec(namespace, pod, container, file), OUTPUT as u64);
            text.push(content.as_bytes());
            written += text.finish(None).0;
        }
    }
    written
}
