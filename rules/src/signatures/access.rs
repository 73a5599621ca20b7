//! Access to APIs: what a client may not do, and clients that are not let in at all.

use tarbox_model::log::{Family, Signature};

/// Lines of clients of the Kubernetes API and of the clouds' own.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "api-forbidden",
        family: Family::Authentication,
        literals: &["is forbidden: User"],
        pattern: r#"is forbidden: User \\?["'](?P<user>[^"'\\]+)\\?["'] cannot (?P<verb>[a-z]+) (?:resource \\?["'](?P<resource>[^"'\\]+)\\?["'] in API group \\?["'](?P<group>[^"'\\]*)\\?["']|path \\?["'](?P<path>[^"'\\]+)\\?["'])(?: in the namespace \\?["'](?P<namespace>[^"'\\]+)\\?["'])?"#,
        unless: &[],
        examples: &[
            r#"E1124 03:10:00.000000 1 reflector.go:200] "Failed to watch" err="failed to list *v1.ConfigMap: configmaps is forbidden: User \"system:serviceaccount:web:app\" cannot list resource \"configmaps\" in API group \"\" in the namespace \"web\"""#,
            r#"Error from server (Forbidden): deployments.apps "app" is forbidden: User "ci" cannot patch resource "deployments" in API group "apps" in the namespace "web""#,
            r#"nodes is forbidden: User "system:serviceaccount:web:app" cannot list resource "nodes" in API group "" at the cluster scope"#,
            r#"forbidden: is forbidden: User "system:serviceaccount:web:app" cannot get path "/metrics""#,
        ],
        counterexamples: &[r#"pods "x" is forbidden: exceeded quota: compute, requested: pods=1"#],
    },
    Signature {
        id: "api-unauthorized",
        family: Family::Authentication,
        literals: &[
            "Unauthorized",
            "must be logged in to the server",
            "provide credentials",
            "Unable to authenticate the request",
            "ExpiredToken",
            "Token has been expired or revoked",
            "AADSTS7000222",
            "AADSTS700082",
            "ApiException: (401)",
        ],
        pattern: r#"\\?"reason\\?":\s*\\?"Unauthorized\\?"|\\?"kind\\?":\s*\\?"Status\\?"[^\n]*\\?"Unauthorized\\?"|(?P<kubectl>[Yy]ou must be logged in to the server|the server has asked for the client to provide credentials)|(?:\*v\d\w*\.\w+|reflector\.go|resource lock|[Kk]ubernetes|/apis?/)[^\n]*: Unauthorized(?:"|\s|$)|Unable to authenticate the request[^\n]{0,80}(?P<why>[Tt]oken (?:has |is )?expired|invalid bearer token|x509: certificate has expired)|(?P<aws>ExpiredToken(?:Exception)?)\b|(?P<google>Token has been expired or revoked)|(?P<azure>AADSTS7000222|AADSTS700082)|(?P<python>ApiException: \(401\))"#,
        unless: &[],
        examples: &[
            r#"ERROR cannot list: {  "kind": "Status",  "apiVersion": "v1",  "status": "Failure",  "message": "Unauthorized",  "reason": "Unauthorized",  "code": 401}"#,
            "error: You must be logged in to the server (Unauthorized)",
            "Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials",
            "E1124 03:10:00.000000 1 reflector.go:150] failed to list *v1.Pod: Unauthorized",
            r#"E1124 03:10:00.000000 1 authentication.go:73] "Unable to authenticate the request" err="[invalid bearer token, service account token has expired]""#,
            "An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.",
            "kubernetes.client.exceptions.ApiException: (401)",
        ],
        counterexamples: &[
            r#"10.1.0.9 - "GET /api/orders HTTP/1.1" 401 Unauthorized"#,
            "INFO user 17: JWT token has expired, asked to log in again",
            r#"{"statusCode":401,"message":"Unauthorized"}"#,
            "ERROR cannot place order: payment answered: Unauthorized",
        ],
    },
];
