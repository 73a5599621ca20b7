//! The network of a node, as its agents and its kernel tell of it.

use tarbox_model::log::{Family, Signature};

/// Lines of kube-proxy, of network plugins, and of kernels.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "kube-proxy-sync-failed",
        family: Family::Application,
        literals: &["iptables-restore", "Failed to sync", "Sync failed", "nft -f", "ipvs"],
        pattern: r#"Failed to execute iptables-restore|"?Sync failed"?.*(?:iptables|nft|ipvs)|(?:iptables|nftables|ipvs)\S* "?(?:Failed to sync|Sync failed)|can't use the IPVS proxier|[Ff]ailed to (?:set|add|list)[^\n]{0,40} ipvs"#,
        unless: &[],
        examples: &[
            r#"E1124 03:10:00.000000       1 proxier.go:1489] "Failed to execute iptables-restore" err="exit status 4 (Another app is currently holding the xtables lock)" ipFamily="IPv4""#,
            r#"I1124 03:10:00.000000       1 proxier.go:858] "Sync failed" ipFamily="IPv4" retryingTime="30s" mode="iptables""#,
            "E1124 03:10:00.000000       1 server.go:500] can't use the IPVS proxier: IPVS proxier will not be used because the following required kernel modules are not loaded: [ip_vs_sh]",
        ],
        counterexamples: &[r#"I1124 03:10:00.000000       1 proxier.go:820] "SyncProxyRules complete" mode="iptables""#],
    },
    Signature {
        id: "packets-dropped-by-kernel",
        family: Family::Resource,
        literals: &["table full, dropping packet", "unregister_netdevice", "neighbour table overflow", "NETDEV WATCHDOG"],
        pattern: r"(?P<why>(?:nf_|ip_)?conntrack: table full, dropping packet|unregister_netdevice: waiting for \w+ to become free|neighbour table overflow|NETDEV WATCHDOG: \w+)",
        unless: &[],
        examples: &[
            "kernel: nf_conntrack: table full, dropping packet",
            "kernel: nf_conntrack: nf_conntrack: table full, dropping packet",
            "kernel: unregister_netdevice: waiting for lo to become free. Usage count = 1",
            "kernel: neighbour: arp_cache: neighbour table overflow!",
        ],
        counterexamples: &["nf_conntrack: default automatic helper assignment has been turned off"],
    },
];
