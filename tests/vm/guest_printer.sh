#!/bin/bash
# Inside the guest: a whole station, a real cupsd and its usb backend before a true USB printer.
# shellcheck disable=SC1091,SC2154
. "$(dirname "$0")/guest.sh"
. "$here/gadget_printer.sh"

guest_begin
guest_modules dummy_hcd libcomposite usb_f_printer usblp
guest_udev
press_make
# else each process that draws reads all the faces
FONTCONFIG_FILE="$here/../../templates/system/fonts.conf" fc-cache
python3 "$here/guest_printer.py" "$vm_build" 2>&1
guest_end
