//! Tables of the network.
use super::column::{AGE, Column, NAME, Row, join_texts, or, or_none, some_of, text};
use crate::selector::labels;
use serde_json::Value;
use std::collections::BTreeSet;

/// Columns of a kind of this family.
pub(super) fn columns(group: &str, plural: &str) -> Option<&'static [Column]> {
    Some(match (group, plural) {
        ("", "services") => SERVICES,
        ("", "endpoints") => ENDPOINTS,
        ("discovery.k8s.io", "endpointslices") => SLICES,
        ("networking.k8s.io" | "extensions", "ingresses") => INGRESSES,
        ("networking.k8s.io", "ingressclasses") => CLASSES,
        ("networking.k8s.io" | "extensions", "networkpolicies") => POLICIES,
        ("networking.k8s.io", "servicecidrs") => RANGES,
        ("networking.k8s.io", "ipaddresses") => ADDRESSES,
        _ => return None,
    })
}

const SERVICES: &[Column] = &[
    NAME,
    text("Type", |row| row.text("/spec/type").into()),
    text("Cluster-IP", |row| row.text_or("/spec/clusterIPs/0", row.text_or("/spec/clusterIP", "<none>")).into()),
    text("External-IP", |row| external(row).into()),
    text("Port(s)", |row| {
        let port = |port: &Value| {
            let (number, protocol) = (&port["port"], port["protocol"].as_str().unwrap_or_default());
            match port["nodePort"].as_i64() {
                Some(node) if node > 0 => format!("{number}:{node}/{protocol}"),
                _ => format!("{number}/{protocol}"),
            }
        };
        or_none(row.list("/spec/ports").iter().map(port).collect::<Vec<_>>().join(",")).into()
    }),
    AGE,
    text("Selector", |row| or_none(labels::of_map(row.get("/spec/selector"))).into()).wide(),
];

const ENDPOINTS: &[Column] = &[
    NAME,
    text("Endpoints", |row| {
        let mut all = Vec::new();
        for subset in row.list("/subsets") {
            let list = |name: &str| subset[name].as_array().map_or(&[][..], Vec::as_slice);
            let ips = || list("addresses").iter().map(|address| address["ip"].as_str().unwrap_or_default());
            if list("ports").is_empty() {
                all.extend(ips().map(str::to_owned));
            }
            for port in list("ports") {
                all.extend(
                    ips().map(|ip| if ip.contains(':') { format!("[{ip}]:{}", port["port"]) } else { format!("{ip}:{}", port["port"]) }),
                );
            }
        }
        // A Service whose pods are none ready has subsets, but nothing to show of them.
        if row.list("/subsets").is_empty() { "<none>".into() } else { some_of(&all, 3, ",").into() }
    }),
    AGE,
];

const SLICES: &[Column] = &[
    NAME,
    text("AddressType", |row| row.text("/addressType").into()),
    text("Ports", |row| {
        let port = |port: &Value| match (port["port"].as_i64(), port["name"].as_str()) {
            (Some(number), _) => number.to_string(),
            (None, Some(name)) => name.to_owned(),
            (None, None) => "*".to_owned(),
        };
        or(some_of(&row.list("/ports").iter().map(port).collect::<Vec<_>>(), 3, ","), "<unset>").into()
    }),
    text("Endpoints", |row| {
        let endpoints = row.list("/endpoints").iter();
        let addresses = endpoints.flat_map(|endpoint| endpoint["addresses"].as_array().into_iter().flatten()).filter_map(Value::as_str);
        or(some_of(&addresses.map(str::to_owned).collect::<Vec<_>>(), 3, ","), "<unset>").into()
    }),
    AGE,
];

const INGRESSES: &[Column] = &[
    NAME,
    text("Class", |row| row.text_or("/spec/ingressClassName", "<none>").into()),
    text("Hosts", |row| {
        let rules = row.list("/spec/rules");
        let hosts: Vec<String> =
            rules.iter().filter_map(|rule| rule["host"].as_str()).filter(|host| !host.is_empty()).map(str::to_owned).collect();
        or(some_of(&hosts, 3, ","), "*").into()
    }),
    text("Address", |row| balancer(row).into()),
    text("Ports", |row| if row.list("/spec/tls").is_empty() { "80".into() } else { "80, 443".into() }),
    AGE,
];

const CLASSES: &[Column] = &[
    NAME,
    text("Controller", |row| row.text("/spec/controller").into()),
    text("Parameters", |row| {
        let parameters = row.get("/spec/parameters");
        let part = |name: &str| parameters[name].as_str().unwrap_or_default();
        let group = if part("apiGroup").is_empty() { String::new() } else { format!(".{}", part("apiGroup")) };
        if parameters.is_null() { "<none>".into() } else { format!("{}{group}/{}", part("kind"), part("name")).into() }
    }),
    AGE,
];

