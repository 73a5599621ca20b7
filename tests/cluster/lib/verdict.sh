# Runs the two programs over an incident and compares the report with the truth that the incident declares. Sourced.

ROOT=$(cd "$HERE/../.." && pwd)
BIN=${TARBOX_BIN:-$ROOT/target/debug}
RESULTS=${TARBOX_CLUSTER_RESULTS:-$ROOT/target/cluster}
SCENARIOS=$ROOT/fixtures/scenarios

# A line of an incident's head: declared NAME FIELD
declared() { sed -n "s/^# $2: *//p" "$HERE/incidents/$1.sh"; }

# Collects into a folder of its own, and leaves the bundle's path in BUNDLE: collect NAME [OPTION…]
# Exit code 5 says that something could not be had, which is what some incidents are about; the bundle is whole all the same.
collect() {
  local folder=$RESULTS/$1 code=0
  rm -rf "$folder"; mkdir -p "$folder"; BUNDLE=$folder/$1.tar.zst
  "$BIN/tarbox-collect" --progress plain -o "$BUNDLE" "${@:2}" >"$folder/collect.log" 2>&1 || code=$?
  case $code in 0 | 5) ;; *) tail -n 20 "$folder/collect.log" >&2; die "tarbox-collect ended with $code" ;; esac
  [ -s "$BUNDLE" ] || die "tarbox-collect left no bundle"
}

# What is wrong with a report, one line each; nothing when it is right: complaints REPORT.json RULES OBJECT NEVER FOLDED
complaints() {
  jq -r --arg rules "$2" --arg object "$3" --arg never "$4" --arg folded "$5" '
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
          if (.evidence // []) == [] then "first cause has no evidence" else empty end,
          ([.explains[]? | split(":")[0]] as $explained | $folded | split(" ")[] | select(. != "" and (. as $rule | $explained | index($rule) | not))
            | "first cause does not explain \(.)")
      end,
      ($causes[] | select(.rule as $rule | $never | split(" ") | index($rule)) | "must never be said here: \(shown)")
  ' "$1"
}

# Analyzes a bundle and compares; says what is wrong and fails: judge NAME BUNDLE
judge() {
  local name=$1 bundle=$2 folder=$RESULTS/$1 file found
  mkdir -p "$folder"; rm -rf "$folder/report"
  "$BIN/tarbox" analyze "$bundle" -o "$folder/report" --format json,html,md >"$folder/analyze.log" 2>&1 || { tail -n 20 "$folder/analyze.log" >&2; die "tarbox analyze ended with $?"; }
  for file in report.json report.html report.md; do [ -s "$folder/report/$file" ] || die "no $file in $folder/report"; done
  found=$(complaints "$folder/report/report.json" "$(declared "$name" rule)" "$(declared "$name" object)" "$(declared "$name" never)" "$(declared "$name" compound)")
  [ -z "$found" ] || { printf '%s\n' "$found" | while read -r line; do say "$name: $line"; done; return 1; }
}

# Keeps a bundle among the scenarios, with what it was recorded with: keep NAME BUNDLE
keep() {
  local name=$1; mkdir -p "$SCENARIOS"
  install -m 644 "$2" "$SCENARIOS/$name.tar.zst"
  {
    echo "made_by = \"tests/cluster/record $name\""
    echo "kubernetes = \"$(version_of kubernetes k8s.io/kubernetes)\""
    echo "collector = \"$("$BIN/tarbox-collect" --version)\""
    echo "recorded = \"$(date -u +%Y-%m-%d)\""
  } >"$SCENARIOS/$name.toml"
  declare_truth "$name"
}

# Writes the truth of an incident's head into the file beside its recorded bundle, and leaves the rest of that file: declare_truth NAME
declare_truth() {
  local name=$1 file=$SCENARIOS/$1.toml rest
  [ -f "$file" ] || die "$name is not recorded: run $HERE/record $name"
  rest=$(grep -vE '^(#|(rules|objects|never|folded) = )' "$file")
  local list; list() { jq -cRn --arg text "$1" --arg by "$2" '$text | split($by) | map(select(. != "" and . != "-"))'; }
  {
    echo "# $(sed -n '1s/^# //p' "$HERE/incidents/$name.sh")"
    echo "rules = $(list "$(declared "$name" rule | sed 's/^none$//')" '|')"
    echo "objects = $(list "$(declared "$name" object)" '|')"
    echo "never = $(list "$(declared "$name" never)" ' ')"
    [ -z "$(declared "$name" compound)" ] || echo "folded = $(list "$(declared "$name" compound)" ' ')"
    printf '%s\n' "$rest"
  } >"$file"
}
