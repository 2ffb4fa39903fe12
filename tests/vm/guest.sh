# guest.sh: what the scripts inside the guest share. Sourced by them; runs as process 1.
#
#   wait_for SECONDS COMMAND…   until it succeeds; no test here ever sleeps for a fixed time
#   expect "a sentence" COMMAND…   "ok" or "not ok" with the logs' ends, as vm.sh's callers count
#   guest_end                   says that the script came to its end, and switches off
# shellcheck disable=SC2154 # vm_… come from the kernel's command line

export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
here=$(dirname "${BASH_SOURCE[0]}")
logs=/run/logs

guest_begin() {
    mount -t tmpfs tmpfs /run
    # not over a build that stands below it: the root is an overlay, so it is writable as it is
    case $vm_build in /tmp/*) ;; *) mount -t tmpfs tmpfs /tmp ;; esac
    mkdir -p /dev/pts /dev/shm "$logs"
    mount -t devpts devpts /dev/pts
    mount -t tmpfs tmpfs /dev/shm
    ip link set lo up 2>/dev/null
    echo "guest: Linux $(uname -r), up $(cut -d' ' -f1 /proc/uptime) s"
}

guest_modules() {
    local module
    for module in "$@"; do
        modprobe -d "$vm_kernel" -S "$(uname -r)" "$module" || echo "not ok module $module"
    done
}

guest_udev() {
    /lib/systemd/systemd-udevd --daemon --resolve-names=never
    udevadm trigger --action=add
    udevadm settle -t 60
}

guest_end() {
    echo "guest: end, up $(cut -d' ' -f1 /proc/uptime) s"
    sync
    echo o >/proc/sysrq-trigger
    while :; do sleep 1; done
}

wait_for() {
    local until=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.1
    done
}

expect() {
    local sentence=$1
    shift
    if wait_for 90 "$@"; then
        echo "ok $sentence"
    else
        echo "not ok $sentence"
        tail -n 12 "$logs"/* 2>/dev/null | cat -v
    fi
}

# has FILE LINE: the line stands in it as a whole. count FILE LINE N: at least N times.
has() { grep -qxF -- "$2" "$1"; }
count() { [ "$(grep -cxF -- "$2" "$1")" -ge "$3" ]; }
