//! Tables for people: columns as wide as they need, the last one wrapped to the terminal, or on lines of its own where the
//! others leave it no room.

use tarbox_reports::sanitize;
use unicode_width::UnicodeWidthStr;

use crate::console::folded;

/// Columns that the last cell needs beside the others, to be read at ease: of a few words.
const ROOM: usize = 24;
/// The same of whole sentences and lines of logs.
const LONG_ROOM: usize = 48;

/// Rows under a head.
pub(crate) struct Table {
    rows: Vec<Row>,
    room: usize,
}

struct Row {
    cells: Vec<String>,
    /// A line of its own under the last cell.
    place: Option<String>,
}

impl Table {
    /// A table with these column names.
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { rows: vec![Row { cells: head.iter().map(|&h| h.to_owned()).collect(), place: None }], room: ROOM }
    }

    /// A table whose last cells are sentences or lines of logs.
    pub(crate) fn of_lines(head: &[&str]) -> Self {
        Self { room: LONG_ROOM, ..Self::new(head) }
    }

    /// Adds a row. Cells may come from a bundle: what could drive a terminal is shown, not done.
    pub(crate) fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let cells = cells.into_iter().map(|c| sanitize::line(c.as_ref()).to_string()).collect();
        self.rows.push(Row { cells, place: None });
    }

    /// Where the last row stands in the bundle, on a line of its own and whole, so that it can be copied.
    pub(crate) fn place(&mut self, place: &str) {
        if let Some(row) = self.rows.last_mut() {
            row.place = Some(sanitize::line(place).to_string());
        }
    }

    /// The table, `width` columns wide where that can be.
    pub(crate) fn render(&self, width: usize) -> String {
        let columns = self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let widest = |i: usize| self.rows.iter().filter_map(|row| row.cells.get(i)).map(|cell| cell.width()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns.saturating_sub(1)).map(widest).collect();
        let beside: usize = widths.iter().map(|w| w + 2).sum();
        let stands_beside = beside + widest(columns.saturating_sub(1)).min(self.room) <= width;
        let indent = if stands_beside { beside } else { 4 };
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, column) in row.cells.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(column + 2 - cell.width()));
            }
            if !stands_beside {
                text.push_str(line.trim_end());
                text.push('\n');
            }
            let last = row.cells.get(columns.saturating_sub(1)).map(String::as_str).unwrap_or_default();
            let parts = folded(last, width.saturating_sub(indent));
            for (i, part) in parts.iter().map(String::as_str).chain(row.place.as_deref()).enumerate() {
                if i > 0 || !stands_beside {
                    line = " ".repeat(indent);
                }
                line.push_str(part);
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_wraps_and_nothing_drives_the_terminal() {
        let mut table = Table::new(&["NAME", "TEXT"]);
        table.row(["a\u{1b}[2J", "one two three four five six seven"]);
        let text = table.render(30);
        assert!(text.lines().all(|line| line.width() <= 30), "{text}");
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

    #[test]
    fn a_word_without_blanks_is_cut_and_a_place_stays_whole() {
        let mut table = Table::new(&["COUNT", "PATTERN"]);
        let place = "logs/production/shepherd-7f79964796-2dl8v/shepherd/current.log:4711";
        table.row(["3", &"x".repeat(70)]);
        table.place(place);
        let text = table.render(40);
        assert!(text.lines().all(|line| line.width() <= 40 || line.trim() == place), "{text}");
        assert_eq!(text.matches('x').count(), 70);
        assert!(text.contains(place), "{text}");
    }
}
