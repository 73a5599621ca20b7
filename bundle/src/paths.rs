//! Where each thing lies in a bundle: builders of entry paths, and their inverse.
//!
//! No other module or crate writes a path literal. Names that come from a cluster are percent-escaped when they are not path-safe, so that
//! every path is plain ASCII, has the number of folders its builder shows, and gives back the exact name.

use std::{error, fmt};

/// Longest path in bytes, top folder excluded: what every file system and archiver can hold.
const MAX_PATH: usize = 1024;

/// A checked path of an entry under the top folder: relative, no `..`, no empty part, no backslash or control character, at most 1,024 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryPath(String);

/// Which of a container's logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogKind {
    /// Of the running (or last) instance.
    Current,
    /// Of the instance before the last restart.
    Previous,
}

impl EntryPath {
    /// Any path, checked.
    ///
    /// # Errors
    /// When it is empty, absolute, too long, or has `.`, `..`, an empty part, a backslash or a control character.
    pub fn new(path: &str) -> Result<Self, InvalidPath> {
        let reason = if path.is_empty() {
            "it is empty"
        } else if path.len() > MAX_PATH {
            "it is longer than 1,024 bytes"
        } else if path.chars().any(|c| c.is_control() || c == '\\') {
            "it has a control character or a backslash"
        } else if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            "it is absolute or has an empty part, `.` or `..`"
        } else {
            return Ok(Self(path.to_owned()));
        };
        Err(InvalidPath { path: path.chars().take(200).collect(), reason })
    }

    /// `bundle.json`: [`crate::Header`].
    #[must_use]
    pub fn header() -> Self {
        Self("bundle.json".to_owned())
    }

    /// `manifest.json`: [`crate::Manifest`]. Written by [`crate::Writer::finish`] only.
    #[must_use]
    pub fn manifest() -> Self {
        Self("manifest.json".to_owned())
    }

    /// `requests.ndjson`: one [`crate::RequestRecord`] a line.
    #[must_use]
    pub fn requests() -> Self {
        Self("requests.ndjson".to_owned())
    }

    /// `redactions.json`: counts by rule and by file.
    #[must_use]
    pub fn redactions() -> Self {
        Self("redactions.json".to_owned())
    }

    /// `certificates.ndjson`: public parts of certificates, one a line.
    #[must_use]
    pub fn certificates() -> Self {
        Self("certificates.ndjson".to_owned())
    }

    /// `secrets.ndjson`: names, keys, sizes and keyed digests of Secrets, never values.
    #[must_use]
    pub fn secrets() -> Self {
        Self("secrets.ndjson".to_owned())
    }

    /// `objects/<group or core>/<version>/<resource>[.<part>].ndjson`: the objects of one kind, one a line. `group` is empty for the core
    /// group; `part` numbers further files of a large kind.
    #[must_use]
    pub fn objects(group: &str, version: &str, resource: &str, part: Option<u32>) -> Self {
        let group = match group {
            "" => "core".to_owned(),
            "core" => "%63ore".to_owned(),
            other => escape(other),
        };
        // A dot in the resource's name would be taken for the part's.
        let resource = escape(resource).replace('.', "%2E");
        let part = part.map_or_else(String::new, |n| format!(".{n}"));
        Self::built(format!("objects/{group}/{}/{resource}{part}.ndjson", escape(version)))
    }

    /// `logs/<namespace>/<pod>/<container>/{current,previous}.log`.
    #[must_use]
    pub fn log(namespace: &str, pod: &str, container: &str, kind: LogKind) -> Self {
        let file = match kind {
            LogKind::Current => "current.log",
            LogKind::Previous => "previous.log",
        };
        Self::built(format!("logs/{}/{}/{}/{file}", escape(namespace), escape(pod), escape(container)))
    }

    /// `metrics/<file>`: samples over the run (`pods.ndjson`).
    #[must_use]
    pub fn metrics(file: &str) -> Self {
        Self::built(format!("metrics/{}", escape(file)))
    }

    /// `kubelet/<node>/<file>`: `summary.json`, `cadvisor.prom`.
    #[must_use]
    pub fn kubelet(node: &str, file: &str) -> Self {
        Self::built(format!("kubelet/{}/{}", escape(node), escape(file)))
    }

    /// `health/<file>`: what the API server says of itself (`version.json`, `readyz`, `livez`).
    #[must_use]
    pub fn health(file: &str) -> Self {
        Self::built(format!("health/{}", escape(file)))
    }

    /// `http/<namespace>/<service>/<file>`: what a probe of a service answered.
    #[must_use]
    pub fn http(namespace: &str, service: &str, file: &str) -> Self {
        Self::built(format!("http/{}/{}/{}", escape(namespace), escape(service), escape(file)))
    }

    /// `mongodb/<namespace>/<pod>/<file>`.
    #[must_use]
    pub fn mongodb(namespace: &str, pod: &str, file: &str) -> Self {
        Self::built(format!("mongodb/{}/{}/{}", escape(namespace), escape(pod), escape(file)))
    }

    /// `helm/<namespace>/<release>.json`.
    #[must_use]
    pub fn helm(namespace: &str, release: &str) -> Self {
        Self::built(format!("helm/{}/{}.json", escape(namespace), escape(release)))
    }

    /// `exec/<namespace>/<pod>/<container>/<file>`: what a command inside a container said (`df.txt`).
    #[must_use]
    pub fn exec(namespace: &str, pod: &str, container: &str, file: &str) -> Self {
        Self::built(format!("exec/{}/{}/{}/{}", escape(namespace), escape(pod), escape(container), escape(file)))
    }

    /// The path as it stands in the archive under the top folder.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Which thing lies here.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::parse(&self.0)
    }

    /// Parts are escaped, hence valid; only their length can be out of hand, and no name in Kubernetes exceeds 253 bytes. The writer
    /// checks it once more.
    fn built(path: String) -> Self {
        Self(path)
    }

    /// For the writer: a built path may still be too long.
    pub(crate) fn check(&self) -> Result<(), InvalidPath> {
        Self::new(&self.0).map(drop)
    }
}

