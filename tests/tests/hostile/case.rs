//! One broken or hostile input: how it is written, what must come of it, and the law that holds for all of them.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// What must come of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// The whole bundle is refused.
    Refuse,
    /// One entry is passed over and told; what stands before and after it is read.
    Skip,
    /// Either of these.
    SkipOrRefuse,
    /// What was read before the damage counts, and the damage is told.
    Take,
    /// Either of these.
    RefuseOrTake,
    /// Everything is read.
    Keep,
    /// Refused, or read with what is good in it.
    KeepOrRefuse,
    /// Any documented end.
    AnyEnd,
}

/// How the bytes of a case are made.
pub(crate) type Making = Box<dyn Fn(&mut dyn Write) + Send + Sync>;

/// One case of the corpus.
pub(crate) struct Case {
    pub(crate) area: &'static str,
    pub(crate) name: String,
    pub(crate) expect: Expect,
    /// What must come of it where it is packed more tightly than the reader believes, if that differs.
    tight: Option<Expect>,
    write: Making,
    /// The bytes are the file itself, not a tar archive to pack.
    raw: bool,
    /// Most memory, in MiB.
    memory: u64,
    /// Too slow for an unoptimised build: only when `TARBOX_HOSTILE=all`.
    pub(crate) heavy: bool,
}

/// A pod, as a line of `objects/core/v1/pods.ndjson`.
pub(crate) const POD: &[u8] = br#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"planted","namespace":"default"},"spec":{"containers":[{"name":"a","image":"a:1"}]},"status":{"phase":"Running"}}
"#;

/// What is good and stands first: the head of a bundle and one pod.
pub(crate) fn first(out: &mut dyn Write) {
    let head = br#"{"format":1,"tool":{"name":"tarbox-collect","version":"0.1.0"},"cluster":{"server":"https://192.0.2.1:6443"},"collected_at":"2026-01-01T00:00:00Z","redaction":"default","namespaces":[]}"#;
    crate::archive::file(out, b"bundle.json", head);
    let pod = String::from_utf8_lossy(POD).replace("planted", "good");
    crate::archive::file(out, b"objects/core/v1/pods.ndjson", pod.as_bytes());
}

/// What is good and stands last: one ConfigMap.
pub(crate) fn last(out: &mut dyn Write) {
    let map = br#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"good","namespace":"default"},"data":{}}"#;
    crate::archive::file(out, b"objects/core/v1/configmaps.ndjson", &[map.as_slice(), b"\n"].concat());
}

/// An archive of what is good, with something in its middle.
pub(crate) fn around(out: &mut dyn Write, middle: impl FnOnce(&mut dyn Write)) {
    first(out);
    middle(out);
    last(out);
    crate::archive::end(out);
}

impl Case {
    /// A tar archive, packed in one of the ways that are read.
    pub(crate) fn new(area: &'static str, name: &str, expect: Expect, write: impl Fn(&mut dyn Write) + Send + Sync + 'static) -> Self {
        Self { area, name: name.to_owned(), expect, tight: None, write: Box::new(write), raw: false, memory: 512, heavy: false }
    }

    /// A file as it is.
    pub(crate) fn raw(area: &'static str, name: &str, expect: Expect, write: impl Fn(&mut dyn Write) + Send + Sync + 'static) -> Self {
        Self { raw: true, ..Self::new(area, name, expect, write) }
    }

    /// Less memory than everybody has.
    pub(crate) fn below(self, memory: u64) -> Self {
        // An idle program has some, and an unoptimised one a little more.
        Self { memory: memory + 32, ..self }
    }

    /// Zstd and Xz pack it by ten thousand to one, which no reader believes; gzip never can.
    pub(crate) fn tightly(self, expect: Expect) -> Self {
        Self { tight: Some(expect), ..self }
    }

    pub(crate) fn is_raw(&self) -> bool {
        self.raw
    }

    pub(crate) fn heavy(self) -> Self {
        Self { heavy: true, ..self }
    }
}

/// Ways to pack an archive.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
    Xz,
}

pub(crate) const PACKINGS: [Packing; 4] = [Packing::Zstd, Packing::Gzip, Packing::Plain, Packing::Xz];

/// How one case ended.
pub(crate) struct Outcome {
    pub(crate) area: &'static str,
    pub(crate) title: String,
    pub(crate) what: &'static str,
    /// Most memory, in KiB.
    pub(crate) peak: u64,
    pub(crate) time: Duration,
    /// What broke the law; empty when all is well.
    pub(crate) wrong: Vec<String>,
}

