#!/bin/bash
# Inside the guest: kioskd's own drivers and reader (scan-probe) on a true USB scanner.
# shellcheck disable=SC1091,SC2154
. "$(dirname "$0")/guest.sh"
. "$here/gadget.sh"

probe() { # probe LOG URI [COUNTRY]
    "$vm_build/tests/scan-probe" "${@:2}" >"$logs/$1" 2>&1 &
    probe=$!
}
watch() { # watch LOG: another reader of the scanner's node
    node=$(readlink -f /dev/input/by-id/usb-Honeywell_HF680_*-event-kbd)
    "$here/count-keys" "$node" >"$logs/$1" 2>&1 &
    watcher=$!
    wait_for 60 has "$logs/$1" watching || echo "not ok the other reader did not start"
}
stop() {
    kill "$1"
    wait "$1" 2>/dev/null
}
linked() { [ -e /dev/input/by-id/usb-Honeywell_HF680_16105B0123-event-kbd ]; }
line_is_there() { ls /dev/serial/by-id/usb-Honeywell_HF680_16105B0123-*; }
property() { udevadm info --query=property "$1" | grep -qx "$2"; }
shown() { [ "$(grep -c '^key' "$logs/$1")" -ge "$2" ]; }

guest_begin
guest_modules evdev dummy_hcd libcomposite usbhid hid_generic usb_f_hid cdc_acm usb_f_acm
mkdir -p /run/udev/rules.d
cp "$here/../../templates/system/70-yuelai-scanner.rules" /run/udev/rules.d/
guest_udev
gadget_make

probe wedge evdev:0c2e:0b61
expect "a scanner that is not plugged in is waited for" has "$logs/wedge" "state absent"
gadget_plug
expect "a scanner that is plugged in is taken" has "$logs/wedge" "state ready"
expect "and its moments are the kernel's" grep -q 'clock=kernel' "$logs/wedge"
watch others
"$here/type-keys" 'CITEC2026-A7f_9/k+Z=='
expect "its code is read through the kernel's HID driver" \
    has "$logs/wedge" "code CITEC2026-A7f_9/k+Z=="
"$here/type-keys" 'CITEC2026-A7f_9/k+Z=='
"$here/type-keys" 'OTHER'
expect "another code after it is read" has "$logs/wedge" "code OTHER"
told=$(grep -c 'code CITEC' "$logs/wedge")
expect "and the same code twice was told once ($told)" [ "$told" -eq 1 ]
stop $watcher # it has had the time of two codes
seen=$(grep -c '^key' "$logs/others")
expect "while it is ours another reader is shown no key (was shown $seen)" [ "$seen" -eq 0 ]

gadget_unplug
expect "an unplugged scanner is missed" count "$logs/wedge" "state absent" 2
gadget_plug
expect "and taken up again when it comes back" count "$logs/wedge" "state ready" 2
"$here/type-keys" 'REPLUG1'
expect "and read again" has "$logs/wedge" "code REPLUG1"
stop $probe

expect "the node is there for the counter-proof" linked
watch leak
"$here/type-keys" 'LEAK'
expect "without us the other reader is shown the keys" shown leak 18

stop $watcher
expect "the station's udev rule keeps it off the screen even then" \
    property "$node" LIBINPUT_IGNORE_DEVICE=1

"$here/count-keys" --grab "$node" >"$logs/thief" 2>&1 &
thief=$!
wait_for 60 has "$logs/thief" watching
probe robbed evdev:0c2e:0b61
expect "a scanner that another program has grabbed is told" has "$logs/robbed" "state failed"
expect "with what would help" grep -q 'another program has grabbed it' "$logs/robbed"
stop $thief
expect "and taken when it is free" has "$logs/robbed" "state ready"
stop $probe

chmod 0600 "$node"
setpriv --reuid 65534 --regid 65534 --clear-groups \
    "$vm_build/tests/scan-probe" evdev:0c2e:0b61 >"$logs/stranger" 2>&1 &
probe=$!
expect "without permission it is told" has "$logs/stranger" "state failed"
expect "which rules and group would help" grep -q 'no permission: install' "$logs/stranger"
chmod 0666 "$node"
expect "and taken when there is permission" has "$logs/stranger" "state ready"
stop $probe

probe tagged evdev:tag=yuelai-scanner fr
expect "a scanner is found by the tag of that rule" has "$logs/tagged" "state ready"
"$here/type-keys" 'QA1'
expect "and read by the country it is set to" has "$logs/tagged" "code AQ&"
stop $probe

expect "the scanner's serial line is there by its name" line_is_there
expect "and no modem" property /dev/ttyACM0 ID_MM_DEVICE_IGNORE=1
line=$(ls /dev/serial/by-id/usb-Honeywell_HF680_16105B0123-* | head -n 1)
probe serial "serial:$line"
expect "a serial scanner is opened by its by-id name" has "$logs/serial" "state ready"
printf ']Q1ACM-CITEC2026-0001\r\n' >/dev/ttyGS0
expect "and its line is read without its identifier" has "$logs/serial" "code ACM-CITEC2026-0001"
gadget_unplug
expect "an unplugged serial scanner is missed" has "$logs/serial" "state absent"
gadget_plug
expect "and opened again when it comes back" count "$logs/serial" "state ready" 2
printf 'ACM-AGAIN\r\n' >/dev/ttyGS0
expect "and read again" has "$logs/serial" "code ACM-AGAIN"
stop $probe
guest_end
