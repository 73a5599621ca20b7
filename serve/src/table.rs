//! Tables: what kubectl prints by default is made by the server. The columns are those of Kubernetes' own printers, kind by kind;
//! ages are counted to the bundle's time.
mod access;
mod age;
mod cluster;
mod column;
mod control;
mod custom;
mod devices;
pub(crate) mod jsonpath;
mod network;
mod nodes;
mod pods;
mod storage;
mod workloads;

use crate::{
    api::{Include, partial_of},
    recording::{Columns, Recording, Shelf},
    spool::Span,
};
use column::{Column, Row};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

/// The table of a kind.
#[derive(Clone, Debug)]
pub(crate) enum Sheet {
    /// As Kubernetes prints its own kinds.
    Own(&'static [Column]),
    /// As the cluster's definition of the kind has it.
    Custom(Arc<Columns>),
}

impl Sheet {
    /// A kind's table.
    pub(crate) fn of(shelf: &Shelf) -> Self {
        if let Some(columns) = &shelf.columns {
            return Self::Custom(Arc::clone(columns));
        }
        let (group, plural) = (shelf.resource.group.as_str(), shelf.resource.plural.as_str());
        let families = [
            pods::columns,
            workloads::columns,
            network::columns,
            storage::columns,
            nodes::columns,
            cluster::columns,
            access::columns,
            control::columns,
            devices::columns,
        ];
        Self::Own(families.iter().find_map(|family| family(group, plural)).unwrap_or(column::PLAIN))
    }

    /// What stands before and behind the rows.
    pub(crate) fn frame(&self, metadata: &Value) -> (String, &'static str) {
        let columns = Value::from(self.definitions());
        (
            format!(
                "{{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{metadata},\"columnDefinitions\":{columns},\"rows\":["
            ),
            "]}\n",
        )
    }

    /// A whole table.
    pub(crate) fn table(&self, metadata: &Value, rows: &[Value]) -> Value {
        json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "columnDefinitions": self.definitions(), "rows": rows})
    }

    /// One object's row.
    pub(crate) fn row(&self, object: &Value, now: Timestamp, include: Include) -> Value {
        let cells: Vec<Value> = match self {
            Self::Own(columns) => {
                let row = Row::new(object, now);
                columns.iter().map(|column| column.cell(&row)).collect()
            }
            Self::Custom(columns) => custom::cells(columns, object, now),
        };
        match include {
            Include::Nothing => json!({"cells": cells}),
            Include::Metadata => json!({"cells": cells, "object": partial_of(object["metadata"].clone())}),
            Include::Object => json!({"cells": cells, "object": object}),
        }
    }

    /// Puts objects into the order of the table: of all kinds only flow schemas have one of their own.
    pub(crate) fn arrange(&self, recording: &Recording, mut spans: Vec<Span>) -> Vec<Span> {
        if matches!(self, Self::Own(columns) if std::ptr::eq(*columns, control::FLOW_SCHEMAS)) {
            let precedence = |span: &Span| recording.object(*span).ok().and_then(|schema| schema["spec"]["matchingPrecedence"].as_i64());
            spans.sort_by_cached_key(precedence);
        }
        spans
    }

    fn definitions(&self) -> Vec<Value> {
        match self {
            Self::Own(columns) => columns.iter().map(Column::definition).collect(),
            Self::Custom(columns) => custom::definitions(columns),
        }
    }
}