const POLICIES: &[Column] = &[NAME, text("Pod-Selector", |row| or_none(labels::of_selector(row.get("/spec/podSelector"))).into()), AGE];

const RANGES: &[Column] = &[NAME, text("CIDRs", |row| join_texts(row.list("/spec/cidrs"), ",").into()), AGE];

const ADDRESSES: &[Column] = &[
    NAME,
    text("ParentRef", |row| {
        let parent = |name: &str| row.get("/spec/parentRef")[name].as_str().filter(|text| !text.is_empty());
        let group = parent("group").map(|group| format!(".{group}")).unwrap_or_default();
        let namespace = parent("namespace").map(|namespace| format!("/{namespace}")).unwrap_or_default();
        match parent("resource") {
            Some(resource) => {
                format!("{}{namespace}/{}", format!("{resource}{group}").to_lowercase(), parent("name").unwrap_or_default()).into()
            }
            None => "<none>".into(),
        }
    }),
];

/// Addresses that a load balancer has given.
fn balancer(row: &Row<'_>) -> String {
    let given = row.list("/status/loadBalancer/ingress").iter();
    let address =
        |one: &Value| ["ip", "hostname"].iter().find_map(|name| one[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned));
    given.filter_map(address).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(",")
}

fn external(row: &Row<'_>) -> String {
    let own = join_texts(row.list("/spec/externalIPs"), ",");
    match row.text("/spec/type") {
        "ClusterIP" | "NodePort" => or_none(own),
        "LoadBalancer" => match (balancer(row), own) {
            (given, own) if given.is_empty() && own.is_empty() => "<pending>".to_owned(),
            (given, own) if given.is_empty() || own.is_empty() => given + &own,
            (given, own) => format!("{given},{own}"),
        },
        "ExternalName" => row.text("/spec/externalName").to_owned(),
        _ => "<unknown>".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    fn shown(columns: &[Column], object: Value) -> Vec<String> {
        let row = Row::new(&object, Timestamp::UNIX_EPOCH);
        columns.iter().map(|column| column.cell(&row).as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn services_of_every_type() {
        let service = |r#type: &str, more: Value| {
            let mut spec = json!({"type": r#type, "clusterIPs": ["10.0.0.1"], "ports": [{"port": 80, "protocol": "TCP", "nodePort": 30080}, {"port": 53, "protocol": "UDP"}]});
            spec.as_object_mut().unwrap().extend(more["spec"].as_object().cloned().unwrap_or_default());
            shown(SERVICES, json!({"metadata": {"name": "s"}, "spec": spec, "status": more["status"]}))
        };
        assert_eq!(service("ClusterIP", json!({}))[1..5], ["ClusterIP", "10.0.0.1", "<none>", "80:30080/TCP,53/UDP"]);
        assert_eq!(service("LoadBalancer", json!({}))[3], "<pending>");
        assert_eq!(
            service("LoadBalancer", json!({"status": {"loadBalancer": {"ingress": [{"hostname": "b.example"}, {"ip": "1.2.3.4"}]}}}))[3],
            "1.2.3.4,b.example"
        );
        assert_eq!(service("ExternalName", json!({"spec": {"externalName": "x.example"}}))[3], "x.example");
    }

    #[test]
    fn endpoints_are_told_up_to_three() {
        let address = |ip: &str| json!({"ip": ip});
        let endpoints = json!({"subsets": [{"addresses": [address("10.0.0.1"), address("10.0.0.2"), address("fd00::1"), address("10.0.0.4")], "ports": [{"port": 80}]}]});
        assert_eq!(shown(ENDPOINTS, endpoints)[1], "10.0.0.1:80,10.0.0.2:80,[fd00::1]:80 + 1 more...");
        assert_eq!(shown(ENDPOINTS, json!({}))[1], "<none>");
        assert_eq!(shown(ENDPOINTS, json!({"subsets": [{"notReadyAddresses": [address("10.0.0.1")], "ports": [{"port": 80}]}]}))[1], "");
        assert_eq!(shown(SLICES, json!({"ports": [{"port": null}], "endpoints": [{"addresses": ["10.0.0.1"]}]}))[2..4], ["*", "10.0.0.1"]);
    }

    #[test]
    fn ingresses_tell_hosts_and_ports() {
        let ingress = json!({"spec": {"tls": [{}], "rules": [{"host": "a"}, {"host": "b"}, {"host": "c"}, {"host": "d"}]}});
        assert_eq!(shown(INGRESSES, ingress)[1..5], ["<none>", "a,b,c + 1 more...", "", "80, 443"]);
        assert_eq!(shown(INGRESSES, json!({}))[2], "*");
    }
}
