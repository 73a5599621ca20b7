//! Bodies of answers: whole, piece by piece as they are made, or open until the client or the time ends them.
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::time::{Interval, Sleep};

/// Pieces smaller than this are put together.
const PIECE: usize = 64 << 10;

/// An answer's body.
pub(crate) enum Body {
    /// All of it.
    Whole(Option<Bytes>),
    /// Made piece by piece.
    Pieces(Pieces),
    /// Pieces, and then a bookmark now and then.
    Open(Box<Open>),
}

/// Makes the pieces.
pub(crate) type Pieces = Box<dyn Iterator<Item = io::Result<Bytes>> + Send>;

/// A body that stays open.
pub(crate) struct Open {
    pieces: Pieces,
    bookmark: Option<Bytes>,
    beat: Interval,
    end: Pin<Box<Sleep>>,
}

impl Open {
    /// Sends the pieces, then the bookmark (if there is one) at each beat, until the end.
    pub(crate) fn new(pieces: Pieces, bookmark: Option<Bytes>, beat: Interval, end: Sleep) -> Self {
        Self { pieces, bookmark, beat, end: Box::pin(end) }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole(_) => "Whole",
            Self::Pieces(_) => "Pieces",
            Self::Open(_) => "Open",
        })
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Pieces(pieces) => Poll::Ready(batch(pieces).map(|piece| piece.map(Frame::data))),
            Self::Open(open) => {
                if let Some(piece) = batch(&mut open.pieces) {
                    return Poll::Ready(Some(piece.map(Frame::data)));
                }
                if open.end.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(None);
                }
                loop {
                    std::task::ready!(open.beat.poll_tick(cx));
                    if let Some(bookmark) = &open.bookmark {
                        return Poll::Ready(Some(Ok(Frame::data(bookmark.clone()))));
                    }
                }
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Pieces(_) | Self::Open(_) => SizeHint::default(),
        }
    }
}

/// Some pieces as one.
fn batch(pieces: &mut Pieces) -> Option<io::Result<Bytes>> {
    let mut together = match pieces.next()? {
        Ok(piece) if piece.len() >= PIECE => return Some(Ok(piece)),
        Ok(piece) => piece.to_vec(),
        Err(error) => return Some(Err(error)),
    };
    while together.len() < PIECE {
        match pieces.next() {
            Some(Ok(piece)) => together.extend_from_slice(&piece),
            Some(Err(error)) => return Some(Err(error)),
            None => break,
        }
    }
    Some(Ok(together.into()))
}
