#!/bin/bash
# test_printer.sh BUILD: a station, a real cupsd and a true USB printer, on a true kernel in QEMU.
# A few minutes without /dev/kvm. Exit status 77: skipped, and why.
set -u
build=$(cd "$1" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/vm.sh"
# The design, prepared: within its 10 s an emulated processor may not come to an end.
rm -rf "$build/vm/station" "$build/vm/labels"
mkdir -p "$build/vm/labels"
"$build/tests/print-probe" --data "$build/vm/station" --server "" --build "$build" --source "$here/../.." \
    --printer "usb=file:$build/vm/labels=generic-zpl-203=62x100=conference-62x100" --jobs 1 >"$build/vm/station.log" 2>&1 ||
    { cat "$build/vm/station.log" && exit 1; }
vm_test "$build" guest_printer.sh 9 # scenes of guest_printer.py
