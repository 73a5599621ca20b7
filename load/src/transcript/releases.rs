//! What `helm history`, `helm list` and `helm status` tell of releases.

use super::blocks::Block;
use super::drafts::{Drafts, HelmRow};
use super::indented::{Row, nodes, rows};

/// `helm history RELEASE`: a row for each revision.
pub(super) fn history(namespace: &str, release: &str, block: &Block<'_>, drafts: &mut Drafts) {
    let rows: Vec<HelmRow> = rows(block.lines).iter().filter_map(|row| revision(row, block)).collect();
    if !rows.is_empty() {
        drafts.release(namespace, release, rows);
    }
}

/// `helm list`: the newest revision of each release.
pub(super) fn list(namespace: &str, block: &Block<'_>, drafts: &mut Drafts) {
    for row in rows(block.lines) {
        if let (Some(name), Some(newest)) = (row.cell("NAME"), revision(&row, block)) {
            drafts.release(row.cell("NAMESPACE").unwrap_or(namespace), name, vec![newest]);
        }
    }
}

/// `helm status RELEASE`, and what `helm upgrade` says when it is done.
pub(super) fn status(namespace: &str, block: &Block<'_>, drafts: &mut Drafts) {
    let all = nodes(block.lines);
    let text = |key: &str| all.iter().find(|n| n.key == key).and_then(|n| n.text());
    let (Some(name), Some(status)) = (text("NAME"), text("STATUS")) else { return };
    let Some(at) = block.lines.iter().position(|l| l.trim_start().starts_with("STATUS:")) else { return };
    let told = HelmRow {
        revision: text("REVISION").and_then(|r| r.parse().ok()).unwrap_or(0),
        status: status.to_owned(),
        chart: text("CHART").unwrap_or_default().to_owned(),
        app_version: text("APP_VERSION").unwrap_or_default().to_owned(),
        description: text("DESCRIPTION").unwrap_or_default().to_owned(),
        line: block.line(at),
    };
    drafts.release(text("NAMESPACE").unwrap_or(namespace), name, vec![told]);
}

fn revision(row: &Row, block: &Block<'_>) -> Option<HelmRow> {
    let cell = |name: &str| row.cell(name).unwrap_or_default().to_owned();
    Some(HelmRow {
        revision: row.cell("REVISION")?.parse().ok()?,
        status: cell("STATUS"),
        chart: cell("CHART"),
        app_version: cell("APP VERSION"),
        description: cell("DESCRIPTION"),
        line: block.line(row.at),
    })
}
