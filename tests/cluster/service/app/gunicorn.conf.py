"""How gunicorn serves Shepherd."""

import os
import sys

sys.path.insert(0, "/app")
chdir = "/app"
bind = "%s:%s" % (os.environ.get("HOST", "0.0.0.0"), os.environ.get("PORT", "5000"))
workers = 1
worker_class = os.environ.get("WORKER_CLASS", "gthread")
threads = int(os.environ.get("THREADS", "4"))
worker_tmp_dir = "/dev/shm"
timeout = int(os.environ.get("WORKER_TIMEOUT", "30"))
graceful_timeout = 3


def on_starting(server):
    import startup

    startup.check()
