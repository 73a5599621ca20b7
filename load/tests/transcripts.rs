//! Commands that people paste into tickets, and what is read of each: sessions written here, one command each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot write its own sample has failed")]

use tarbox_load::{LogScanner, load};
use tarbox_model::log::{Family, Signature};
use tarbox_model::snapshot::Snapshot;

const SIGNATURE: Signature = Signature {
    id: "refused",
    family: Family::Connection,
    literals: &["connection refused", "NXDOMAIN"],
    pattern: "",
    unless: &[],
    examples: &[],
    counterexamples: &[],
};

fn read(text: &str) -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ticket.txt");
    std::fs::write(&path, text).unwrap();
    load(&path, &LogScanner::new([SIGNATURE]).unwrap()).unwrap()
}

const DATE: &str = "$ date -u +%FT%TZ\n2026-01-02T03:10:00.000000Z\n";

#[test]
fn autoscalers_described_and_listed() {
    let described = read(
        "$ kubectl describe hpa web -n shop
Name:                                                  web
Namespace:                                             shop
Reference:                                             Deployment/web
Metrics:                                               ( current / target )
  resource cpu on pods  (as a percentage of request):  95% (190m) / 80%
Min replicas:                                          2
Max replicas:                                          5
Deployment pods:                                       5 current / 5 desired
Conditions:
  Type            Status  Reason            Message
  ----            ------  ------            -------
  AbleToScale     True    ReadyForNewScale  recommended size matches current size
  ScalingLimited  True    TooManyReplicas   the desired replica count is more than the maximum replica count
Events:           <none>
",
    );
    let [scaler] = described.autoscalers.as_slice() else { panic!("{:?}", described.autoscalers) };
    assert_eq!((scaler.spec.scale_target_ref.name.as_str(), scaler.spec.min_replicas, scaler.spec.max_replicas), ("web", Some(2), 5));
    assert_eq!((scaler.status.current_replicas, scaler.status.desired_replicas), (5, 5));
    assert_eq!(scaler.status.current_metrics[0].resource.current.average_utilization, Some(95));
    assert_eq!(scaler.status.conditions[1].reason, "TooManyReplicas");
    let listed = read(
        "$ kubectl get hpa -n shop
NAME   REFERENCE        TARGETS              MINPODS   MAXPODS   REPLICAS   AGE
web    Deployment/web   cpu: 40%/80%         2         5         3          9d
api    Deployment/api   <unknown>/80%        1         4         1          9d
",
    );
    let [api, web] = listed.autoscalers.as_slice() else { panic!("{:?}", listed.autoscalers) };
    assert_eq!((web.spec.max_replicas, web.status.current_replicas), (5, 3));
    assert_eq!(web.status.current_metrics[0].resource.current.average_utilization, Some(40));
    assert!(api.status.current_metrics.is_empty());
}

