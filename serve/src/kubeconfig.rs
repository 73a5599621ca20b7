//! The kubeconfig that leads to a served bundle.
use std::net::SocketAddr;

/// A kubeconfig with one context: `name`, at `address`, without any login.
#[must_use]
pub fn kubeconfig(name: &str, address: SocketAddr) -> String {
    // JSON strings are YAML strings; names come from a bundle.
    let name = serde_json::Value::from(name);
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {name}\n\
         clusters:\n- name: {name}\n  cluster:\n    server: http://{address}\n\
         users:\n- name: {name}\n  user: {{}}\n\
         contexts:\n- name: {name}\n  context:\n    cluster: {name}\n    user: {name}\n"
    )
}
