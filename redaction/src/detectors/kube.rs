//! Credentials of Kubernetes and of what surrounds it.

use super::{Detector, Near, validate};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::context(
        "client-key-data",
        "private key of a kubeconfig",
        &["client-key-data", "client_key_data", "clientKeyData"],
        r#"client[-_]?[kK]ey[-_]?[dD]ata["']?\s*[:=]\s*["']?([A-Za-z0-9+/=]{20,})"#,
    )
    .examples(
        &[concat!(
            "    client-key-data: ⟦LS",
            "0tLS1CRUdJTiWXGDDoiRp3QMZY9MLRCwDQoek2XMv2Bz4O",
            "FMzNG4zzCRO8MfJ2sSGClceFQk4mBGROT72OIX4Ixb9vmh⟧"
        )],
        &[r#"client-key-data: """#, "client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"],
    ),
    Detector::shape("bootstrap-token", "kubeadm bootstrap token", &[], r"(?:^|[^a-z0-9.-])([a-z0-9]{6}\.[a-z0-9]{16})(?:[^a-z0-9.-]|$)")
        .checked(validate::bootstrap_token)
        .examples(
            &[concat!("kubeadm join 10.0.0.1:6443 --token ⟦x7", "k2p9.q2w3e4r5t6y7u8i9⟧")],
            &["token review.authenticationks failed", "bootstrap.kubernetes", "abcdef.abcdefghijklmnop", "event report.18eb5bb7803e2644"],
        ),
    Detector::context(
        "kubeadm-certificate-key",
        "key that unlocks the uploaded control plane certificates",
        &["certificate-key", "certificateKey"],
        r#"(?i)certificate-?key["\']?[\s:=]+["\']?([0-9a-f]{64})\b"#,
    )
    .examples(
        &[concat!("--control-plane --certificate-key ⟦c7", "93a173eecd6b80e238e5b867d368d1a", "1faa22d41d93ad067cd2cc827c7b9d3⟧")],
        &["--discovery-token-ca-cert-hash sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ),
    Detector::shape("k3s-token", "k3s or RKE2 join token", &["K10"], r"\b(K10[0-9a-f]{64}::[A-Za-z0-9._-]+:[0-9a-f]{32,})\b").examples(
        &[concat!(
            "x ⟦K1",
            "0269dcc15739ceef11c54921d0df73189714091cd75c819134971",
            "e8753befc134::server:fba62bfe3732dc85e374f12ae8fc5c78⟧"
        )],
        &["K10 backup"],
    ),
    Detector::shape(
        "rancher-token",
        "Rancher API token",
        &["token-", "kubeconfig-"],
        r"\b((?:token|kubeconfig-(?:u|user)?-?[a-z0-9]+)-?[a-z0-9]*:[a-z0-9]{54})\b",
    )
    .examples(
        &[concat!("x ⟦to", "ken-x7k2p:lp4tangxpx5blj3vyk4tr7", "e402yywodz1x4fa83rkjrahdyfplmvvm⟧")],
        &["token-x7k2p", "default-token-x7k2p:"],
    ),
    Detector::shape("openshift-token", "OpenShift OAuth token", &["sha256~"], "(sha256~[A-Za-z0-9_-]{43})(?:[^A-Za-z0-9_-]|$)")
        .examples(&[concat!("oc login --token=⟦sh", "a256~GWKg5Vph5yRYUf6uk7z", "3IlHgopwrPXYY9uLdrFWJs2M⟧")], &["sha256:abc"]),
    Detector::shape("swarm-token", "Docker Swarm join token", &["SWMTKN-"], r"\b(SWMTKN-1-[a-z0-9]{50}-[a-z0-9]{25})\b").examples(
        &[concat!("x ⟦SW", "MTKN-1-i86w0bj2w88kmjrc79ujjocvf9ceongaqoz", "xhgt7ax4xhfuwx4-of5hrbry4foxv1in5vfta58xl⟧")],
        &["SWMTKN-1"],
    ),
    Detector::context(
        "encryption-config",
        "key of an EncryptionConfiguration of the API server",
        &["secretbox", "aescbc", "aesgcm", "secret:"],
        r#"(?m)^\s*(?:-\s*)?secret:\s*["\']?([A-Za-z0-9+/]{22,}={1,2})["\']?\s*$"#,
    )
    .near(Near::Also("="))
    .examples(
        &[concat!("        - name: key1\n          secret: ⟦UO", "JiZRa8emyDjuNixKN6yu3", "Ty97uEFeyu+4XIRsDJdn=⟧")],
        &["  secret: shepherd-secret", "secret: {}"],
    ),
    Detector::context(
        "sealed-key-env",
        "encryption key given to a controller or chart in hex or base64",
        &["encryption-key", "encryption_key", "encryptionkey"],
        r#"(?i)encryption[-_]?key["']?\s*[:=]\s*["']?([A-Za-z0-9+/]{32,}={0,2})"#,
    )
    .examples(
        &[concat!("--encryption-key=⟦2f", "84310bd846fea8b7c1ccaab6bf96906", "e57ed19d2075b3b9bf0e1ceee6cfda8⟧")],
        &["encryption-key-rotation: enabled"],
    ),
];
