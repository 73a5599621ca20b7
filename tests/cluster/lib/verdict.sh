# Runs the two programs over an incident and compares the report with the truth that the incident declares. Sourced.

ROOT=$(cd "$HERE/../.." && pwd)
BIN=${TARBOX_BIN:-$ROOT/target/debug}
RESULTS=${TARBOX_CLUSTER_RESULTS:-$ROOT/target/cluster}

# What is wrong with a report, one line each; nothing when it is right: complaints REPORT.json RULES OBJECT NEVER
complaints() {
  jq -r --arg rules "$2" --arg object "$3" --arg never "$4" '
    def written: [.kind, .namespace, .name] | map(select(. != null and . != "")) | join("/");
    def shown: "\(.rule) at \(.cause // .subject // {} | written)";
    (.root_causes // []) as $causes | ($rules | split("|")) as $rules | ($object | split("|")) as $objects
    | if .schema != "tarbox.report/v1" then "the schema is \(.schema), not tarbox.report/v1" else empty end,
      if $rules == ["none"] then
        $causes[] | select(.severity == "critical" or .severity == "high") | "nothing is wrong, but it names \(shown)"
      elif $causes == [] then "no root cause, wanted \($rules | join("|"))"
      else
        $causes[0]
        | if (.rule as $rule | $rules | index($rule)) then empty else "first cause is \(shown), wanted \($rules | join("|"))" end,
          if any(.subject, .cause, .workload; . != null and (written as $w | $objects | index($w))) then empty else "first cause is \(shown), wanted the object \($objects | join("|"))" end,
          if (.evidence // []) == [] then "first cause has no evidence" else empty end
      end,
      ($causes[] | select(.rule as $rule | $never | split(" ") | index($rule)) | "must never be said here: \(shown)")
  ' "$1"
}

# Collects, analyzes, compares: judge check|record NAME
judge() {
  local mode=$1 name=$2 folder=$RESULTS/$2 bundle rules found
  rules=$(declared "$name" rule)
  rm -rf "$folder"; mkdir -p "$folder"; bundle=$folder/$name.tar.zst
  "$BIN/tarbox-collect" -o "$bundle" >"$folder/collect.log" 2>&1 || { tail -n 20 "$folder/collect.log" >&2; die "tarbox-collect ended with $?"; }
  "$BIN/tarbox" analyze "$bundle" -o "$folder/report" --format json,html,md >"$folder/analyze.log" 2>&1 || { tail -n 20 "$folder/analyze.log" >&2; die "tarbox analyze ended with $?"; }
  local file; for file in report.json report.html report.md; do [ -s "$folder/report/$file" ] || die "no $file in $folder/report"; done
  found=$(complaints "$folder/report/report.json" "$rules" "$(declared "$name" object)" "$(declared "$name" never)")
  [ "$mode" = check ] || keep "$name" "$bundle"
  [ -z "$found" ] || { say "$name: $found"; exit 1; }
}

# Keeps a bundle among the fixtures, with the truth beside it.
keep() {
  local name=$1 folder=$ROOT/fixtures/scenarios; mkdir -p "$folder"
  cp "$2" "$folder/$name.tar.zst"
  local list; list() { jq -cRn --arg text "$1" --arg by "$2" '$text | split($by) | map(select(. != ""))'; }
  cat >"$folder/$name.toml" <<TOML
# $(sed -n '1s/^# //p' "$HERE/incidents/$name.sh")
rules = $(list "$(declared "$name" rule | sed 's/^none$//')" '|')
objects = $(list "$(declared "$name" object)" '|')
never = $(list "$(declared "$name" never)" ' ')
made_by = "tests/cluster/record $name"
kubernetes = "$(version_of kubernetes k8s.io/kubernetes)"
containerd = "$(containerd --version | awk '{ print $3 }')"
collector = "$("$BIN/tarbox-collect" --version)"
recorded = "$(date -u +%Y-%m-%d)"
TOML
}
