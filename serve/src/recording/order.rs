//! The order in which a server offers its groups and versions: its own APIServices say it, else Kubernetes' habit.
use super::Recording;
use crate::kinds;
use std::{cmp::Reverse, collections::BTreeMap, io};

/// Sorts the kinds by group, version and name.
pub(super) fn arrange(recording: &mut Recording) -> io::Result<()> {
    let mut priorities: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    let services: Vec<_> = recording
        .shelves
        .iter()
        .filter(|shelf| shelf.resource.is("apiregistration.k8s.io", "apiservices"))
        .flat_map(|shelf| shelf.objects.spans())
        .collect();
    for span in services {
        let service = recording.object(span)?;
        let spec = &service["spec"];
        let text = |name: &str| spec[name].as_str().unwrap_or_default().to_owned();
        let number = |name: &str| spec[name].as_i64().unwrap_or(0);
        priorities.insert((text("group"), text("version")), (number("groupPriorityMinimum"), number("versionPriority")));
    }
    let of_group =
        |group: &str| priorities.iter().filter(|((name, _), _)| name == group).map(|(_, (of_group, _))| *of_group).max().unwrap_or(0);
    recording.shelves.sort_by_cached_key(|shelf| {
        let resource = &shelf.resource;
        let (group, version) = (resource.group.clone(), resource.version.clone());
        let of_version = priorities.get(&(group.clone(), version.clone())).map_or(0, |(_, of_version)| *of_version);
        // A group's kinds stay together even where its rank is another's too.
        (Reverse(of_group(&group)), kinds::rank(&group), group, Reverse(of_version), maturity(&version), version, resource.plural.clone())
    });
    Ok(())
}

/// v2 before v1 before v1beta1 before v1alpha1 before names that are no versions.
fn maturity(version: &str) -> (u8, Reverse<u32>, Reverse<u32>) {
    let parsed = || -> Option<(u8, u32, u32)> {
        let rest = version.strip_prefix('v')?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (major, rest) = rest.split_at(digits);
        let major = major.parse().ok()?;
        Some(match rest {
            "" => (0, major, 0),
            beta if beta.starts_with("beta") => (1, major, beta[4..].parse().ok()?),
            alpha if alpha.starts_with("alpha") => (2, major, alpha[5..].parse().ok()?),
            _ => return None,
        })
    };
    let (stage, major, minor) = parsed().unwrap_or((3, 0, 0));
    (stage, Reverse(major), Reverse(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_as_kubernetes_prefers_them() {
        let mut versions = ["foo", "v1alpha1", "v1beta2", "v1", "v11beta1", "v10", "v1beta1", "v2"];
        versions.sort_by_key(|version| maturity(version));
        assert_eq!(versions, ["v10", "v2", "v1", "v11beta1", "v1beta2", "v1beta1", "v1alpha1", "foo"]);
    }
}