#[test]
fn ingresses_with_tls_and_a_default_backend() {
    let snapshot = read(
        "$ kubectl describe ingress web -n shop
Name:             web
Namespace:        shop
Address:          10.0.0.9
Ingress Class:    nginx
Default backend:  fallback:80 (10.1.0.9:8080)
TLS:
  web-tls terminates shop.example,www.shop.example
Rules:
  Host          Path  Backends
  ----          ----  --------
  shop.example  
                /      web:80 (10.1.0.1:8080)
                /api   api:http (<error: services \"api\" not found>)
Events:         <none>
",
    );
    let spec = &snapshot.ingresses[0].spec;
    assert_eq!((spec.tls[0].secret_name.as_str(), spec.tls[0].hosts.len(), spec.rules.len()), ("web-tls", 2, 2));
    assert_eq!(spec.default_backend.as_ref().and_then(|b| b.service.as_ref()).map(|s| s.name.as_str()), Some("fallback"));
    let none = read(
        "$ kubectl describe ingress web\nName:             web\nNamespace:        shop\nDefault backend:  <default>\nRules:\n  Host  Path  Backends\n  ----  ----  --------\n  *     \n        /   web:80 (10.1.0.1:8080)\n",
    );
    assert!(none.ingresses[0].spec.default_backend.is_none());
}

#[test]
fn jobs_and_cron_jobs() {
    let snapshot = read(&format!(
        "{DATE}$ kubectl get cronjobs,jobs -n shop
NAME                   SCHEDULE    TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
cronjob.batch/report   0 * * * *   <none>     True      0        130m            9d

NAME                     STATUS     COMPLETIONS   DURATION   AGE
job.batch/migrate        Failed     0/1           5m         5m
job.batch/load           Complete   1/1           12s        7m

$ kubectl describe job import -n shop
Name:                     import
Namespace:                shop
Completions:              1
Start Time:               Fri, 02 Jan 2026 03:00:00 +0000
Active Deadline Seconds:  600s
Pods Statuses:            0 Active (0 Ready) / 0 Succeeded / 7 Failed
Pod Template:
  Containers:
   import:
    Image:  import:1
Events:
  Type     Reason                Age   From            Message
  ----     ------                ----  ----            -------
  Warning  BackoffLimitExceeded  60s   job-controller  Job has reached the specified backoff limit
"
    ));
    let cron = &snapshot.cron_jobs[0];
    assert_eq!((cron.spec.schedule.as_str(), cron.spec.suspend), ("0 * * * *", true));
    assert_eq!(cron.status.last_schedule_time, "2026-01-02T01:00:00Z".parse().ok());
    let [import, load, migrate] = snapshot.jobs.as_slice() else { panic!("{:?}", snapshot.jobs) };
    assert_eq!((import.status.failed, import.status.conditions[0].reason.as_str()), (7, "BackoffLimitExceeded"));
    assert_eq!(import.spec.active_deadline_seconds, Some(600));
    assert_eq!((load.status.succeeded, migrate.status.conditions[0].r#type.as_str()), (1, "Failed"));
}

#[test]
fn what_pods_and_nodes_use() {
    let snapshot = read(
        "$ kubectl get pod web-1 -n shop -o json
{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"web-1\", \"namespace\": \"shop\"}, \"spec\": {\"containers\": [{\"name\": \"app\"}]}}
$ kubectl top pods -n shop
NAME    CPU(cores)   MEMORY(bytes)
web-1   250m         120Mi
db-0    1            2Gi
$ kubectl top pods -n shop --containers
POD     NAME     CPU(cores)   MEMORY(bytes)
db-0    server   900m         2000Mi
$ kubectl top nodes
NAME   CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%
n1     3900m        97%    7000Mi          90%
",
    );
    let usage: Vec<_> = snapshot.container_usage.iter().map(|u| (u.pod.as_str(), u.container.as_str(), u.cpu)).collect();
    assert_eq!(usage, [("db-0", "server", Some(0.9)), ("web-1", "app", Some(0.25))], "of whom a figure is must be known");
    assert_eq!((snapshot.node_usage.len(), snapshot.node_usage[0].cpu), (1, Some(3.9)));
    assert!(snapshot.coverage.has("metrics"));
}

#[test]
fn rollouts_and_releases() {
    let snapshot = read(
        "$ kubectl rollout status deployment/web -n shop
Waiting for deployment \"web\" rollout to finish: 1 out of 3 new replicas have been updated...
error: deployment \"web\" exceeded its progress deadline
$ kubectl rollout history deployment/web -n shop
deployment.apps/web 
REVISION  CHANGE-CAUSE
6         <none>
7         <none>

$ helm list -n shop
NAME\tNAMESPACE\tREVISION\tUPDATED                                \tSTATUS         \tCHART    \tAPP VERSION
web \tshop     \t7       \t2026-01-02 03:04:05.123 +0000 UTC      \tpending-upgrade\tweb-1.2.3\t4.5
$ helm status db -n shop
NAME: db
LAST DEPLOYED: Fri Jan  2 03:04:05 2026
NAMESPACE: shop
STATUS: failed
REVISION: 3
DESCRIPTION: Upgrade \"db\" failed: timed out waiting for the condition
",
    );
    let web = &snapshot.deployments[0];
    assert_eq!(web.status.conditions[0].reason, "ProgressDeadlineExceeded");
    assert_eq!(web.metadata.annotations.get("deployment.kubernetes.io/revision").map(String::as_str), Some("7"));
    let releases: Vec<_> =
        snapshot.helm_releases.iter().map(|r| (r.name.as_str(), r.history[0].revision, r.history[0].status.as_str())).collect();
    assert_eq!(releases, [("db", 3, "failed"), ("web", 7, "pending-upgrade")]);
    assert!(snapshot.helm_releases[0].history[0].description.contains("timed out"));
}

#[test]
fn a_databases_shell_by_exec_and_inside() {
    let status = "{
  set: 'rs0',
  date: ISODate('2026-01-02T03:04:05.000Z'),
  members: [
    { _id: 0, name: 'db-0:27017', stateStr: 'SECONDARY', optimeDate: ISODate('2026-01-02T03:04:00.000Z') },
    { _id: 1, name: 'db-1:27017', stateStr: '(not reachable/healthy)' }
  ],
  ok: 1
}
";
    let text = format!(
        "$ kubectl exec -n shop db-0 -- mongosh --quiet --eval 'rs.status()'
{status}$ kubectl exec -it db-1 -n shop -- mongosh
Current Mongosh Log ID: 65
rs0 [direct: secondary] test> db.serverStatus()
{{ host: 'db-1', connections: {{ current: 51, available: Long('9') }}, ok: 1 }}
rs0 [direct: secondary] test> exit
"
    );
    let snapshot = read(&text);
    let [set, server] = snapshot.mongo_answers.as_slice() else { panic!("{:?}", snapshot.mongo_answers) };
    assert_eq!((set.command.as_str(), set.namespace.as_str(), set.pod.as_str()), ("replSetGetStatus", "shop", "db-0"));
    assert_eq!(set.answer.pointer("/members/0/optimeDate/$date").and_then(|v| v.as_str()), Some("2026-01-02T03:04:00.000Z"));
    let evidence = set.evidence("/members/1/stateStr", "(not reachable/healthy)");
    assert_eq!((evidence.line, text.lines().nth(evidence.line.unwrap() as usize - 1).unwrap().contains(&evidence.quote)), (Some(7), true));
    assert_eq!(
        (server.command.as_str(), server.pod.as_str(), server.number("/connections/available")),
        ("serverStatus", "db-1", Some(9.0))
    );
}

#[test]
fn events_in_every_order() {
    for table in [
        "$ kubectl get events -n shop\nLAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n2m          Warning   BackOff   pod/web-1   Back-off restarting failed container\n",
        "$ kubectl get events -n shop -o wide\nLAST SEEN   TYPE      REASON    OBJECT      SUBOBJECT                  SOURCE        MESSAGE                                FIRST SEEN   COUNT   NAME\n2m          Warning   BackOff   pod/web-1   spec.containers{app}       kubelet, n1   Back-off restarting failed container   20m          7       web-1.17\n",
        "$ kubectl get events -A\nNAMESPACE   LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\nshop        2m          Warning   BackOff   pod/web-1   Back-off restarting failed container\n",
        "$ kubectl events -n shop\nLAST SEEN             TYPE      REASON    OBJECT      MESSAGE\n2m (x7 over 20m)      Warning   BackOff   Pod/web-1   Back-off restarting failed container\n",
        "$ kubectl get events -n shop\nLAST SEEN   FIRST SEEN   COUNT   NAME        KIND   SUBOBJECT              TYPE      REASON    SOURCE        MESSAGE\n2m          20m          7       web-1.17    Pod    spec.containers{app}   Warning   BackOff   kubelet, n1   Back-off restarting failed container\n",
    ] {
        let snapshot = read(&format!("{DATE}{table}"));
        let [event] = snapshot.events.as_slice() else { panic!("{table}: {:?}", snapshot.events) };
        let object = &event.involved_object;
        assert_eq!((object.kind.as_str(), object.namespace.as_str(), object.name.as_str()), ("Pod", "shop", "web-1"), "{table}");
        assert_eq!((event.reason.as_str(), event.r#type.as_str()), ("BackOff", "Warning"), "{table}");
        assert!(event.message.starts_with("Back-off restarting"), "{table}");
        assert_eq!(event.last_timestamp, "2026-01-02T03:08:00Z".parse().ok(), "{table}");
        let counted = table.contains('7');
        assert_eq!(counted, event.first_timestamp == "2026-01-02T02:50:00Z".parse().ok(), "{table}");
    }
}

#[test]
fn clients_that_people_call() {
    for (command, output) in [
        ("$ nc -zv db 27017", "nc: connect to db (10.0.0.3) port 27017 (tcp) failed: Connection refused\n"),
        ("$ kubectl exec web-1 -n shop -- curl -v http://api", "* connect to 10.0.0.4 port 80 failed: Connection refused\n"),
        ("/ # nslookup db.shop", "** server can't find db.shop: NXDOMAIN\n"),
        ("ops@host:~$ dig db.shop", ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n"),
        ("root@n1:~# journalctl -u kubelet", "Jan 02 03:04:05 n1 kubelet[1]: dial tcp 10.0.0.1:6443: connect: connection refused\n"),
    ] {
        let snapshot = read(&format!("{command}\n{output}"));
        assert_eq!(snapshot.logs.iter().map(|l| l.hits.len()).sum::<usize>(), 1, "{command}: {:?}", snapshot.logs);
    }
    let inside = read("$ kubectl exec web-1 -n shop -- curl -v http://api\n* connect to 10.0.0.4 port 80 failed: Connection refused\n");
    assert_eq!((inside.logs[0].namespace.as_str(), inside.logs[0].pod.as_str()), ("shop", "web-1"));
}

#[test]
fn prompts_of_every_distribution() {
    for prompt in [
        "$ kubectl",
        "# kubectl",
        "PS> kubectl",
        "PS C:\\Users\\ops> kubectl",
        "C:\\ops>kubectl",
        "root@host:~# kubectl",
        "[root@host ~]# kubectl",
        "ops@mac app % kubectl",
        "bash-5.1$ kubectl",
        "~/app $ kubectl",
        "➜  app git:(main) kubectl",
        "$ k",
        "$ oc",
        "$ sudo k3s kubectl",
        "$ microk8s kubectl",
        "$ microk8s.kubectl",
        "$ minikube kubectl --",
        "kubectl",
    ] {
        let snapshot = read(&format!(
            "{prompt} get pods -n shop\nNAME    READY   STATUS             RESTARTS   AGE\nweb-1   0/1     CrashLoopBackOff   7          9m\n"
        ));
        let [pod] = snapshot.pods.as_slice() else { panic!("{prompt}: {:?}", snapshot.pods) };
        assert_eq!((pod.metadata.namespace.as_str(), pod.metadata.name.as_str()), ("shop", "web-1"), "{prompt}");
        assert!(snapshot.coverage.is_complete("pods"), "{prompt}");
    }
}

#[test]
fn a_dump_within_a_session() {
    let snapshot = read(
        "$ kubectl version\nServer Version: v1.30.0\n$ kubectl cluster-info dump
{\"kind\": \"PodList\", \"apiVersion\": \"v1\", \"items\": [{\"metadata\": {\"name\": \"web-1\", \"namespace\": \"shop\"}}]}
==== START logs for container app of pod shop/web-1 ====
connection refused
==== END logs for container app of pod shop/web-1 ====
",
    );
    assert_eq!((snapshot.pods.len(), snapshot.logs.len()), (1, 1));
    assert_eq!((snapshot.logs[0].pod.as_str(), snapshot.logs[0].hits[0].first.number), ("web-1", 6));
}
