#!/bin/bash
# test_scanner.sh BUILD: the scanner drivers on a true kernel and true USB devices, in QEMU.
# A few minutes without /dev/kvm. Exit status 77: skipped, and why.
set -u
build=$(cd "$1" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/vm.sh"
vm_test "$build" guest_scanner.sh 28
