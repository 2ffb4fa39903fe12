# gadget.sh: a scanner on USB, made of the kernel's own gadget functions: a keyboard (HID) and
# a serial line (CDC-ACM) in one device. Sourced inside the guest, after guest.sh.
#
#   gadget_make      gadget_plug      gadget_unplug

gadget=/sys/kernel/config/usb_gadget/scanner

# The boot keyboard of the HID specification, appendix B.1.
gadget_report='\x05\x01\x09\x06\xa1\x01\x05\x07\x19\xe0\x29\xe7\x15\x00\x25\x01\x75\x01\x95\x08'
gadget_report+='\x81\x02\x95\x01\x75\x08\x81\x03\x95\x05\x75\x01\x05\x08\x19\x01\x29\x05\x91\x02'
gadget_report+='\x95\x01\x75\x03\x91\x03\x95\x06\x75\x08\x15\x00\x25\x65\x05\x07\x19\x00\x29\x65'
gadget_report+='\x81\x00\xc0'

gadget_make() {
    mount -t configfs configfs /sys/kernel/config 2>/dev/null
    mkdir -p $gadget/strings/0x409 $gadget/functions/{hid.usb0,acm.usb0} \
        $gadget/configs/c.1/strings/0x409
    echo 0x0c2e >$gadget/idVendor
    echo 0x0b61 >$gadget/idProduct
    echo 0x0200 >$gadget/bcdUSB
    echo Honeywell >$gadget/strings/0x409/manufacturer
    echo HF680 >$gadget/strings/0x409/product
    echo 16105B0123 >$gadget/strings/0x409/serialnumber
    echo scanner >$gadget/configs/c.1/strings/0x409/configuration
    echo 1 >$gadget/functions/hid.usb0/protocol
    echo 1 >$gadget/functions/hid.usb0/subclass
    echo 8 >$gadget/functions/hid.usb0/report_length
    printf "$gadget_report" >$gadget/functions/hid.usb0/report_desc
    ln -s $gadget/functions/hid.usb0 $gadget/functions/acm.usb0 $gadget/configs/c.1/
}

gadget_plug() { echo dummy_udc.0 >$gadget/UDC; }
gadget_unplug() { echo "" >$gadget/UDC; }
