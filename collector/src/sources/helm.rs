//! Helm: what was installed, by which revisions it came to be so, and with which values.
use super::{Right, Source, Switch};
use crate::{certificate::base64, outcome::Ended, run::Run};
use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, io::Read};
use tarbox_bundle::EntryPath;

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "helm",
    what: "Helm releases, decoded from the Secrets (or ConfigMaps) in which Helm keeps them: chart, version, status, notes and user values of the newest revision, \
           and the history of all revisions, so that the last good one can be named. Values are redacted like every other object.",
    calls: &["GET /api/v1/secrets?limit=500", "GET /api/v1/configmaps?limit=500"],
    rights: &[Right { groups: &[""], resources: &["secrets"], urls: &[], verbs: &["list"] }],
    place: &["helm/<namespace>/<release>.json"],
    limits: "50 revisions of a release; 256 KiB of values and 64 KiB of notes; 16 MiB of both over all releases. Rendered manifests are left out: the objects themselves are in the bundle. \
             No further request is made.",
    switch: Switch::Off("--no-secrets"),
    grant: None,
};

/// What Helm calls its objects.
const PREFIX: &str = "sh.helm.release.v1.";
/// Revisions kept of one release; Helm itself keeps ten unless told otherwise.
const REVISIONS: usize = 50;
/// A release unpacks to no more than this; Helm's own limit is etcd's, 1 MiB packed.
const UNPACKED: u64 = 64 << 20;
/// Values of one release.
const VALUES: usize = 256 << 10;
/// Notes of one release.
const NOTES: usize = 64 << 10;
/// Values and notes of all releases together, since they wait in memory until redaction knows every Secret.
const HELD: usize = 16 << 20;

/// The releases found so far.
#[derive(Debug, Default)]
pub(crate) struct Releases {
    releases: BTreeMap<(String, String), Release>,
    held: usize,
    broken: u64,
}

#[derive(Debug, Default)]
struct Release {
    history: BTreeMap<u64, Revision>,
    newest: u64,
    notes: String,
    values: Value,
    left_out: bool,
}

/// One revision as the history tells it.
#[derive(Clone, Debug, Default, Serialize)]
struct Revision {
    revision: u64,
    status: String,
    chart: String,
    chart_version: String,
    app_version: String,
    updated: String,
    description: String,
}

