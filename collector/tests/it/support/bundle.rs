//! Reads a bundle with nothing of ours: plain zstd, plain tar. What opens here opens everywhere.
use serde_json::Value;
use std::{collections::BTreeMap, io::Read, path::Path};

pub(crate) struct Bundle {
    files: BTreeMap<String, Vec<u8>>,
}

impl Bundle {
    /// Opens a whole bundle: any error fails the test, and so does a manifest that does not fit.
    pub(crate) fn open(path: &Path) -> Self {
        let (files, error) = read(path);
        assert_eq!(error, None, "the bundle opens");
        let bundle = Self { files };
        let manifest = bundle.json("manifest.json");
        let listed: Vec<&str> = manifest["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
        let there: Vec<&str> = bundle.files.keys().map(String::as_str).filter(|path| *path != "manifest.json").collect();
        assert_eq!(listed, there, "the manifest lists what is there");
        bundle
    }

    /// Opens what a killed run left: everything up to where it broke off.
    pub(crate) fn open_partial(path: &Path) -> Self {
        Self { files: read(path).0 }
    }

    pub(crate) fn paths(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }

    #[track_caller]
    pub(crate) fn text(&self, path: &str) -> String {
        let bytes = self.files.get(path).unwrap_or_else(|| panic!("{path} is not in {:?}", self.paths()));
        String::from_utf8(bytes.clone()).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path)).unwrap()
    }

    /// All lines of a kind, over all its parts.
    pub(crate) fn lines(&self, prefix: &str) -> Vec<Value> {
        let parts = self.files.keys().filter(|path| path.starts_with(prefix) && path.ends_with(".ndjson"));
        parts.flat_map(|path| self.text(path).lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()).collect()
    }

    /// Names of all objects of a kind, sorted.
    pub(crate) fn names(&self, prefix: &str) -> Vec<String> {
        let mut names: Vec<String> =
            self.lines(prefix).iter().map(|object| object["metadata"]["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    /// The ledger: every source, its outcome and what is said about it.
    pub(crate) fn sources(&self) -> Vec<(String, String, String)> {
        let manifest = self.json("manifest.json");
        let text = |outcome: &Value, key: &str| outcome[key].as_str().unwrap_or_default().to_owned();
        let all = manifest["sources"].as_array().unwrap().iter();
        all.map(|outcome| (text(outcome, "source"), text(outcome, "outcome"), text(outcome, "detail"))).collect()
    }

    /// A source's outcome and what the ledger says about it.
    #[track_caller]
    pub(crate) fn outcome(&self, source: &str) -> (String, String) {
        let all = self.sources();
        let mut found = all.iter().filter(|(name, ..)| name == source);
        let (_, outcome, detail) = found.next().unwrap_or_else(|| panic!("{source} is not in {all:#?}"));
        assert!(found.next().is_none(), "{source} has one outcome");
        (outcome.clone(), detail.clone())
    }

    /// Whether any file contains this.
    pub(crate) fn contains(&self, needle: &str) -> bool {
        self.files.values().any(|content| content.windows(needle.len()).any(|window| window == needle.as_bytes()))
    }
}

fn read(path: &Path) -> (BTreeMap<String, Vec<u8>>, Option<String>) {
    let mut files = BTreeMap::new();
    let mut archive = tar::Archive::new(zstd::stream::read::Decoder::new(std::fs::File::open(path).unwrap()).unwrap());
    for entry in archive.entries().unwrap() {
        let mut content = Vec::new();
        let read = entry.and_then(|mut entry| {
            let path = entry.path()?.components().skip(1).collect::<std::path::PathBuf>();
            entry.read_to_end(&mut content)?;
            Ok(path.to_str().unwrap().to_owned())
        });
        match read {
            Ok(path) => assert!(files.insert(path, content).is_none(), "every path once"),
            Err(error) => return (files, Some(error.to_string())),
        }
    }
    (files, None)
}
