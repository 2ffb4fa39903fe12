# gadget_printer.sh: a label printer on USB, made of the kernel's own gadget function: a ZPL
# printer of its IEEE 1284 id. Sourced inside the guest, after guest.sh.
#
#   press_make      guest_printer.py plugs it in, and is its head (printer-gadget)

press=/sys/kernel/config/usb_gadget/press

press_make() {
    mount -t configfs configfs /sys/kernel/config 2>/dev/null
    mkdir -p $press/strings/0x409 $press/functions/printer.0 $press/configs/c.1/strings/0x409
    echo 0x0a5f >$press/idVendor
    echo 0x0181 >$press/idProduct
    echo 0x0200 >$press/bcdUSB
    echo "Zebra Technologies" >$press/strings/0x409/manufacturer
    echo "ZTC ZD421-203dpi ZPL" >$press/strings/0x409/product
    echo D2J190400123 >$press/strings/0x409/serialnumber
    echo printer >$press/configs/c.1/strings/0x409/configuration
    printf 'MANUFACTURER:Zebra Technologies ;COMMAND SET:ZPL;MODEL:ZTC ZD421-203dpi ZPL;CLASS:PRINTER;' \
        >$press/functions/printer.0/pnp_string
    echo 1 >$press/functions/printer.0/q_len # a small buffer: 8 KiB
    ln -s $press/functions/printer.0 $press/configs/c.1/
}
