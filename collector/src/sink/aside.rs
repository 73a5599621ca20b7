//! An entry that stays open for the whole run while everybody adds lines to it. One thread owns it, because an open entry borrows the writer.
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{SyncSender, sync_channel},
    },
    thread::JoinHandle,
};
use tarbox_bundle::{EntryPath, WriteError, Writer};

/// Lines that may wait for the thread.
const QUEUE: usize = 256;

/// The entry. It comes into being with its first line.
pub(super) struct Aside {
    writer: Arc<Writer>,
    path: EntryPath,
    open: Mutex<Option<Open>>,
}

/// The thread and the way to it.
type Open = (SyncSender<Vec<u8>>, JoinHandle<Result<(), WriteError>>);

impl Aside {
    /// An entry that may come into being.
    pub(super) fn new(writer: Arc<Writer>, path: EntryPath) -> Self {
        Self { writer, path, open: Mutex::new(None) }
    }

    /// Adds a line.
    pub(super) fn push(&self, line: Vec<u8>) {
        let queue = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.get_or_insert_with(|| self.begin()).0.clone()
        };
        // The thread ends only after a failed write, which comes out in the end.
        let _ = queue.send(line);
    }

    /// Ends the entry.
    pub(super) fn finish(&self) -> Result<(), WriteError> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((queue, thread)) = open else { return Ok(()) };
        drop(queue);
        // A panic there was told by itself; the lines are lost, the bundle is not.
        thread.join().unwrap_or(Ok(()))
    }

    fn begin(&self) -> Open {
        let (queue, lines) = sync_channel::<Vec<u8>>(QUEUE);
        let (writer, path) = (Arc::clone(&self.writer), self.path.clone());
        let thread = std::thread::spawn(move || {
            let mut entry = writer.entry(&path)?;
            for line in lines {
                entry.push(&line)?;
            }
            entry.finish().map(drop)
        });
        (queue, thread)
    }
}