impl Case {
    fn file(&self, folder: &Path, packing: Packing) -> PathBuf {
        let path = folder.join("case.bin");
        let file = BufWriter::with_capacity(1 << 20, File::create(&path).unwrap());
        match packing {
            _ if self.raw => finish(file, &self.write),
            Packing::Plain => finish(file, &self.write),
            Packing::Gzip => {
                let mut to = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
                (self.write)(&mut to);
                to.finish().unwrap();
            }
            Packing::Zstd => {
                let mut to = zstd::Encoder::new(file, 1).unwrap();
                (self.write)(&mut to);
                to.finish().unwrap().flush().unwrap();
            }
            Packing::Xz => {
                let mut to = lzma_rust2::XzWriter::new(file, lzma_rust2::XzOptions::with_preset(0)).unwrap();
                (self.write)(&mut to);
                to.finish().unwrap();
            }
        }
        path
    }

    /// Writes the input, lets the program analyze it, and judges.
    pub(crate) fn run(&self, program: &Path, packing: Packing) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let input = self.file(folder.path(), packing);
        let ran = run(program, folder.path(), &["analyze", "-q", "--format", "json", "-o", "out", "case.bin"]);
        let report: Option<Value> =
            std::fs::read(folder.path().join("out/report.json")).ok().map(|bytes| serde_json::from_slice(&bytes).unwrap());
        let mut wrong = Vec::new();
        let refused = ran.code == Some(3);
        if !matches!(ran.code, Some(0 | 3)) {
            wrong.push(format!("it ended with {:?}", ran.code));
        }
        if refused && !(ran.stderr.contains("error:") && ran.stderr.lines().count() <= 8) {
            wrong.push(format!("the refusal is no sentence: {:?}", ran.stderr.chars().take(400).collect::<String>()));
        }
        if ran.stderr.contains("panicked") {
            wrong.push(format!("it panicked: {}", ran.stderr));
        }
        if ran.stderr.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            wrong.push("control characters reach the terminal".to_owned());
        }
        if ran.peak > self.memory * 1024 {
            wrong.push(format!("{} MiB of memory, {} allowed", ran.peak / 1024, self.memory));
        }
        if ran.time > Duration::from_secs(30) {
            wrong.push(format!("{} s", ran.time.as_secs()));
        }
        let mut left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.retain(|name| name != "case.bin" && name != "out");
        if !left.is_empty() {
            wrong.push(format!("it left {left:?}"));
        }
        let report = report.unwrap_or_default();
        let (pods, objects) = (report["totals"]["pods"].as_u64(), report["totals"]["objects"].as_u64());
        let told = report["input_problems"].as_array().is_some_and(|problems| !problems.is_empty());
        let (before, both) = (pods == Some(1) && objects >= Some(1), pods == Some(1) && objects == Some(2));
        let expect = match packing {
            Packing::Zstd | Packing::Xz => self.tight.unwrap_or(self.expect),
            Packing::Plain | Packing::Gzip => self.expect,
        };
        let right = match expect {
            Expect::Refuse => refused,
            Expect::Skip => both && told,
            Expect::SkipOrRefuse => refused || (both && told),
            Expect::Take => before && told,
            Expect::RefuseOrTake => refused || (before && told),
            Expect::Keep => both,
            Expect::KeepOrRefuse => refused || pods == Some(1),
            Expect::AnyEnd => true,
        };
        if !right {
            let shown = serde_json::to_string(&report["input_problems"]).unwrap();
            wrong.push(format!(
                "{:?} was expected: exit {:?}, pods {pods:?}, objects {objects:?}, problems {shown}, {:?}",
                expect,
                ran.code,
                ran.stderr.chars().take(300).collect::<String>()
            ));
        }
        drop(input);
        let what = if refused {
            "refused"
        } else if told {
            "read, problem told"
        } else {
            "read"
        };
        let packed = if self.raw { String::new() } else { format!(" ({packing:?})") };
        Outcome { area: self.area, title: format!("{}: {}{packed}", self.area, self.name), what, peak: ran.peak, time: ran.time, wrong }
    }
}

fn finish(mut file: BufWriter<File>, write: &Making) {
    write(&mut file);
    file.flush().unwrap();
}

/// How a program ended.
pub(crate) struct Ran {
    /// `None`: a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stderr: String,
    /// Most memory that was resident at any time, in KiB.
    pub(crate) peak: u64,
    pub(crate) time: Duration,
}

/// Runs the program in a folder, with nothing of this machine's environment, and ends it after a minute.
pub(crate) fn run(program: &Path, folder: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder).env_clear().env("HOME", folder);
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stderr.take().unwrap();
    let stderr = std::thread::spawn(move || {
        let mut text = Vec::new();
        pipe.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        // The mark only ever rises: what is read last before the end is the peak.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(peak);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    Ran { code: ended.code(), stderr: stderr.join().unwrap(), peak, time: start.elapsed() }
}
