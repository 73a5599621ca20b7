"""Shepherd, the configuration service of the troubleshooting guide, small enough to read: Flask, pymongo, gunicorn.

It fails as the guide says that the real one fails, in the same words. The FAULT_* variables make it misbehave on purpose.
"""

import os
import time
import urllib.request

from flask import Flask, Response, g, jsonify, request
from pymongo.errors import PyMongoError

from startup import connect, log

client = connect()
database = client[os.environ.get("DATABASE_NAME", "shepherd_cms")]
audit_url = os.environ.get("AUDIT_URL")
leak_megabytes = float(os.environ.get("FAULT_LEAK_MB", "0"))
hoard = []
counts = {}
started = time.time()
app = Flask(__name__)
log.info("Server started, listening on port %s", os.environ.get("PORT", "5000"))


@app.before_request
def start_clock():
    g.started = time.perf_counter()


@app.after_request
def log_request(response):
    duration = time.perf_counter() - g.started
    key = (request.method, request.path, response.status_code)
    total, seconds = counts.get(key, (0, 0.0))
    counts[key] = (total + 1, seconds + duration)
    if request.path.startswith("/api/") and request.path not in ("/api/live", "/api/health"):
        log.info("request %s %s duration=%.3fs status=%d", request.method, request.path, duration, response.status_code)
    return response


def audit(action):
    """Tells the audit service, if there is one; a request does not fail for it."""
    if audit_url:
        try:
            urllib.request.urlopen(audit_url, data=action.encode(), timeout=2).close()
        except OSError as error:
            log.error("Audit record not delivered to %s: %s", audit_url, error)


def misbehave():
    """What a request does beside its work when a FAULT_* variable says so: wait, keep a processor busy, leave memory behind."""
    time.sleep(float(os.environ.get("FAULT_SLOW_REQUEST", "0")))
    end = time.thread_time() + float(os.environ.get("FAULT_BUSY_REQUEST", "0"))
    while time.thread_time() < end:
        pass
    if leak_megabytes:
        hoard.append(os.urandom(1024) * int(leak_megabytes * 1024))


@app.get("/api/live")
def live():
    return jsonify(status="alive")


@app.get("/api/health")
def health():
    time.sleep(float(os.environ.get("FAULT_SLOW_HEALTH", "0")))
    try:
        client.admin.command("ping")
    except PyMongoError as error:
        log.error("Failed to connect to MongoDB: %s", error)
        return jsonify(status="unhealthy", database="unreachable"), 503
    return jsonify(status="healthy", database="connected", uptime=round(time.time() - started, 1))


@app.get("/api/configurations")
def configurations():
    wanted = {"environment": request.args.get("environment", "production")}
    try:
        found = list(database["configurations"].find(wanted, {"_id": False}).limit(50))
    except PyMongoError as error:
        log.error("Failed to connect to MongoDB: %s", error)
        return jsonify(error="database unavailable"), 503
    misbehave()
    audit("list")
    return jsonify(count=len(found), configurations=found)


@app.post("/api/configurations")
def add_configuration():
    document = request.get_json()
    database["configurations"].insert_one(dict(document))
    return jsonify(document), 201


@app.get("/metrics")
def metrics():
    lines = ["# TYPE shepherd_requests_total counter"]
    labels = {key: 'method="%s",path="%s",status="%d"' % key for key in sorted(counts)}
    lines += ["shepherd_requests_total{%s} %d" % (labels[key], counts[key][0]) for key in labels]
    lines.append("# TYPE shepherd_request_duration_seconds_sum counter")
    lines += ["shepherd_request_duration_seconds_sum{%s} %.6f" % (labels[key], counts[key][1]) for key in labels]
    lines += ["# TYPE shepherd_uptime_seconds gauge", "shepherd_uptime_seconds %.1f" % (time.time() - started)]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
