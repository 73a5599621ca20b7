# Starts, watches and ends the cluster's own processes; each one's id is kept in a file, and nothing else is ever ended. Sourced.

PIDS=$STATE/run

alive() { [ -f "$PIDS/$1.pid" ] && kill -0 "$(cat "$PIDS/$1.pid")" 2>/dev/null; }

# Starts a program in the background unless it runs, ahead of what else keeps the machine busy: start NAME COMMAND…
start() {
  local name=$1; shift
  alive "$name" && return 0
  mkdir -p "$PIDS"
  setsid nice -n -5 "$@" >"$LOGS/$name.log" 2>&1 </dev/null &
  echo $! >"$PIDS/$name.pid"
}

# Waits until a process answers; when it ended or never answers, shows the end of its log: ready NAME SECONDS COMMAND…
ready() {
  local name=$1 seconds=$2 end=$((SECONDS + $2)); shift 2
  until "$@" >/dev/null 2>&1; do
    if ! alive "$name"; then say "error: $name ended at once, the end of $LOGS/$name.log:"; tail -n 20 "$LOGS/$name.log" >&2; return 1; fi
    if [ $SECONDS -ge "$end" ]; then say "error: $name does not answer after $seconds s, the end of $LOGS/$name.log:"; tail -n 20 "$LOGS/$name.log" >&2; return 1; fi
    sleep 0.3
  done
}

# Ends one process that `start` started: asks, waits up to ten seconds, then insists.
stop() {
  local file=$PIDS/$1.pid pid
  [ -f "$file" ] || return 0
  pid=$(cat "$file")
  kill -CONT "$pid" 2>/dev/null || true
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.2; done
  kill -9 "$pid" 2>/dev/null || true
  rm -f "$file"
}
