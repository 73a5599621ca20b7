//! Presentation of an analysis: HTML, Markdown, JSON
