//! What PostgreSQL, MySQL and Redis servers say of themselves.

use tarbox_model::log::{Family, Signature};

/// Lines of servers.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "postgresql-slow-query",
        family: Family::Fact,
        literals: &["duration: "],
        pattern: r"LOG:\s+duration: \d{3,}\.\d+ ms\s+(?:statement|execute|plan|parse|bind)",
        unless: &[],
        examples: &["2026-11-24 03:00:00.000 UTC [71] LOG:  duration: 2312.114 ms  statement: select * from orders where customer = 7"],
        counterexamples: &["LOG:  duration: 12.1 ms  statement: select 1"],
    },
    Signature {
        id: "mysql-slow-query",
        family: Family::Fact,
        literals: &["# Query_time:"],
        pattern: r"# Query_time: \d+\.\d+\s+Lock_time:",
        unless: &[],
        examples: &["# Query_time: 3.000412  Lock_time: 0.000002 Rows_sent: 3  Rows_examined: 500000"],
        counterexamples: &["# Time: 2026-11-24T03:00:00.000000Z"],
    },
];