impl fmt::Display for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for EntryPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Why a string is not an [`EntryPath`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPath {
    /// The string, at most its first 200 characters.
    pub path: String,
    /// For a sentence "… because it is empty".
    pub reason: &'static str,
}

impl fmt::Display for InvalidPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} cannot be the path of an entry, because {}", self.path, self.reason)
    }
}

impl error::Error for InvalidPath {}

/// What an entry's path means: the inverse of [`EntryPath`]'s builders, names unescaped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// `bundle.json`.
    Header,
    /// `manifest.json`.
    Manifest,
    /// `requests.ndjson`.
    Requests,
    /// `redactions.json`.
    Redactions,
    /// `certificates.ndjson`.
    Certificates,
    /// `secrets.ndjson`.
    Secrets,
    /// Objects of one kind.
    Objects {
        /// API group, empty for core.
        group: String,
        /// API version.
        version: String,
        /// Plural name of the resource.
        resource: String,
        /// Number of the file when the kind has several.
        part: Option<u32>,
    },
    /// A container's log.
    Log {
        /// Namespace of the pod.
        namespace: String,
        /// The pod.
        pod: String,
        /// The container.
        container: String,
        /// Which log.
        kind: LogKind,
    },
    /// Samples over the run.
    Metrics {
        /// File name.
        file: String,
    },
    /// What a kubelet said.
    Kubelet {
        /// The node.
        node: String,
        /// File name.
        file: String,
    },
    /// What the API server said of itself.
    Health {
        /// File name.
        file: String,
    },
    /// What a probe of a service answered.
    Http {
        /// Namespace of the service.
        namespace: String,
        /// The service.
        service: String,
        /// File name.
        file: String,
    },
    /// What MongoDB said of itself.
    Mongodb {
        /// Namespace of the pod.
        namespace: String,
        /// The pod.
        pod: String,
        /// File name.
        file: String,
    },
    /// A Helm release.
    Helm {
        /// Namespace of the release.
        namespace: String,
        /// The release.
        release: String,
    },
    /// What a command inside a container said.
    Exec {
        /// Namespace of the pod.
        namespace: String,
        /// The pod.
        pod: String,
        /// The container.
        container: String,
        /// File name.
        file: String,
    },
    /// Anything else: a newer version's file, or another tool's.
    Other,
}

