//! The request log. One thread owns its entry, because it stays open for the whole run while everybody writes to the bundle.
use crate::gateway::{Asked, RequestLog};
use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread::JoinHandle,
};
use tarbox_bundle::{EntryPath, RequestRecord, WriteError, Writer};

/// The sending end: hand it to the gateway.
pub(crate) struct Requests {
    // Records are small and the thread is faster than any API server: the queue stays short without a bound, and a request never waits for it.
    queue: Sender<Asked>,
}

/// The receiving end, to be given the writer once there is one.
pub(crate) struct RequestsEnd {
    queue: Receiver<Asked>,
}

impl Requests {
    /// A log and its other end. What is asked before the bundle exists waits in the queue.
    pub(crate) fn new() -> (Self, RequestsEnd) {
        let (queue, end) = channel();
        (Self { queue }, RequestsEnd { queue: end })
    }
}

impl RequestLog for Requests {
    fn asked(&self, asked: Asked) {
        // The thread ends only after a failed write, which ends the run by itself.
        let _ = self.queue.send(asked);
    }
}

impl RequestsEnd {
    /// Begins writing; the thread ends when the gateway is gone.
    pub(crate) fn write(self, writer: Arc<Writer>) -> JoinHandle<Result<(), WriteError>> {
        std::thread::spawn(move || {
            let mut entry = writer.entry(&EntryPath::requests())?;
            let mut line = Vec::new();
            for asked in self.queue {
                line.clear();
                if serde_json::to_writer(&mut line, &record(asked)).is_ok() {
                    line.push(b'\n');
                    entry.push(&line)?;
                }
            }
            entry.finish().map(drop)
        })
    }
}

fn record(asked: Asked) -> RequestRecord {
    RequestRecord {
        started: asked.at,
        method: asked.method.to_owned(),
        path: asked.path,
        status: (asked.status != 0).then_some(asked.status),
        bytes: asked.bytes,
        millis: asked.millis,
        attempt: asked.attempt,
        error: asked.error,
    }
}
