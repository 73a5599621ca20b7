# A request takes longer than gunicorn waits for its only worker: the worker is ended in the middle of it.
# rule: worker-timeout
# object: Deployment/production/shepherd
# never: out-of-memory-killed memory-leak mongodb-down
make() { service 'environment("WORKER_CLASS"; "sync") | environment("THREADS"; "1") | environment("WORKER_TIMEOUT"; "5") | environment("FAULT_SLOW_REQUEST"; "20")'; service_ready; }
settle() { local i; for i in 1 2 3; do requests 2; done; until_true 60 "a worker is ended" logged_line 'WORKER TIMEOUT'; sleep 3; }
