#!/bin/bash
# test_scanner.sh BUILD: the scanner drivers on a true kernel and true USB devices, in QEMU.
# A few minutes without /dev/kvm. Exit status 77: skipped, and why.
set -u
build=$(cd "$1" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
"$here/../../kiosk/install-packages" "$here/packages" || exit 1
. "$here/vm.sh"

want=28 # the sentences of guest_scanner.sh
vm_prepare "$build"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
began=$SECONDS
vm_run "$build" "$here/guest_scanner.sh" 500 2>&1 | tr -d '\r' | tee "$said"
good=$(grep -c '^ok ' "$said")
bad=$(grep -c '^not ok ' "$said")
grep -q '^guest: end' "$said" || { echo "not ok the guest did not come to its end" && bad=$((bad + 1)); }
[ "$good" -eq $want ] || { echo "not ok $good sentences, want $want" && bad=$((bad + 1)); }
echo "in $((SECONDS - began)) s"
echo "$good passed, $bad failed"
[ "$bad" -eq 0 ]
