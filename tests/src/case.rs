//! A case as text: one small cluster, and what must be said of it. `fixtures/README.md` tells the format.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tarbox_model::Timestamp;

/// A case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The file.
    pub file: PathBuf,
    /// The bundle's time.
    pub at: Timestamp,
    /// `expect:` objects (`Kind/namespace/name`) that a finding of the rule must name.
    pub expect: Vec<String>,
    /// `says:` words that a finding of the rule must hold in its title, its summary or a remedy.
    pub says: Vec<String>,
    /// `judged:` how bad and how sure the rule's findings are (`high 0.95`), the worst first.
    pub judged: Vec<String>,
    /// `root:` rule and object of every root cause, in rank order; `None` when the case does not say.
    pub roots: Option<Vec<(String, String)>>,
    /// `folded:` rules that must have fired and be explained.
    pub folded: Vec<String>,
    /// `missing:` sources that the cluster denied.
    pub missing: Vec<String>,
    /// `not-evaluated:` the rule must refuse to judge.
    pub not_evaluated: bool,
    /// Objects of `== objects` sections.
    pub objects: Vec<Value>,
    /// Other sections: path under the top folder, and text.
    pub files: Vec<(String, String)>,
}

impl Case {
    /// Reads a case.
    ///
    /// # Panics
    /// When the file cannot be read or breaks the format: with file and line.
    pub fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        Self::parse(file, &text)
    }

    /// A case of this text; the file is named in complaints.
    ///
    /// # Panics
    /// When the text breaks the format: with file and line.
    pub fn parse(file: &Path, text: &str) -> Self {
        let mut case = Self {
            file: file.to_owned(),
            at: "2026-11-24T03:10:00Z".parse().unwrap(),
            expect: Vec::new(),
            says: Vec::new(),
            judged: Vec::new(),
            roots: None,
            folded: Vec::new(),
            missing: Vec::new(),
            not_evaluated: false,
            objects: Vec::new(),
            files: Vec::new(),
        };
        let mut sections = format!("\n{text}").split("\n== ").map(str::to_owned).collect::<Vec<_>>().into_iter();
        for line in sections.next().unwrap_or_default().lines() {
            case.directive(line);
        }
        for section in sections {
            let (path, body) = section.split_once('\n').unwrap_or((&section, ""));
            match path.trim() {
                "objects" => case.objects.extend(documents(file, body)),
                path => case.files.push((path.to_owned(), format!("{}\n", body.trim_end()))),
            }
        }
        case
    }

    fn directive(&mut self, line: &str) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        let bad = |why: &str| -> ! { panic!("{}: `{line}`: {why}", self.file.display()) };
        let Some((name, value)) = line.split_once(':') else { bad("no `name: value`") };
        let value = value.trim();
        match name {
            "at" => self.at = value.parse().unwrap_or_else(|e| bad(&format!("{e}"))),
            "expect" => self.expect.push(value.to_owned()),
            "says" => self.says.push(value.to_owned()),
            "judged" => self.judged.extend(value.split(',').map(|j| j.trim().to_owned())),
            "root" => {
                let roots = self.roots.get_or_insert_default();
                if value != "none" {
                    let Some((rule, object)) = value.split_once(' ') else { bad("root: RULE KIND/NAMESPACE/NAME, or none") };
                    roots.push((rule.to_owned(), object.trim().to_owned()));
                }
            }
            "folded" => self.folded.extend(value.split_whitespace().map(str::to_owned)),
            "missing" => self.missing.extend(value.split([',', ' ']).filter(|s| !s.is_empty()).map(str::to_owned)),
            "not-evaluated" => self.not_evaluated = true,
            _ => bad("known are at, expect, says, judged, root, folded, missing, not-evaluated"),
        }
    }

    /// Every case of a folder, in name order.
    pub fn all_in(folder: &Path) -> Vec<Self> {
        files_below(folder).iter().map(|file| Self::read(file)).collect()
    }
}

/// All `.bundle` files below a folder, sorted.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files_below(&path));
        } else if path.extension().is_some_and(|e| e == "bundle") {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// YAML documents of a section.
fn documents(file: &Path, body: &str) -> Vec<Value> {
    let parsed: Vec<Value> = serde_saphyr::from_multiple(body).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    parsed.into_iter().filter(|v| !v.is_null()).collect()
}
