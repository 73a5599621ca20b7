//! One frame on its way from compressed to plain, worked on by whoever comes first.

use super::buffers;
use std::cell::RefCell;
use std::sync::{Condvar, Mutex, PoisonError};
use zstd::bulk::Decompressor;

/// A frame, offered to the thread pool and wanted by the reader. Whoever claims it first does the work: the reader never waits for a
/// thread that has not begun, so that it cannot deadlock even when it runs inside the only thread of the pool.
#[derive(Debug)]
pub(super) struct Slot {
    plain: usize,
    state: Mutex<State>,
    ready: Condvar,
}

#[derive(Debug)]
enum State {
    Waiting(Vec<u8>),
    Claimed,
    Done(Result<Vec<u8>, String>),
    Taken,
}

impl Slot {
    pub(super) fn new(compressed: Vec<u8>, plain: usize) -> Self {
        Self { plain, state: Mutex::new(State::Waiting(compressed)), ready: Condvar::new() }
    }

    /// Decompresses, unless somebody else does or did.
    pub(super) fn work(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*state, State::Waiting(_)) {
            return;
        }
        let State::Waiting(compressed) = std::mem::replace(&mut *state, State::Claimed) else { return };
        drop(state);
        let mut plain = buffers::take(self.plain);
        let result = decompress(&compressed, self.plain, &mut plain).map(|()| plain);
        buffers::give(compressed);
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::Done(result);
        self.ready.notify_all();
    }

    /// The plain bytes, or why there are none. To be called once.
    pub(super) fn result(&self) -> Result<Vec<u8>, String> {
        self.work();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while matches!(*state, State::Claimed) {
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        match std::mem::replace(&mut *state, State::Taken) {
            State::Done(result) => result,
            State::Waiting(_) | State::Claimed | State::Taken => Err("it was taken before".to_owned()),
        }
    }
}

thread_local! {
    /// Costs some 100 KB, and far more than that in time to make for each frame.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Exactly `plain` bytes into an empty buffer, or a reason.
pub(super) fn decompress(compressed: &[u8], plain: usize, bytes: &mut Vec<u8>) -> Result<(), String> {
    bytes.reserve_exact(plain);
    if run(compressed, bytes).is_ok() && bytes.len() == plain {
        return Ok(());
    }
    // Once more with no byte to spare, so that the reason does not depend on how large the buffer happened to be.
    let mut exact = Vec::with_capacity(plain);
    run(compressed, &mut exact)?;
    Err(format!("{} bytes came out where {plain} were announced", exact.len()))
}

fn run(compressed: &[u8], bytes: &mut Vec<u8>) -> Result<usize, String> {
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new().map_err(|e| e.to_string())?),
        };
        let outcome = decompressor.decompress_to_buffer(compressed, bytes);
        if outcome.is_err() {
            // A context that failed is not used again.
            *kept = None;
        }
        outcome.map_err(|e| e.to_string())
    })
}
