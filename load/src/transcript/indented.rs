//! The layout of `kubectl describe`: keys with values, what belongs to them further in, tables with a dashed line.

/// A key with its value and everything that is further in.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) key: &'a str,
    pub(crate) value: &'a str,
    /// Index of its line among the lines that were parsed.
    body: &'a [String],
}

/// Keys at the least indentation, in order; lines that are none are left out.
pub(crate) fn nodes(lines: &[String]) -> Vec<Node<'_>> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let Some(least) = lines.iter().filter(|l| !l.trim().is_empty()).map(|l| depth(l)).min() else { return Vec::new() };
    let heads: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && depth(line) == least && key_value(line).is_some())
        .map(|(i, _)| i)
        .collect();
    heads
        .iter()
        .enumerate()
        .filter_map(|(n, &at)| {
            let (key, value) = key_value(lines.get(at)?)?;
            let end = heads.get(n + 1).copied().unwrap_or(lines.len());
            Some(Node { key, value, body: lines.get(at + 1..end)? })
        })
        .collect()
}

/// `Key:   value`; a key may hold blanks, not colons.
fn key_value(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let at = line.find(": ").or_else(|| line.strip_suffix(':').map(str::len))?;
    let (key, value) = line.split_at(at);
    Some((key, value.get(1..)?.trim()))
}

impl<'a> Node<'a> {
    /// What is further in, as keys.
    pub(crate) fn children(&self) -> Vec<Self> {
        nodes(self.body)
    }

    /// A child by its key.
    pub(crate) fn child(&self, key: &str) -> Option<Self> {
        self.children().into_iter().find(|c| c.key == key)
    }

    /// The value and the lines that go on with it; nothing for `<none>`.
    pub(crate) fn values(&self) -> Vec<&'a str> {
        let lines = std::iter::once(self.value).chain(self.body.iter().map(|l| l.trim()));
        lines.filter(|v| !v.is_empty() && !matches!(*v, "<none>" | "<unset>" | "<nil>")).collect()
    }

    /// The value; nothing for `<none>`.
    pub(crate) fn text(&self) -> Option<&'a str> {
        (!self.value.is_empty() && !matches!(self.value, "<none>" | "<unset>" | "<nil>" | "<unknown>")).then_some(self.value)
    }

    /// The lines further in.
    pub(crate) fn body(&self) -> &'a [String] {
        self.body
    }

    /// Rows of a table further in.
    pub(crate) fn rows(&self) -> Vec<Row> {
        rows(self.body)
    }
}

/// A row of a table: cells by column name, in upper case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    cells: Vec<(String, String)>,
    /// Index of its line among the lines that were parsed.
    pub(crate) at: usize,
}

impl Row {
    /// A cell; nothing for `<none>` and where the table has no such column.
    pub(crate) fn cell(&self, column: &str) -> Option<&str> {
        let (_, value) = self.cells.iter().find(|(name, _)| name == column)?;
        (!value.is_empty() && !matches!(value.as_str(), "<none>" | "<unset>" | "<unknown>")).then_some(value)
    }
}

/// Rows of the first table among lines: the head's columns say where cells begin. A line that does not fit is no row.
pub(crate) fn rows(lines: &[String]) -> Vec<Row> {
    let Some(head_at) = lines.iter().position(|l| !l.trim().is_empty()) else { return Vec::new() };
    let Some(head) = lines.get(head_at) else { return Vec::new() };
    let columns = columns(head);
    if columns.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate().skip(head_at + 1) {
        if line.trim().is_empty() {
            break;
        }
        if line.trim().chars().all(|c| c == '-' || c == ' ') {
            continue;
        }
        if let Some(cells) = cells(line, &columns) {
            all.push(Row { cells, at });
        }
    }
    all
}

