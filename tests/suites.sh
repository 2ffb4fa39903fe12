# suites.sh: how tests/run and .ci/run run a suite, count it and end. Sourced by bash.
#
#   suite NAME COMMAND…   runs it with its output in $logs/NAME.log; its counts are the last
#                         "N passed, N failed" line it prints (a suite without one counts
#                         as one check: its exit status); prints the time it took
#   skip NAME WHY         says so at the end; any reason but no network or no shared cases
#                         counts as a failure
#   finish                the line of skipped suites, then "N passed, N failed"

passed=0
failed=0
skipped=()
started=$SECONDS
logs=${logs:-$build/logs}
mkdir -p "$logs"

say() { printf '%s\n' "$*"; }

suite() {
    local name=$1 log begin status counts p f
    shift
    log=$logs/${name//[^A-Za-z0-9_-]/_}.log
    begin=$(date +%s%N)
    "$@" >"$log" 2>&1 </dev/null
    status=$?
    counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
    if [ -n "$counts" ]; then
        p=${counts%% passed*}
        f=${counts##*, }
        f=${f%% failed*}
        [ "$status" -ne 0 ] && [ "$f" -eq 0 ] && f=1
    else
        p=$((status == 0))
        f=$((status != 0))
    fi
    passed=$((passed + p))
    failed=$((failed + f))
    local took=$((($(date +%s%N) - begin) / 1000000))
    printf '%-28s %5d passed %3d failed %8d.%03d s\n' "$name" "$p" "$f" $((took / 1000)) $((took % 1000))
    if [ "$f" -gt 0 ]; then
        say "---- $name: the end of $log (exit status $status)"
        grep -E '^not ok|^    |FAILED|Failed|[Ee]rror|ERROR' "$log" | head -n 30
        tail -n 40 "$log"
        say "----"
    fi
    while read -r line; do
        [ -n "$line" ] && skip "$name" "${line#skipped: }"
    done < <(grep -E '^skipped: ' "$log")
    return "$((f > 0))"
}

skip() {
    skipped+=("$1 ($2)")
    case $2 in
    *'no network'* | *'no shared cases'*) ;;
    *) failed=$((failed + 1)) ;;
    esac
}

# ctest's own summary as our line.
run_ctest() {
    local dir=$1 out status
    shift
    out=$(mktemp)
    ctest --test-dir "$dir" --output-on-failure --no-tests=error "$@" 2>&1 | tee "$out"
    status=${PIPESTATUS[0]}
    # "97% tests passed, 1 tests failed out of 34"
    awk '/tests passed, .* tests? failed out of/ { failed = $4; total = $NF }
         END { if (total == "") { total = 1; failed = 1 }
               printf "%d passed, %d failed\n", total - failed, failed }' "$out"
    rm -f "$out"
    # a test that skipped itself says why; ctest shows that only here
    grep -hE '^skipped: ' "$dir/Testing/Temporary/LastTest.log" 2>/dev/null
    return "$status"
}

finish() {
    local took=$((SECONDS - started))
    say "time: $((took / 60)) min $((took % 60)) s"
    if [ ${#skipped[@]} -eq 0 ]; then
        say "skipped: none"
    else
        (IFS=';' && say "skipped: ${skipped[*]}")
    fi
    say "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}
