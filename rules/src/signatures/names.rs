//! Names that are not resolved, as clients tell it: `name-unknown…`, the DNS server answers that there is no such name;
//! `name-server…`, the DNS server does not answer. Groups: `host…` the name, `port…` its port, `server` the DNS server.

use tarbox_model::log::{Family, Signature};

/// A line of the family *Connection*.
const fn line(
    id: &'static str,
    literals: &'static [&'static str],
    pattern: &'static str,
    unless: &'static [&'static str],
    examples: &'static [&'static str],
    counterexamples: &'static [&'static str],
) -> Signature {
    Signature { id, family: Family::Connection, literals, pattern, unless, examples, counterexamples }
}

/// Lines of clients that ask for a name in vain.
pub(super) static SIGNATURES: &[Signature] = &[
    line(
        "name-unknown-go",
        &["no such host"],
        r"lookup (?P<host>[\w.-]+)(?: on (?P<server>[\w.:\[\]]+):53)?: no such host",
        &[],
        &[
            "dial tcp: lookup catalog on 10.96.0.10:53: no such host",
            r#"rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp: lookup currency on 169.254.20.10:53: no such host""#,
            "Get \"http://api.shop/\": dial tcp: lookup api.shop: no such host",
        ],
        &["lookup catalog on 10.96.0.10:53: server misbehaving"],
    ),
    line(
        "name-unknown-node",
        &["ENOTFOUND"],
        r"(?:getaddrinfo|query\w+) ENOTFOUND (?P<host>[\w.-]+)(?::(?P<port>\d+))?",
        &[],
        &["Error: getaddrinfo ENOTFOUND mongo", "Error: querySrv ENOTFOUND _mongodb._tcp.cluster0.example.net"],
        &["npm ERR! code ENOTFOUND"],
    ),
    line(
        "name-unknown-python",
        &["Name or service not known", "No address associated with hostname", "Failed to resolve", "Errno -2", "nodename nor servname"],
        r#"(?P<host_mongo>[A-Za-z0-9][\w.-]*):(?P<port_mongo>\d+): \[Errno -[25]\]|Failed to resolve '(?P<host_url>[^']+)'|HTTPS?Connection(?:Pool)?\(host='(?P<host_http>[^']+)', port=(?P<port_http>\d+)\).*(?:Name or service not known|No address associated)|Error -[25] connecting to (?P<host_redis>[\w.-]+):(?P<port_redis>\d+)|could not translate host name "(?P<host_pg>[^"]+)" to address|failed to resolve host '(?P<host_pg3>[^']+)'|Cannot connect to host (?P<host_async>[\w.-]+):(?P<port_async>\d+) ssl:\S+ \[(?:Name or service not known|nodename nor servname)|Name or service not known \((?P<host_net>[\w.-]+):(?P<port_net>\d+)\)"#,
        &["Temporary failure", "Errno -3", "Try again"],
        &[
            "pymongo.errors.ServerSelectionTimeoutError: mongo:27017: [Errno -2] Name or service not known, Timeout: 30s",
            "urllib3.exceptions.NameResolutionError: <urllib3.connection.HTTPConnection object at 0x7f>: Failed to resolve 'catalog' ([Errno -2] Name or service not known)",
            "redis.exceptions.ConnectionError: Error -2 connecting to redis:6379. Name or service not known.",
            r#"psycopg2.OperationalError: could not translate host name "pg" to address: Name or service not known"#,
            "psycopg.OperationalError: failed to resolve host 'pg': [Errno -2] Name or service not known",
            "System.Net.Http.HttpRequestException: Name or service not known (catalog:8080)",
        ],
        &["Failed to resolve 'catalog' ([Errno -3] Temporary failure in name resolution)"],
    ),
    line(
        "name-unknown-java",
        &["UnknownHostException"],
        r"UnknownHostException: (?:(?:Failed to resolve|No such host is known \()? ?'?)(?P<host>[\w-]+(?:\.[\w-]+)*)",
        &["Temporary failure", "Try again"],
        &["Caused by: java.net.UnknownHostException: catalog", "java.net.UnknownHostException: mysql: Name or service not known"],
        &["java.net.UnknownHostException: mysql: Temporary failure in name resolution"],
    ),
    line(
        "name-unknown-tools",
        &[
            "could not resolve",
            "unable to resolve host",
            "server can't find",
            "bad address",
            "host not found in upstream",
            "Unknown MySQL server host",
            "Domain name not found",
            "could not be resolved (3",
        ],
        r#"[Cc]ould not resolve host: (?P<host_curl>[\w.-]+)|unable to resolve host address ['‘](?P<host_wget>[\w.-]+)|server can't find (?P<host_nslookup>[\w.-]+): NXDOMAIN|bad address '(?P<host_busybox>[\w.-]+)'|host not found in upstream "(?P<host_nginx>[^":]+)(?::(?P<port_nginx>\d+))?"|Unknown MySQL server host '(?P<host_mysql>[^']+)' \(-2|DNS resolution failed for (?P<host_grpc>[\w.-]+)(?::(?P<port_grpc>\d+))?: [^\n]*Domain name not found|(?P<host_resolver>[\w.-]+) could not be resolved \(3: Host not found\)"#,
        &[],
        &[
            "curl: (6) Could not resolve host: catalog",
            "** server can't find catalog.shop.svc.cluster.local: NXDOMAIN",
            "wget: bad address 'catalog'",
            r#"nginx: [emerg] host not found in upstream "catalog:8080" in /etc/nginx/conf.d/default.conf:3"#,
            "pymysql.err.OperationalError: (2005, \"Unknown MySQL server host 'mysql' (-2)\")",
            "DNS resolution failed for catalog:50051: C-ares status is not ARES_SUCCESS qtype=A name=catalog is_balancer=0: Domain name not found",
        ],
        &["could not be resolved (110: Operation timed out)"],
    ),
    line(
        "name-unknown",
        &["Name or service not known", "no such host", "nodename nor servname", "NXDOMAIN", "Name does not resolve"],
        r"(?i)name or service not known|no such host|nodename nor servname|Name does not resolve|\bNXDOMAIN\b",
        &["Temporary failure", "[INFO]", "rcode"],
        &["socket.gaierror: [Errno -2] Name or service not known", "getaddrinfo: Name does not resolve"],
        &["[INFO] 10.1.0.2:41000 - 1 \"A IN catalog. udp 40 false 512\" NXDOMAIN qr,rd,ra 115 0.0001s"],
    ),
    line(
        "name-server-go",
        &["lookup "],
        r"lookup (?P<host>[\w.-]+)(?: on (?P<server>[\w.:\[\]]+):53)?: (?:read udp [^\n]{0,60}?: )?(?:(?:read: )?i/o timeout|(?:read: )?connection refused|server misbehaving|Temporary failure in name resolution|Try again|(?:dial udp [^\n]{0,60}?: )(?:connect: )?(?:network is unreachable|no route to host|operation was canceled|i/o timeout)|context deadline exceeded)",
        &[],
        &[
            "dial tcp: lookup catalog on 10.96.0.10:53: read udp 10.1.0.2:41000->10.96.0.10:53: i/o timeout",
            "dial tcp: lookup catalog on 10.96.0.10:53: server misbehaving",
            "dial tcp: lookup catalog on 10.96.0.10:53: read udp 10.1.0.2:41000->10.96.0.10:53: read: connection refused",
            "dial tcp: lookup catalog: Temporary failure in name resolution",
        ],
        &["dial tcp: lookup catalog on 10.96.0.10:53: no such host"],
    ),
    line(
        "name-server-node",
        &["EAI_AGAIN", "ETIMEOUT"],
        r"getaddrinfo EAI_AGAIN (?P<host>[\w.-]+)(?::(?P<port>\d+))?|query\w+ ETIMEOUT (?P<host_query>[\w.-]+)",
        &[],
        &["Error: getaddrinfo EAI_AGAIN mongo", "Error: querySrv ETIMEOUT _mongodb._tcp.cluster0.example.net"],
        &["Error: getaddrinfo ENOTFOUND mongo"],
    ),
    line(
        "name-server-python",
        &["Temporary failure in name resolution", "Errno -3", "Try again"],
        r#"(?P<host_mongo>[A-Za-z0-9][\w.-]*):(?P<port_mongo>\d+): \[Errno -3\]|Failed to resolve '(?P<host_url>[^']+)' \(\[Errno -3\]|HTTPS?Connection(?:Pool)?\(host='(?P<host_http>[^']+)', port=(?P<port_http>\d+)\).*Temporary failure|Error -3 connecting to (?P<host_redis>[\w.-]+):(?P<port_redis>\d+)|could not translate host name "(?P<host_pg>[^"]+)" to address: (?:Temporary failure|Try again)|failed to resolve host '(?P<host_pg3>[^']+)': \[Errno -3\]|UnknownHostException: (?P<host_java>[\w.-]+): (?:Temporary failure|Try again)"#,
        &[],
        &[
            "mongo:27017: [Errno -3] Temporary failure in name resolution, Timeout: 30s",
            "Failed to resolve 'catalog' ([Errno -3] Temporary failure in name resolution)",
            "redis.exceptions.ConnectionError: Error -3 connecting to redis:6379. Temporary failure in name resolution.",
            r#"could not translate host name "pg" to address: Temporary failure in name resolution"#,
            "java.net.UnknownHostException: mysql: Temporary failure in name resolution",
        ],
        &["Failed to resolve 'catalog' ([Errno -2] Name or service not known)"],
    ),
    line(
        "name-server",
        &[
            "Temporary failure in name resolution",
            "no servers could be reached",
            "Could not contact DNS servers",
            "contacting DNS servers",
            "could not be resolved (110",
            "EAI_AGAIN",
        ],
        r"Temporary failure in name resolution|no servers could be reached|Could not contact DNS servers|Timeout while contacting DNS servers|(?P<host>[\w.-]+) could not be resolved \(110: Operation timed out\)|EAI_AGAIN",
        &[],
        &[
            "socket.gaierror: [Errno -3] Temporary failure in name resolution",
            ";; connection timed out; no servers could be reached",
            "catalog could not be resolved (110: Operation timed out)",
        ],
        &["Name or service not known"],
    ),
];
