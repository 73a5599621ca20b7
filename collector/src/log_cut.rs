//! Head and tail of a log that is larger than its budget, with what lies between counted. Memory is the tail's size.
use std::collections::VecDeque;

/// A tail is never larger than this, whatever the budget: as many are held in memory as requests are in flight.
const LARGEST_TAIL: usize = 1 << 20;
/// A line that does not end within this after the head is cut in the middle.
const LONGEST_LINE: usize = 64 << 10;

/// What was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Bytes left out.
    pub(crate) bytes: u64,
    /// Line ends among them.
    pub(crate) lines: u64,
}

/// Splits a stream into the head, which passes at once, and the tail, which is known at the end.
#[derive(Debug)]
pub(crate) struct HeadTail {
    head: usize,
    overshoot: usize,
    in_head: bool,
    tail: VecDeque<u8>,
    tail_size: usize,
    cut: Cut,
}

impl HeadTail {
    /// A splitter for one log of at most `budget` bytes.
    pub(crate) fn new(budget: usize) -> Self {
        let tail_size = (budget / 4 * 3).min(LARGEST_TAIL);
        Self { head: budget - tail_size, overshoot: LONGEST_LINE, in_head: true, tail: VecDeque::new(), tail_size, cut: Cut::default() }
    }

    /// Bytes the tail may have.
    pub(crate) fn tail_size(&self) -> usize {
        self.tail_size
    }

    /// Takes the next piece; what belongs to the head goes to `out`.
    pub(crate) fn push(&mut self, piece: &[u8], out: &mut dyn FnMut(&[u8])) {
        let rest = if self.in_head { self.push_head(piece, out) } else { piece };
        // Only the end of a piece larger than the tail can stay.
        let (gone, kept) = rest.split_at(rest.len().saturating_sub(self.tail_size));
        let excess = (self.tail.len() + kept.len()).saturating_sub(self.tail_size);
        if !gone.is_empty() || excess > 0 {
            let excess = if gone.is_empty() { excess } else { self.tail.len() };
            self.drop_front(excess);
            self.count(gone);
        }
        self.tail.extend(kept);
    }

    /// Forgets the tail so far and counts it as cut: the real tail is fetched by itself.
    pub(crate) fn restart_tail(&mut self) {
        self.drop_front(self.tail.len());
    }

    /// The end: what was left out, and the tail, aligned to the beginning of a line.
    pub(crate) fn finish(mut self) -> (Cut, Vec<u8>) {
        if self.cut.bytes > 0 {
            let partial = self.tail.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            self.drop_front(partial);
        }
        (self.cut, self.tail.into())
    }

    fn push_head<'a>(&mut self, piece: &'a [u8], out: &mut dyn FnMut(&[u8])) -> &'a [u8] {
        if piece.len() <= self.head {
            self.head -= piece.len();
            out(piece);
            return &[];
        }
        // The head goes on to the end of its last line.
        let rest = &piece[self.head..];
        let reach = rest.len().min(self.overshoot);
        let end = memchr::memchr(b'\n', &rest[..reach]).map(|end| end + 1);
        let taken = self.head + end.unwrap_or(reach);
        self.head = 0;
        self.overshoot -= reach;
        self.in_head = end.is_none() && self.overshoot > 0;
        out(&piece[..taken]);
        &piece[taken..]
    }

    fn drop_front(&mut self, count: usize) {
        let (first, second) = self.tail.as_slices();
        let split = count.min(first.len());
        let lines = lines(&first[..split]) + lines(&second[..count - split]);
        self.cut.lines += lines;
        self.cut.bytes += count as u64;
        self.tail.drain(..count);
    }

    fn count(&mut self, gone: &[u8]) {
        self.cut.bytes += gone.len() as u64;
        self.cut.lines += lines(gone);
    }
}

fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &[u8], step: usize, budget: usize) -> (Vec<u8>, Cut, Vec<u8>) {
        let mut splitter = HeadTail::new(budget);
        let mut head = Vec::new();
        for piece in text.chunks(step) {
            splitter.push(piece, &mut |bytes| head.extend_from_slice(bytes));
        }
        let (cut, tail) = splitter.finish();
        (head, cut, tail)
    }

    #[test]
    fn a_log_within_its_budget_is_whole() {
        let text: Vec<u8> = (0..50).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        for step in [1, 7, 1000] {
            let (mut head, cut, tail) = cut(&text, step, text.len() + 8);
            head.extend(tail);
            assert_eq!((head, cut), (text.clone(), Cut::default()), "step {step}");
        }
    }

    #[test]
    fn head_tail_and_cut_add_up_and_lines_stay_whole() {
        let text: Vec<u8> = (0..1000).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        for step in [1, 3, 64, 4096, 100_000] {
            let (head, cut, tail) = cut(&text, step, 1000);
            assert_eq!(head.len() as u64 + cut.bytes + tail.len() as u64, text.len() as u64, "step {step}");
            assert!(head.ends_with(b"\n") && text.starts_with(&head));
            assert!(tail.starts_with(b"line ") && text.ends_with(&tail) && tail.len() <= 750);
            assert_eq!(lines(&head) + cut.lines + lines(&tail), 1000);
        }
    }

    #[test]
    fn one_endless_line_is_cut_too() {
        let text = vec![b'x'; 1 << 20];
        let (head, cut, tail) = cut(&text, 8192, 4096);
        assert_eq!(head.len() + tail.len() + usize::try_from(cut.bytes).unwrap(), text.len());
        assert!(head.len() <= LONGEST_LINE + 1024);
    }
}
