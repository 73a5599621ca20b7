//! Deployments by hand or by a pipeline: what `kubectl` and `helm` say when they cannot go on.

use tarbox_model::log::{Family, Signature};

/// Lines of deployment tools.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "eviction-refused",
        family: Family::Application,
        literals: &["disruption budget"],
        pattern: r#"(?:evicting pods?[ /]+"?(?P<pod>[a-z0-9][a-z0-9.-]*)"?.*)?(?:Cannot evict pod as it would violate the pod's disruption budget|This pod has more than one PodDisruptionBudget)"#,
        unless: &[],
        examples: &[
            r#"error when evicting pods/"db-0" -n "web" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget."#,
            "Cannot evict pod as it would violate the pod's disruption budget.",
        ],
        counterexamples: &["poddisruptionbudget.policy/app configured: disruption budget updated"],
    },
    Signature {
        id: "deployment-wait-ended",
        family: Family::Application,
        literals: &["timed out waiting for the condition", "exceeded its progress deadline", "UPGRADE FAILED", "INSTALLATION FAILED"],
        pattern: r#"(?:error: deployment "(?P<deployment>[a-z0-9.-]+)" exceeded its progress deadline|error: timed out waiting for the condition(?: on (?P<kind>deployments|statefulsets|daemonsets|pods|jobs)/(?P<name>[a-z0-9.-]+))?|Error: (?:UPGRADE|INSTALLATION) FAILED: .*?(?:timed out waiting for the condition|context deadline exceeded))"#,
        unless: &[],
        examples: &[
            r#"error: deployment "app" exceeded its progress deadline"#,
            "error: timed out waiting for the condition on deployments/app",
            "Error: UPGRADE FAILED: timed out waiting for the condition",
            "Error: INSTALLATION FAILED: context deadline exceeded",
        ],
        counterexamples: &[
            "waiting for deployment \"app\" rollout to finish: 1 old replicas are pending termination",
            "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
        ],
    },
];
