//! `kubectl top`: what pods and nodes use, as samples.

use std::sync::Arc;

use tarbox_model::evidence::{Origin, Shown};
use tarbox_model::metrics::{ContainerUsage, NodeUsage};
use tarbox_model::quantity;
use tarbox_model::snapshot::Snapshot;

use super::blocks::Block;
use super::indented::rows;

/// Reads a table of `kubectl top`. Without `--containers` a pod's figures are its only container's, where it is known to have one.
pub(super) fn read(path: &Arc<str>, namespace: &str, block: &Block<'_>, into: &mut Snapshot) {
    for row in rows(block.lines) {
        let (number, text) = block.line(row.at);
        let origin = Origin { shown: Some(Arc::new(Shown { lines: vec![(number, text)] })), ..Origin::new(path, number, "") };
        let figure = |column: &str| row.cell(column).and_then(quantity::parse);
        let (cpu, memory) = (figure("CPU(CORES)"), figure("MEMORY(BYTES)"));
        let name = row.cell("POD").or_else(|| row.cell("NAME")).unwrap_or_default().to_owned();
        if name.is_empty() || cpu.is_none() && memory.is_none() {
            continue;
        }
        let time = into.taken_at;
        if row.cell("MEMORY%").is_some() {
            let (disk_available, disk_capacity) = (None, None);
            into.node_usage.push(NodeUsage {
                origin,
                pointer: "/usage".to_owned(),
                node: name,
                time,
                cpu,
                memory,
                disk_available,
                disk_capacity,
            });
            continue;
        }
        let namespace = row.cell("NAMESPACE").unwrap_or(namespace);
        let container = match row.cell("POD") {
            Some(_) => row.cell("NAME").map(str::to_owned),
            None => only_container(into, namespace, &name),
        };
        if let Some(container) = container {
            into.container_usage.push(ContainerUsage {
                origin,
                pointer: "/usage".to_owned(),
                namespace: namespace.to_owned(),
                pod: name,
                container,
                time,
                cpu,
                memory,
                disk: None,
                logs: None,
            });
        }
    }
}

fn only_container(snapshot: &Snapshot, namespace: &str, pod: &str) -> Option<String> {
    let containers = &snapshot.pod(namespace, pod)?.spec.containers;
    let [only] = containers.as_slice() else { return None };
    (!only.name.is_empty()).then(|| only.name.clone())
}