impl Place {
    /// What `path` (under the top folder) means. Never fails: what no builder makes is [`Place::Other`].
    #[must_use]
    pub fn parse(path: &str) -> Self {
        Self::known(path).unwrap_or(Self::Other)
    }

    fn known(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        Some(match *parts.as_slice() {
            ["bundle.json"] => Self::Header,
            ["manifest.json"] => Self::Manifest,
            ["requests.ndjson"] => Self::Requests,
            ["redactions.json"] => Self::Redactions,
            ["certificates.ndjson"] => Self::Certificates,
            ["secrets.ndjson"] => Self::Secrets,
            ["objects", group, version, file] => {
                let stem = file.strip_suffix(".ndjson")?;
                let (resource, part) = match stem.split_once('.') {
                    Some((resource, part)) => (resource, Some(number(part)?)),
                    None => (stem, None),
                };
                let group = if group == "core" { String::new() } else { unescape(group)? };
                Self::Objects { group, version: unescape(version)?, resource: unescape(resource)?, part }
            }
            ["logs", namespace, pod, container, file] => {
                let kind = match file {
                    "current.log" => LogKind::Current,
                    "previous.log" => LogKind::Previous,
                    _ => return None,
                };
                Self::Log { namespace: unescape(namespace)?, pod: unescape(pod)?, container: unescape(container)?, kind }
            }
            ["metrics", file] => Self::Metrics { file: unescape(file)? },
            ["kubelet", node, file] => Self::Kubelet { node: unescape(node)?, file: unescape(file)? },
            ["health", file] => Self::Health { file: unescape(file)? },
            ["http", namespace, service, file] => {
                Self::Http { namespace: unescape(namespace)?, service: unescape(service)?, file: unescape(file)? }
            }
            ["mongodb", namespace, pod, file] => {
                Self::Mongodb { namespace: unescape(namespace)?, pod: unescape(pod)?, file: unescape(file)? }
            }
            ["exec", namespace, pod, container, file] => {
                Self::Exec { namespace: unescape(namespace)?, pod: unescape(pod)?, container: unescape(container)?, file: unescape(file)? }
            }
            ["helm", namespace, file] => Self::Helm { namespace: unescape(namespace)?, release: unescape(file.strip_suffix(".json")?)? },
            _ => return None,
        })
    }
}

/// A part number as the builder writes it: no sign, no leading zero.
fn number(text: &str) -> Option<u32> {
    let n: u32 = text.parse().ok()?;
    (n.to_string() == text).then_some(n)
}

/// One part of a path: everything but ASCII letters, digits, `-`, `_` and `.` becomes `%XX`; so do the dots of `.` and `..`, and an empty
/// name becomes a lone `%`.
fn escape(name: &str) -> String {
    if name.is_empty() {
        return "%".to_owned();
    }
    let only_dots = matches!(name, "." | "..");
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || (byte == b'.' && !only_dots) {
            out.push(char::from(byte));
        } else {
            push_escaped(&mut out, byte);
        }
    }
    out
}

/// Appends `%XX`.
pub(crate) fn push_escaped(out: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(HEX[usize::from(byte >> 4)]));
    out.push(char::from(HEX[usize::from(byte & 15)]));
}

/// The inverse of [`escape`]; `None` when no name has this escape.
fn unescape(part: &str) -> Option<String> {
    match part {
        "" => return None,
        "%" => return Some(String::new()),
        _ => {}
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