/// Names of the columns, in upper case, and where they begin (in characters).
fn columns(head: &str) -> Vec<(String, usize)> {
    let chars: Vec<char> = head.chars().collect();
    let mut all: Vec<(String, usize)> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if chars.get(i) == Some(&' ') {
            i += 1;
            continue;
        }
        let begin = i;
        // A single blank belongs to a name such as NOMINATED NODE; two end it.
        while i < chars.len() && !(chars.get(i) == Some(&' ') && chars.get(i + 1).is_none_or(|c| *c == ' ')) {
            i += 1;
        }
        let name: String = chars.get(begin..i).unwrap_or_default().iter().collect();
        all.push((name.trim().to_ascii_uppercase(), begin));
    }
    all
}

/// The cells of a line.
fn cells(line: &str, columns: &[(String, usize)]) -> Option<Vec<(String, String)>> {
    let chars: Vec<char> = line.chars().collect();
    let slice =
        |from: usize, to: usize| -> String { chars.get(from.min(chars.len())..to.min(chars.len())).unwrap_or_default().iter().collect() };
    // Columns fit where each begins behind a blank.
    let aligned = columns.iter().skip(1).all(|(_, at)| *at >= chars.len() || chars.get(at.saturating_sub(1)) == Some(&' '));
    if aligned {
        let ends = columns.iter().skip(1).map(|(_, at)| *at).chain([usize::MAX]);
        return Some(columns.iter().zip(ends).map(|((name, from), to)| (name.clone(), slice(*from, to).trim().to_owned())).collect());
    }
    // A chat or a ticket took the alignment away: as many words as columns, the last takes the rest.
    let mut rest = line.trim();
    let mut all = Vec::new();
    for (n, (name, _)) in columns.iter().enumerate() {
        let last = n + 1 == columns.len();
        let wide = rest.find("  ").filter(|_| line.trim().matches("  ").count() + 1 >= columns.len());
        let end = if last { rest.len() } else { wide.or_else(|| rest.find(' ')).unwrap_or(rest.len()) };
        let (cell, after) = rest.split_at(end);
        // `3 (5m ago)` is one cell.
        let (cell, after) = match after.trim_start().strip_prefix('(').filter(|_| name == "RESTARTS").and_then(|a| a.split_once(')')) {
            Some((_, after)) => (cell, after),
            None => (cell, after),
        };
        all.push((name.clone(), cell.trim().to_owned()));
        rest = after.trim_start();
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(str::to_owned).collect()
    }

    #[test]
    fn keys_values_and_what_is_further_in() {
        let text = lines(
            "Name:         web-0\nLabels:       app=web\n              tier=front\nContainers:\n  app:\n    State:          Waiting\n      Reason:       CrashLoopBackOff\n    Ready:  False\nEvents:  <none>",
        );
        let all = nodes(&text);
        assert_eq!(all.iter().map(|n| n.key).collect::<Vec<_>>(), ["Name", "Labels", "Containers", "Events"]);
        assert_eq!(all[1].values(), ["app=web", "tier=front"]);
        let app = all[2].child("app").unwrap();
        assert_eq!(app.child("State").unwrap().child("Reason").unwrap().value, "CrashLoopBackOff");
        assert_eq!((app.child("Ready").unwrap().value, all[3].text()), ("False", None));
    }

    #[test]
    fn tables_aligned_and_not() {
        let table = lines(
            "NAME    READY   STATUS             RESTARTS       AGE   NOMINATED NODE\nweb-0   0/1     CrashLoopBackOff   3 (20s ago)    5m    <none>\n",
        );
        let row = rows(&table).remove(0);
        assert_eq!(
            (row.cell("RESTARTS"), row.cell("STATUS"), row.cell("NOMINATED NODE")),
            (Some("3 (20s ago)"), Some("CrashLoopBackOff"), None)
        );
        let squeezed = lines("NAME READY STATUS RESTARTS AGE\nweb-0 0/1 CrashLoopBackOff 3 (20s ago) 5m\n");
        // One blank between names makes one column of the head: nothing is read rather than something wrong.
        assert!(rows(&squeezed).iter().all(|r| r.cell("STATUS").is_none()));
    }
}
