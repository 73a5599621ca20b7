//! Progress: bars on a terminal, lines elsewhere, JSON for machines, nothing when quiet. All on stderr.
use crate::console::{self, Tone};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Bars that move.
    Bars,
    /// A line now and then.
    Plain,
    /// One JSON object a line.
    Json,
    /// Only errors.
    Quiet,
}

/// A line per stage at most this often.
const EVERY: Duration = Duration::from_secs(5);

/// The display.
pub(crate) struct Progress {
    mode: Mode,
    verbose: bool,
    bars: MultiProgress,
}

/// One stage of the run on the display.
pub(crate) struct Stage<'a> {
    progress: &'a Progress,
    name: &'static str,
    total: u64,
    done: AtomicU64,
    shown: Mutex<Instant>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A display of the given kind.
    pub(crate) fn new(mode: Mode, verbose: bool) -> Self {
        let target = if mode == Mode::Bars { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        Self { mode, verbose, bars: MultiProgress::with_draw_target(target) }
    }

    /// Begins a stage of `total` steps.
    pub(crate) fn stage(&self, name: &'static str, total: u64) -> Stage<'_> {
        let bar = (self.mode == Mode::Bars).then(|| {
            let style = ProgressStyle::with_template("{prefix:>9} [{bar:30}] {pos}/{len} {wide_msg}");
            let bar = ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
            self.bars.add(bar.with_prefix(name))
        });
        Stage { progress: self, name, total, done: AtomicU64::new(0), shown: Mutex::new(Instant::now()), bar }
    }

    /// Something a person should know now.
    pub(crate) fn warn(&self, text: &str) {
        match self.mode {
            Mode::Quiet => {}
            Mode::Json => self.event("warning", &[("text", text.into())]),
            Mode::Bars | Mode::Plain => self.bars.suspend(|| console::say(Tone::Warn, text)),
        }
    }

    /// Something worth a line.
    pub(crate) fn say(&self, text: &str) {
        match self.mode {
            Mode::Quiet => {}
            Mode::Json => self.event("note", &[("text", text.into())]),
            Mode::Bars | Mode::Plain => self.bars.suspend(|| console::say(Tone::Plain, text)),
        }
    }

    /// Something only `-v` shows.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            self.say(text);
        }
    }

    /// An event for machines; nothing in the other modes.
    pub(crate) fn event(&self, event: &str, fields: &[(&str, serde_json::Value)]) {
        if self.mode == Mode::Json {
            let mut line = serde_json::Map::from_iter([("event".to_owned(), event.into())]);
            line.extend(fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
            console::say(Tone::Plain, &serde_json::Value::Object(line).to_string());
        }
    }
}

impl Stage<'_> {
    /// One step done; `what` names it.
    pub(crate) fn step(&self, what: &str) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(bar) = &self.bar {
            bar.set_message(console::printable(what));
            bar.inc(1);
            return;
        }
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.elapsed() >= EVERY {
            *shown = Instant::now();
            drop(shown);
            self.show(done);
        }
    }

    /// The stage is over; `summary` says what it brought.
    pub(crate) fn done(self, summary: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            self.progress.bars.remove(bar);
        }
        let done = self.done.load(Ordering::Relaxed);
        match self.progress.mode {
            Mode::Json => {
                let fields =
                    [("stage", self.name.into()), ("done", done.into()), ("total", self.total.into()), ("summary", summary.into())];
                self.progress.event("stage", &fields);
            }
            _ => self.progress.say(&format!("{:>9}  {summary}", self.name)),
        }
    }

    fn show(&self, done: u64) {
        match self.progress.mode {
            Mode::Json => {
                self.progress.event("progress", &[("stage", self.name.into()), ("done", done.into()), ("total", self.total.into())])
            }
            Mode::Plain => self.progress.say(&format!("{:>9}  {done}/{}", self.name, self.total)),
            Mode::Bars | Mode::Quiet => {}
        }
    }
}
