# vm.sh: boots Debian's own kernel on this machine's own files, in QEMU. Sourced by the tests.
#
#   vm_prepare BUILD            kernel and start-up archive in BUILD/vm; needed once
#   vm_run BUILD GUEST SECONDS  boots, runs the script GUEST inside as root, prints what it says
#
# There is no disk image: the guest sees this machine's / read-only over virtio-9p, with an
# overlay in memory above it. So what was built here runs there as it is, and nothing it does
# is seen here. The kernel is the one that Debian installs, with its real USB drivers; the
# devices are gadgets of the same kernel on a dummy host controller.

PATH=$PATH:/usr/sbin:/sbin # depmod, modprobe

vm_fail() {
    echo "$*" >&2
    exit 1
}

# No kernel can be had: that is for want of network, and is said as the suites want it.
vm_skip() {
    echo "skipped: $*"
    exit 77
}

vm_kernel_package() {
    apt-cache depends --important linux-image-amd64 2>/dev/null |
        sed -n 's/^ *Depends: *\(linux-image-[0-9].*\)/\1/p' | head -n 1
}

vm_download() {
    local dir=$1 package
    package=$(vm_kernel_package)
    [ -n "$package" ] || vm_skip "no network: apt knows no linux-image-amd64 (apt-get update)"
    (cd "$dir" && apt-get -qq download "$package") 2>"$dir/apt.log" ||
        vm_skip "no network: $package was not downloaded: $(tail -n 1 "$dir/apt.log")"
}

# The modules that the guest needs to see its root, in the order they go in.
vm_modules() {
    local kernel=$1 version=$2
    modprobe -d "$kernel" -S "$version" --show-depends -a \
        virtio_pci virtio_rng 9pnet_virtio 9p overlay |
        awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

vm_archive() {
    local kernel=$1 version=$2 to=$3 root n=100 module
    root=$(mktemp -d)
    mkdir -p "$root"/{bin,mods,proc,sys,dev,low,ov,newroot}
    cp /bin/busybox "$root/bin/"
    cp "$(dirname "${BASH_SOURCE[0]}")/init" "$root/init"
    while read -r module; do
        cp "$module" "$root/mods/$n-$(basename "$module")"
        n=$((n + 1))
    done < <(vm_modules "$kernel" "$version")
    [ $n -gt 100 ] || vm_fail "no modules for the start-up archive in $kernel"
    (cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$to"
    rm -rf "$root"
}

vm_prepare() {
    local vm=$1/vm deb version
    mkdir -p "$vm"
    [ -f "$vm/version" ] && [ -f "$vm/initrd" ] && return
    deb=$(ls "$vm"/linux-image-*.deb 2>/dev/null | head -n 1)
    if [ -z "$deb" ]; then
        vm_download "$vm"
        deb=$(ls "$vm"/linux-image-*.deb | head -n 1)
    fi
    rm -rf "$vm/kernel"
    dpkg-deb -x "$deb" "$vm/kernel" || vm_fail "cannot unpack $deb"
    version=$(ls "$vm/kernel/lib/modules" | head -n 1)
    depmod -b "$vm/kernel" "$version" || vm_fail "depmod failed for $version"
    vm_archive "$vm/kernel" "$version" "$vm/initrd"
    echo "$version" >"$vm/version"
}

# What the guest is told stands on the kernel's command line, which hands unknown names on
# to its first program as environment.
vm_run() {
    local build=$1 guest=$2 seconds=$3 vm=$1/vm version
    version=$(cat "$vm/version")
    case $build$guest in *[[:space:]]*) vm_fail "a path with spaces: $build, $guest" ;; esac
    timeout "$seconds" qemu-system-x86_64 -M q35,accel=tcg -cpu max -m 1024 -smp 2 \
        -nodefaults -no-user-config -display none -no-reboot -serial stdio \
        -kernel "$vm/kernel/boot/vmlinuz-$version" -initrd "$vm/initrd" \
        -append "console=ttyS0 quiet panic=-1 loglevel=3 usbcore.autosuspend=-1 \
vm_guest=$guest vm_build=$build vm_kernel=$vm/kernel" \
        -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
        -device virtio-9p-pci,fsdev=root,mount_tag=hostroot -device virtio-rng-pci \
        </dev/null
}
