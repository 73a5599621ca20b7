//! What clients and servers say of certificates that are refused, where no certificate tells more.

use tarbox_model::Context;
use tarbox_model::finding::{Finding, Severity};

use crate::complaints::complaints;
use crate::mesh::parts::is_part_of_mesh;

/// Clients that are shown an expired certificate, servers whose clients refuse theirs.
pub(super) fn expired(context: &Context<'_>) -> Vec<Finding> {
    let all = complaints(context, |hit| hit.signature == "certificate-expired-seen");
    // What a mesh's proxies say is told of the mesh.
    let told = all.iter().filter(|c| !is_part_of_mesh(&c.log.container)).map(|complaint| {
        let called = complaint.field("called");
        let service = called.and_then(|host| context.relations.resolve_host(context.snapshot, host, &complaint.pod.namespace));
        let whose = match (complaint.hit.field("own"), called) {
            (Some(_), _) => format!("Clients of `{}` say that its certificate has expired", complaint.client.name),
            (None, Some(host)) => format!("`{host}` shows `{}` an expired certificate", complaint.client.name),
            (None, None) => format!("`{}` is shown an expired certificate", complaint.client.name),
        };
        let finding = complaint
            .finding(whose.clone())
            .summary(format!("{whose}: {}.", complaint.hit.last.text.trim()))
            .severity(Severity::High)
            .confidence(0.7);
        let finding = match service {
            Some(service) => finding.cause(service),
            None => finding,
        };
        finding.remedy("Read the lines around it.", complaint.logs_command())
    });
    told.collect()
}

/// Clients that are shown a certificate for another name.
pub(super) fn of_another_host(context: &Context<'_>) -> Vec<Finding> {
    let told = complaints(context, |hit| hit.signature == "certificate-other-host-seen").into_iter().map(|complaint| {
        let host = complaint.field("host").unwrap_or_default().to_owned();
        let names = complaint.field("names").map(|n| format!(" It is for `{n}`.")).unwrap_or_default();
        let server = context.relations.resolve_host(context.snapshot, &host, &complaint.pod.namespace);
        let finding = complaint
            .finding(format!("`{}` calls `{host}` and is shown a certificate for another name", complaint.client.name))
            .summary(format!("The client refuses the connection, because the certificate does not name `{host}`.{names}"))
            .confidence(0.75)
            .remedy(
                "Have the server's certificate name the host, or call it by a name that the certificate has.",
                complaint.logs_command(),
            );
        match server {
            Some(server) => finding.cause(server),
            None => finding,
        }
    });
    told.collect()
}
