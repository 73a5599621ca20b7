//! Routes of an Ingress: where requests really go, and how a route is told.

use tarbox_model::object::{Ingress, ServiceBackend};

/// Whether every request is sent elsewhere before a backend is asked.
pub(super) fn redirects(ingress: &Ingress) -> bool {
    const REDIRECTS: [&str; 3] = ["permanent-redirect", "temporal-redirect", "server-snippet"];
    ingress.metadata.annotations.keys().any(|k| REDIRECTS.iter().any(|r| k.ends_with(&format!(".kubernetes.io/{r}"))))
}

/// Whether a controller makes the backend up from an annotation.
pub(super) fn is_made_up(ingress: &Ingress, backend: &ServiceBackend) -> bool {
    let action = format!("alb.ingress.kubernetes.io/actions.{}", backend.name);
    backend.port.name == "use-annotation" || ingress.metadata.annotations.contains_key(&action)
}

/// "`host/path` leads", or the default backend; the pointer is that of the backend's Service.
pub(super) fn route(ingress: &Ingress, pointer: &str) -> String {
    let mut parts = pointer.split('/').filter_map(|p| p.parse::<usize>().ok());
    let found = parts.next().and_then(|r| {
        let rule = ingress.spec.rules.get(r)?;
        Some((rule.host.as_str(), rule.http.paths.get(parts.next()?)?.path.as_str()))
    });
    match found {
        Some((host, path)) => format!("`{}{path}` leads", if host.is_empty() { "*" } else { host }),
        None => "The default backend leads".to_owned(),
    }
}
