//! Memory that is used again: a large bundle goes through thousands of buffers of about a megabyte, and what is given back to the system
//! has to be cleared by it, page by page, before it is given out again. That took longer than to decompress objects.

use std::sync::{Mutex, PoisonError};

/// Smaller ones are left to the allocator, which keeps them by itself.
const SMALL: usize = 64 << 10;
/// Bytes that are kept, at most.
const KEPT: usize = 16 << 20;
/// A buffer is no more than so many times as large as it is asked for.
const SPARE: usize = 4;

/// Those that nobody uses, and what they take together.
static FREE: Mutex<Free> = Mutex::new(Free { buffers: Vec::new(), bytes: 0 });

struct Free {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
}

/// An empty buffer with this capacity, or somewhat more.
pub(super) fn take(capacity: usize) -> Vec<u8> {
    if capacity >= SMALL {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |buffer: &Vec<u8>| (capacity..=capacity.saturating_mul(SPARE)).contains(&buffer.capacity());
        if let Some(buffer) = free.buffers.iter().rposition(fits).map(|place| free.buffers.swap_remove(place)) {
            free.bytes -= buffer.capacity();
            return buffer;
        }
    }
    Vec::with_capacity(capacity)
}

/// Takes back one that is not needed any more.
pub(super) fn give(mut buffer: Vec<u8>) {
    buffer.clear();
    let capacity = buffer.capacity();
    if capacity < SMALL {
        return;
    }
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    if free.bytes + capacity <= KEPT {
        free.bytes += capacity;
        free.buffers.push(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_and_of_the_size_that_was_asked_for() {
        for capacity in [0, 10, SMALL, 3 * SMALL + 1, 100 << 10, 1 << 20, 64 << 20] {
            let mut buffer = take(capacity);
            assert!(buffer.is_empty() && buffer.capacity() >= capacity);
            buffer.extend_from_slice(b"what was in it");
            give(buffer);
            let again = take(capacity);
            assert!(again.is_empty() && again.capacity() >= capacity && again.capacity() <= (SPARE * capacity).max(SMALL));
        }
        for _ in 0..3 * KEPT / (1 << 20) {
            give(Vec::with_capacity(1 << 20));
        }
        let free = FREE.lock().unwrap();
        assert!(free.bytes <= KEPT && free.bytes == free.buffers.iter().map(Vec::capacity).sum::<usize>());
    }
}
