//! What Kubernetes calls its own kinds: plural, singular, short names, scope. A bundle holds objects; discovery also wants these.
use std::sync::LazyLock;

/// One kind of object under one version, as discovery tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resource {
    /// API group; empty for the core group.
    pub(crate) group: String,
    /// API version.
    pub(crate) version: String,
    /// Plural name, as in paths.
    pub(crate) plural: String,
    /// Singular name.
    pub(crate) singular: String,
    /// Kind of its objects.
    pub(crate) kind: String,
    /// Kind of their list.
    pub(crate) list_kind: String,
    /// Whether its objects live in namespaces.
    pub(crate) namespaced: bool,
    /// Short names.
    pub(crate) short: Vec<String>,
    /// Categories: `all`.
    pub(crate) categories: Vec<String>,
}

impl Resource {
    /// `apiVersion` of its objects.
    pub(crate) fn api_version(&self) -> String {
        group_version(&self.group, &self.version)
    }

    /// How a server's messages name it: `deployments.apps`.
    pub(crate) fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// Whether it is this one of Kubernetes' own, whatever its version.
    pub(crate) fn is(&self, group: &str, plural: &str) -> bool {
        self.group == group && self.plural == plural
    }
}

/// `apps/v1`, and `v1` in the core group.
pub(crate) fn group_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

/// Kubernetes' own kinds, in the order in which a server offers their groups.
static OWN: LazyLock<Vec<Resource>> = LazyLock::new(|| include_str!("kinds.tsv").lines().skip(1).filter_map(row).collect());

fn row(line: &str) -> Option<Resource> {
    let mut cells = line.split('\t');
    let mut cell = || cells.next();
    let (group, plural, singular, kind, scope) = (cell()?, cell()?, cell()?, cell()?, cell()?);
    let list = |cell: Option<&str>| cell.unwrap_or_default().split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Some(Resource {
        group: group.to_owned(),
        version: String::new(),
        plural: plural.to_owned(),
        singular: singular.to_owned(),
        kind: kind.to_owned(),
        // The one kind whose name is a plural already has a list like all others.
        list_kind: format!("{kind}List"),
        namespaced: scope == "Namespaced",
        short: list(cell()),
        categories: list(cell()),
    })
}

/// What is known of a kind by its group and plural.
pub(crate) fn known(group: &str, version: &str, plural: &str) -> Option<Resource> {
    let own = OWN.iter().find(|own| own.is(group, plural))?;
    Some(Resource { version: version.to_owned(), ..own.clone() })
}

/// Where a group stands among Kubernetes' own; strangers come last.
pub(crate) fn rank(group: &str) -> usize {
    OWN.iter().position(|own| own.group == group).unwrap_or(usize::MAX)
}

/// What can be said of a kind of which nothing but its path, and perhaps an object, is known.
pub(crate) fn guessed(group: &str, version: &str, plural: &str, kind: Option<&str>, namespaced: bool) -> Resource {
    let singular = kind.map_or_else(|| plural.strip_suffix('s').unwrap_or(plural).to_owned(), str::to_ascii_lowercase);
    let kind = kind.map_or_else(|| capitalised(&singular), str::to_owned);
    Resource {
        group: group.to_owned(),
        version: version.to_owned(),
        plural: plural.to_owned(),
        singular,
        list_kind: format!("{kind}List"),
        kind,
        namespaced,
        short: Vec::new(),
        categories: Vec::new(),
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole() {
        let rows = include_str!("kinds.tsv").lines().count() - 1;
        assert_eq!(OWN.len(), rows);
        assert!(OWN.iter().all(|own| !own.plural.is_empty() && !own.singular.is_empty() && own.kind.starts_with(char::is_uppercase)));
        let deployments = known("apps", "v1", "deployments").unwrap();
        assert_eq!((deployments.api_version().as_str(), deployments.short.as_slice()), ("apps/v1", ["deploy".to_owned()].as_slice()));
        assert!(deployments.namespaced && !known("", "v1", "nodes").unwrap().namespaced);
        assert_eq!(rank(""), 0);
    }

    #[test]
    fn a_strangers_names_follow_from_its_path() {
        assert_eq!(guessed("example.com", "v1", "widgets", None, true).kind, "Widget");
        assert_eq!(guessed("example.com", "v1", "widgets", Some("BigWidget"), true).singular, "bigwidget");
    }
}
