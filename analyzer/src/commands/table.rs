//! Tables for people: columns as wide as they need, the last one wrapped to the terminal, or on lines of its own where the
//! others leave it no room.

use tarbox_reports::sanitize;
use unicode_width::UnicodeWidthStr;

/// Columns that the last cell needs beside the others, to be read at ease.
const ROOM: usize = 24;

/// Rows under a head.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column names.
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|&h| h.to_owned()).collect()] }
    }

    /// Adds a row. Cells may come from a bundle: what could drive a terminal is shown, not done.
    pub(crate) fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(|c| sanitize::line(c.as_ref()).to_string()).collect());
    }

    /// The table, `width` columns wide where that can be.
    pub(crate) fn render(&self, width: usize) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns.saturating_sub(1))
            .map(|i| self.rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.width()).max().unwrap_or(0))
            .collect();
        let beside: usize = widths.iter().map(|w| w + 2).sum();
        let needed = self.rows.iter().filter_map(|row| row.get(columns.saturating_sub(1))).map(|cell| cell.width()).max().unwrap_or(0);
        let stands_beside = beside + needed.min(ROOM) <= width;
        let indent = if stands_beside { beside } else { 4 };
        let room = width.saturating_sub(indent);
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, column) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(column + 2 - cell.width()));
            }
            if !stands_beside {
                text.push_str(line.trim_end());
                text.push('\n');
            }
            let last = row.get(columns.saturating_sub(1)).map(String::as_str).unwrap_or_default();
            for (i, part) in wrap(last, room).into_iter().enumerate() {
                if i > 0 || !stands_beside {
                    line = " ".repeat(indent);
                }
                line.push_str(&part);
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        text
    }
}

/// Lines of at most `room` columns, broken between words.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_wraps_and_nothing_drives_the_terminal() {
        let mut table = Table::new(&["NAME", "TEXT"]);
        table.row(["a\u{1b}[2J", "one two three four five six seven"]);
        let text = table.render(30);
        assert!(text.lines().all(|line| line.width() <= 34), "{text}");
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_last_column_without_room_stands_below() {
        let mut table = Table::new(&["FILE", "WHAT IS WRONG"]);
        table.row(["logs/production/shepherd-7f79964796-2dl8v/shepherd/previous.log", "its digest is another than the manifest's"]);
        let text = table.render(80);
        assert_eq!(text.lines().nth(3), Some("    its digest is another than the manifest's"), "{text}");
        assert!(text.lines().all(|line| line.width() <= 80), "{text}");
    }
}
