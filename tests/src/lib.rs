//! What the end-to-end tests stand on: cases written as text, made into real bundles, and evidence followed to its place.
//!
//! | module | what it does |
//! |---|---|
//! | [`case`] | reads a `.bundle` text: a small cluster in YAML, logs, and what must be said of it |
//! | [`stage`] | writes such a case as a real bundle, with manifest and ledger |
//! | [`layouts`] | writes a bundle again as other tools would have |
//! | [`growth`] | makes a case many times as large |
//! | [`crowd`] | writes bundles of large clusters, for benchmarks |
//! | [`judgement`] | how bad and how sure a rule's findings are |
//! | [`evidence`] | checks that every quote stands where the report says |
//! | [`remedies`] | finds stand-ins in commands, where names are known |
//! | [`program`] | builds the program `tarbox` and says where it is |
//! | [`truth`] | what is true of a recorded incident |
//! | [`docs`] | compares generated pages with what is committed |

#![allow(clippy::unwrap_used, clippy::panic, reason = "a fixture that cannot be read is a failed test, and must say where")]

pub mod case;
pub mod crowd;
pub mod docs;
pub mod evidence;
pub mod growth;
pub mod judgement;
pub mod layouts;
pub mod program;
pub mod remedies;
pub mod stage;
pub mod truth;
