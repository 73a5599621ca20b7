//! What the analyzer thinks in: typed snapshot, relations, findings, analysis
