# Starts, watches and ends the cluster's own processes; each one's id is kept in a file, and nothing else is ever ended. Sourced.

PIDS=$STATE/run

# When a running process started, in ticks since this machine did, and which start of the machine that was. An id alone says little: it is
# given again, soonest after a restart, and whoever trusts it waits for, or ends, a stranger.
birth() {
  local stat; stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  set -- ${stat##*) }   # the name before it may hold anything; what is left begins with the state, field 3
  [ "$1" != Z ] && echo "${20} $(cat /proc/sys/kernel/random/boot_id)"
}
# The id of a process that `start` started; nothing, and a failure, when it has ended.
process() {
  local id born
  [ -f "$PIDS/$1.pid" ] && { read -r id; read -r born; } <"$PIDS/$1.pid" && [ "$(birth "$id")" = "$born" ] && echo "$id"
}
alive() { process "$1" >/dev/null; }

# Starts a program in the background unless it runs, ahead of what else keeps the machine busy: start NAME COMMAND…
start() {
  local name=$1; shift
  alive "$name" && return 0
  mkdir -p "$PIDS"
  setsid nice -n -5 "$@" >"$LOGS/$name.log" 2>&1 </dev/null &
  printf '%s\n' $! "$(birth $! || echo ended)" >"$PIDS/$name.pid"
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
  local id
  if id=$(process "$1"); then
    kill -CONT "$id" 2>/dev/null || true
    kill "$id" 2>/dev/null || true
    for _ in $(seq 50); do alive "$1" || break; sleep 0.2; done
    ! alive "$1" || kill -9 "$id" 2>/dev/null || true
  fi
  rm -f "$PIDS/$1.pid"
}
