//! What a MongoDB server says of itself: its structured log, by the ids of its messages.

use tarbox_model::log::{Family, Signature};

/// Lines of `mongod`.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "mongod-login-failed",
        family: Family::Authentication,
        literals: &["\"id\":5286307", "\"id\":20249", "\"Authentication failed\"", "Failed to authenticate"],
        pattern: r#""id":(?:5286307|20249),.*?(?:"client":"(?P<client>[^":]+)[^}]*?)?"(?:user|principalName)":"(?P<user>[^"]*)","(?:db|authenticationDatabase)":"(?P<db>[^"]*)".*?"error":"(?P<error>\w+)"#,
        unless: &["AuthenticationAbandoned"],
        examples: &[
            r#"{"t":{"$date":"2026-11-24T03:00:00.000+00:00"},"s":"I",  "c":"ACCESS",   "id":5286307, "ctx":"conn23","msg":"Failed to authenticate","attr":{"client":"10.32.2.33:58258","isSpeculative":false,"isClusterMember":false,"mechanism":"SCRAM-SHA-256","user":"app","db":"admin","error":"AuthenticationFailed: SCRAM authentication failed, storedKey mismatch","result":18}}"#,
            r#"{"t":{"$date":"2026-11-24T03:00:00.000+00:00"},"s":"I",  "c":"ACCESS",   "id":20249,   "ctx":"conn23","msg":"Authentication failed","attr":{"mechanism":"SCRAM-SHA-256","speculative":false,"principalName":"app","authenticationDatabase":"admin","remote":"10.1.0.2:41000","extraInfo":{},"error":"UserNotFound: Could not find user \"app\" for db \"admin\""}}"#,
        ],
        counterexamples: &[r#"{"s":"I","c":"ACCESS","id":5286306,"msg":"Successfully authenticated","attr":{"user":"app","db":"admin"}}"#],
    },
    Signature {
        id: "mongod-not-authorized",
        family: Family::Authentication,
        literals: &["\"id\":20436"],
        pattern: r#""id":20436,.*?"(?:errmsg|error)":.*?not authorized on (?P<db>[\w$-]+) to execute command"#,
        unless: &[],
        examples: &[
            r#"{"s":"I","c":"ACCESS","id":20436,"ctx":"conn7","msg":"Checking authorization failed","attr":{"error":{"code":13,"codeName":"Unauthorized","errmsg":"not authorized on shop to execute command { find: \"orders\" }"}}}"#,
        ],
        counterexamples: &[r#"{"s":"I","c":"ACCESS","id":20250,"msg":"Authentication succeeded"}"#],
    },
    Signature {
        id: "mongod-too-many-connections",
        family: Family::Resource,
        literals: &["\"id\":22942"],
        pattern: r#""id":22942,"#,
        unless: &[],
        examples: &[
            r#"{"s":"I","c":"NETWORK","id":22942,"ctx":"listener","msg":"Connection refused because there are too many open connections","attr":{"remote":"10.1.0.2:41000","connectionCount":820}}"#,
        ],
        counterexamples: &[r#"{"s":"I","c":"NETWORK","id":22943,"msg":"Connection accepted","attr":{"connectionCount":22942}}"#],
    },
    Signature {
        id: "mongod-slow-query",
        family: Family::Fact,
        literals: &["\"Slow query\""],
        pattern: r#""msg":"Slow query","attr":\{"type":"(?P<type>\w+)"(?:,"isFromUserConnection":\w+)?,"ns":"(?P<ns>[^"]+)""#,
        unless: &[],
        examples: &[
            r#"{"t":{"$date":"2026-11-24T03:00:00.000+00:00"},"s":"I",  "c":"COMMAND",  "id":51803,   "ctx":"conn5","msg":"Slow query","attr":{"type":"command","ns":"shop.orders","command":{"find":"orders","filter":{"customer":7}},"planSummary":"COLLSCAN","keysExamined":0,"docsExamined":500000,"nreturned":3,"durationMillis":412}}"#,
        ],
        counterexamples: &[r#"{"s":"I","c":"COMMAND","id":51804,"msg":"Fast query"}"#],
    },
    Signature {
        id: "mongod-collection-scan",
        family: Family::Fact,
        literals: &["\"COLLSCAN\""],
        pattern: r#""msg":"Slow query".*?"ns":"(?P<ns>[^"]+)".*"planSummary":"COLLSCAN".*?(?:"(?:planCacheShapeHash|queryHash)":"(?P<shape>\w+)"|"durationMillis":)"#,
        unless: &[],
        examples: &[
            r#"{"s":"I","c":"COMMAND","id":51803,"msg":"Slow query","attr":{"type":"command","ns":"shop.orders","command":{"find":"orders","filter":{"customer":7}},"planSummary":"COLLSCAN","keysExamined":0,"docsExamined":500000,"nreturned":3,"queryHash":"17830885","durationMillis":412}}"#,
        ],
        counterexamples: &[
            r#"{"s":"I","c":"COMMAND","id":51803,"msg":"Slow query","attr":{"ns":"shop.orders","planSummary":"IXSCAN { customer: 1 }","durationMillis":412}}"#,
        ],
    },
    Signature {
        id: "mongod-state",
        family: Family::Fact,
        literals: &["Replica set state transition", "\"id\":21358"],
        pattern: r#""id":21358,.*?"newState":"(?P<new>\w+)","oldState":"(?P<old>\w+)""#,
        unless: &[],
        examples: &[
            r#"{"s":"I",  "c":"REPL",     "id":21358,   "ctx":"ReplCoord-0","msg":"Replica set state transition","attr":{"newState":"PRIMARY","oldState":"SECONDARY"}}"#,
        ],
        counterexamples: &[r#"{"s":"I","c":"REPL","id":21215,"msg":"Member is in new state","attr":{"newState":"PRIMARY"}}"#],
    },
    Signature {
        id: "mongod-election",
        family: Family::Connection,
        literals: &["seen no PRIMARY in ", "Not starting an election", "cannot see a majority", "can't see a majority"],
        pattern: r#"(?P<started>seen no PRIMARY in (?:election timeout period|the past))|(?P<lost>(?i:can(?:no|')t see a majority)|Not starting an election[^"]*majority)"#,
        unless: &[],
        examples: &[
            r#"{"s":"I","c":"ELECTION","id":4615652,"ctx":"ReplCoord-0","msg":"Starting an election, since we've seen no PRIMARY in election timeout period","attr":{"electionTimeoutPeriodMillis":10000}}"#,
            r#"{"s":"I","c":"REPL","id":21809,"ctx":"ReplCoord-3","msg":"Can't see a majority of the set, relinquishing primary"}"#,
            r#"{"s":"I","c":"ELECTION","id":4615660,"msg":"Not starting an election, since we cannot see a majority of the set"}"#,
        ],
        counterexamples: &[r#"{"s":"I","c":"ELECTION","id":21450,"msg":"Election succeeded, assuming primary role"}"#],
    },
    Signature {
        id: "mongod-set-unusable",
        family: Family::Application,
        literals: &[
            "NotYetInitialized",
            "no replset config has been received",
            "not in the replica set configuration",
            "InvalidReplicaSetConfig",
            "Locally stored replica set configuration",
        ],
        pattern: r"(?P<uninitialized>NotYetInitialized|no replset config has been received)|(?P<removed>InvalidReplicaSetConfig|not in the replica set configuration|Locally stored replica set configuration (?:is invalid|does not have a valid entry))",
        unless: &[],
        examples: &[
            "MongoServerError: no replset config has been received",
            r#"{"s":"E","c":"REPL","id":21405,"msg":"Locally stored replica set configuration does not have a valid entry for the current node; waiting for reconfig or remote heartbeat"}"#,
        ],
        counterexamples: &["New replica set config in use"],
    },
    Signature {
        id: "mongod-stale",
        family: Family::Application,
        literals: &["Too stale to catch up", "too stale"],
        pattern: r"(?i)too stale to catch up",
        unless: &[],
        examples: &[r#"{"s":"W","c":"REPL","id":21837,"ctx":"BackgroundSync","msg":"Too stale to catch up"}"#],
        counterexamples: &["cache entry is too stale"],
    },
    Signature {
        id: "mongod-cache-pressure",
        family: Family::Resource,
        literals: &["WTEVICT", "eviction server", "Cache stuck", "WT_CACHE_FULL", "eviction-server"],
        pattern: r#""c":"WTEVICT"|(?i:cache stuck for too long|WT_CACHE_FULL|eviction server:? [^\n]{0,60}stuck)"#,
        unless: &["\"s\":\"D"],
        examples: &[
            r#"{"t":{"$date":"2026-11-24T03:00:00.000+00:00"},"s":"I",  "c":"WTEVICT",  "id":22430,   "ctx":"Eviction","msg":"WiredTiger message","attr":{"message":{"session_name":"eviction-server","category":"WT_VERB_EVICT"}}}"#,
            "Cache stuck for too long, giving up",
        ],
        counterexamples: &[r#"{"s":"D1","c":"WTEVICT","msg":"WiredTiger message"}"#],
    },
    Signature {
        id: "mongod-fatal",
        family: Family::Application,
        literals: &[
            "initAndListen",
            "\"s\":\"F\"",
            "Fatal assertion",
            "WiredTiger error",
            "UPGRADE PROBLEM",
            "DBPathInUse",
            "WT_PANIC",
            "BadValue",
            "Error parsing command line",
            "unrecognised option",
        ],
        pattern: r#"in initAndListen(?:, terminating".*?"error":"|: )(?P<start>(?:[^"\\]|\\.){1,160})|"s":"F".*?"msg":"(?P<fatal>[^"]{1,120})"|(?P<assertion>Fatal assertion)|"msg":"WiredTiger error[^"]*","attr":\{"error":(?P<wt>-?\d+)|(?P<upgrade>UPGRADE PROBLEM)|(?P<panic>WT_PANIC)|(?P<options>Error parsing command line[^\n]{0,80}|unrecognised option[^\n]{0,60})"#,
        unless: &[],
        examples: &[
            r#"{"t":{"$date":"2026-11-24T03:00:00.000+00:00"},"s":"E",  "c":"CONTROL",  "id":20557,   "ctx":"initandlisten","msg":"DBException in initAndListen, terminating","attr":{"error":"DBPathInUse: Unable to lock the lock file: /data/db/mongod.lock (Resource temporarily unavailable). Another mongod instance is already running on the /data/db directory"}}"#,
            r#"{"t":{"$date":"2026-11-24T03:00:00.000+00:00"},"s":"E",  "c":"WT",       "id":22435,   "ctx":"initandlisten","msg":"WiredTiger error message","attr":{"error":28,"message":{"msg":"no space"}}}"#,
            "2026-11-24T03:00:00.810+0000 I STORAGE  [initandlisten] exception in initAndListen: DBPathInUse: Unable to create/open the lock file: /data/db/mongod.lock (Permission denied)., terminating",
            r#"{"s":"F","c":"-","id":23089,"ctx":"initandlisten","msg":"Fatal assertion","attr":{"msgid":28595}}"#,
        ],
        counterexamples: &[r#"{"s":"I","c":"CONTROL","id":23138,"msg":"Shutting down","attr":{"exitCode":0}}"#],
    },
    Signature {
        id: "mongod-version",
        family: Family::Fact,
        literals: &["featureCompatibilityVersion"],
        pattern: r#"(?:UPGRADE PROBLEM|Invalid (?:feature compatibility version|value for feature\s?[Cc]ompatibility\s?[Vv]ersion|featureCompatibilityVersion document))[^\n]{0,200}"#,
        unless: &[],
        examples: &[
            "UPGRADE PROBLEM: Found an invalid featureCompatibilityVersion document (ERROR: Location4926900: Invalid featureCompatibilityVersion document",
        ],
        counterexamples: &[
            r#"{"id":5853300,"msg":"current featureCompatibilityVersion value","attr":{"featureCompatibilityVersion":"7.0"}}"#,
        ],
    },
];
