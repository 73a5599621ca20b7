"""What Shepherd checks before it serves: its environment, its configuration file, its database.

gunicorn's master calls this, so that a service that cannot work ends its container instead of losing one worker after the other.
"""

import logging
import os
import sys
import time

from pymongo import MongoClient
from pymongo.errors import PyMongoError

logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
log = logging.getLogger("shepherd")


def connect(timeout=int(os.environ.get("MONGODB_TIMEOUT_MS", "3000"))):
    """A client of the database; it connects when it is first asked, and waits so many milliseconds for a server."""
    return MongoClient(
        os.environ["MONGODB_URI"],
        serverSelectionTimeoutMS=timeout,
        connectTimeoutMS=timeout * 2 // 3,  # pymongo's own are 30 and 20 seconds
        maxPoolSize=int(os.environ.get("MONGODB_MAX_POOL_SIZE", "10")),
    )


def check():
    """Ends the process, in the words of the troubleshooting guide, when something that the service needs is missing."""
    for name in ("MONGODB_URI", "SECRET_KEY"):
        if not os.environ.get(name):
            log.critical("Environment variable not set: %s", name)
            sys.exit(1)
    path = os.environ.get("CONFIG_FILE", "/etc/config/config.yaml")
    with open(path, encoding="utf-8") as file:
        log.info("Configuration loaded from %s: %d lines", path, len(file.readlines()))
    with connect(timeout=9000) as client:  # a start may wait longer than a request
        try:
            client.admin.command("ping")
        except PyMongoError as error:
            log.error("Connection to database failed: %s", error)
            sys.exit(1)
    time.sleep(float(os.environ.get("FAULT_SLOW_START", "0")))