// Only what is told is read: the manifest and the chart's templates, which are nearly all of it, are skipped in the stream.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Stored {
    version: u64,
    info: Info,
    chart: Chart,
    config: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Info {
    last_deployed: String,
    description: String,
    status: String,
    notes: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chart {
    metadata: ChartMetadata,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ChartMetadata {
    name: String,
    version: String,
    app_version: String,
}

/// Whether this Secret or ConfigMap is a revision of a release.
fn is_release(object: &Value) -> bool {
    object["metadata"]["name"].as_str().is_some_and(|name| name.starts_with(PREFIX))
}

impl Releases {
    /// Takes note of an object, should it be a revision of a release.
    pub(crate) fn note(&mut self, object: &Value) {
        if !is_release(object) {
            return;
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let name = text(&object["metadata"]["name"]);
        // `sh.helm.release.v1.<release>.v<revision>`
        let parts = name.strip_prefix(PREFIX).and_then(|rest| rest.rsplit_once(".v"));
        let Some((release, revision)) = parts.and_then(|(release, number)| Some((release.to_owned(), number.parse::<u64>().ok()?))) else {
            self.broken += 1;
            return;
        };
        let stored = object["data"]["release"].as_str().and_then(unpack);
        let release = self.releases.entry((text(&object["metadata"]["namespace"]), release)).or_default();
        let Some(stored) = stored else {
            self.broken += 1;
            // The label says how it ended even where the content cannot be read.
            let status = text(&object["metadata"]["labels"]["status"]);
            release.history.insert(revision, Revision { revision, status, ..Revision::default() });
            return;
        };
        debug_assert!(stored.version == 0 || stored.version == revision);
        let Stored { info, chart: Chart { metadata: chart }, config, .. } = stored;
        release.history.insert(
            revision,
            Revision {
                revision,
                status: info.status,
                chart: chart.name,
                chart_version: chart.version,
                app_version: chart.app_version,
                updated: info.last_deployed,
                description: info.description,
            },
        );
        while release.history.len() > REVISIONS {
            release.history.pop_first();
        }
        if revision < release.newest {
            return;
        }
        release.newest = revision;
        self.held -= release.size();
        (release.notes, release.values) = (info.notes, config);
        let size = release.size();
        release.left_out = release.notes.len() > NOTES || size - release.notes.len() > VALUES || self.held + size > HELD;
        if release.left_out {
            (release.notes, release.values) = (String::new(), Value::Null);
        }
        self.held += release.size();
    }
}

impl Release {
    /// Bytes that wait in memory.
    fn size(&self) -> usize {
        self.notes.len() + if self.values.is_null() { 0 } else { self.values.to_string().len() }
    }
}

/// A stored release: JSON in gzip in base64, and in a Secret in base64 once more.
fn unpack(data: &str) -> Option<Stored> {
    let outer = base64(data)?;
    let packed = if outer.starts_with(&[0x1f, 0x8b]) { outer } else { base64(std::str::from_utf8(&outer).ok()?)? };
    if packed.starts_with(&[0x1f, 0x8b]) {
        return serde_json::from_reader(std::io::BufReader::new(GzDecoder::new(packed.as_slice()).take(UNPACKED))).ok();
    }
    // Very old releases are not packed.
    serde_json::from_slice(&packed).ok()
}

/// Writes every release, when redaction knows all Secrets and all lists are read.
pub(crate) fn write(run: &Run) {
    let found = run.take_releases();
    if run.options.no_secrets && found.releases.is_empty() {
        return;
    }
    let (mut items, mut bytes, mut left_out) = (0, 0, 0);
    for ((namespace, name), release) in found.releases {
        let newest = release.history.get(&release.newest).cloned().unwrap_or_default();
        left_out += u64::from(release.left_out);
        let mut told = json!({
            "name": name,
            "namespace": namespace,
            "revision": newest.revision,
            "status": newest.status,
            "chart": newest.chart,
            "chart_version": newest.chart_version,
            "app_version": newest.app_version,
            "updated": newest.updated,
            "description": newest.description,
            "notes": release.notes,
            "values": release.values,
            "history": release.history.values().collect::<Vec<_>>(),
        });
        if release.left_out {
            told["left_out"] = "values and notes, for their size".into();
        }
        let size = run.sink.document(&EntryPath::helm(&namespace, &name), told.to_string().as_bytes());
        items += u64::from(size > 0);
        bytes += size;
    }
    let mut notes = Vec::new();
    if found.broken > 0 {
        notes.push(format!("{} revisions could not be read", found.broken));
    }
    if left_out > 0 {
        notes.push(format!("values and notes of {left_out} releases left out for their size"));
    }
    let ended = match run.secrets_ended() {
        Some(ended) if items == 0 && ended.is_gap() => {
            notes.push("Helm keeps its releases in Secrets, and those could not be read".to_owned());
            ended
        }
        _ if left_out > 0 => Ended::Limited,
        _ => Ended::Collected,
    };
    run.outcome(SOURCE.id, SOURCE.id, ended, items, bytes, &notes.join("; "));
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64, Encoding};
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;

    fn stored(revision: u64, status: &str, kind: &str) -> Value {
        let release = json!({"name": "shop", "version": revision, "namespace": "a", "manifest": "x".repeat(5000), "config": {"replicas": revision},
            "info": {"status": status, "notes": "visit us", "description": "Upgrade complete", "last_deployed": "2026-11-24T07:00:00Z"},
            "chart": {"metadata": {"name": "shop", "version": "1.2.3", "appVersion": "9"}, "templates": [{"data": "eA=="}]}});
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(release.to_string().as_bytes()).unwrap();
        let mut data = Base64::encode_string(&packed.finish().unwrap());
        if kind == "Secret" {
            data = Base64::encode_string(data.as_bytes());
        }
        json!({"kind": kind, "metadata": {"namespace": "a", "name": format!("{PREFIX}shop.v{revision}"), "labels": {"status": status}}, "data": {"release": data}})
    }

    #[test]
    fn the_newest_revision_and_the_history() {
        for kind in ["Secret", "ConfigMap"] {
            let mut releases = Releases::default();
            // As the API server lists them: by name.
            for (revision, status) in [(1, "superseded"), (10, "failed"), (2, "superseded"), (9, "deployed")] {
                releases.note(&stored(revision, status, kind));
            }
            let release = &releases.releases[&("a".to_owned(), "shop".to_owned())];
            assert_eq!((release.newest, &release.values), (10, &json!({"replicas": 10})));
            let history: Vec<(u64, &str)> = release.history.values().map(|entry| (entry.revision, entry.status.as_str())).collect();
            assert_eq!(history, [(1, "superseded"), (2, "superseded"), (9, "deployed"), (10, "failed")]);
            assert_eq!((release.notes.as_str(), release.history[&9].chart_version.as_str()), ("visit us", "1.2.3"));
            assert_eq!(releases.held, release.size());
        }
    }

    #[test]
    fn what_cannot_be_read_keeps_its_status() {
        let mut releases = Releases::default();
        let mut broken = stored(3, "pending-upgrade", "Secret");
        broken["data"]["release"] = "bm9uc2Vuc2U=".into();
        releases.note(&broken);
        releases.note(&json!({"metadata": {"name": "sh.helm.release.v1.odd"}}));
        assert_eq!(releases.broken, 2);
        assert_eq!(releases.releases[&("a".to_owned(), "shop".to_owned())].history[&3].status, "pending-upgrade");
    }

    #[test]
    fn values_that_are_too_large_are_left_out_and_the_count_is_right() {
        let mut releases = Releases { held: HELD, ..Releases::default() };
        releases.note(&stored(1, "deployed", "Secret"));
        let release = &releases.releases[&("a".to_owned(), "shop".to_owned())];
        assert!(release.left_out && release.values.is_null());
        assert_eq!(releases.held, HELD);
    }
}
