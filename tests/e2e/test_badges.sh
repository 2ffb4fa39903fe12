#!/bin/bash
# The shipped designs through the whole of kiosk-draw, jail included: a picture of each at
# both resolutions, its QR code read back by somebody else's program, invitations' codes,
# and a design from outside refused with its line.
set -u
build=${1:-build}
top=$(cd "$(dirname "$0")/../.." && pwd)
draw=$build/kiosk-draw
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export FONTCONFIG_FILE=$top/templates/system/fonts.conf XDG_CACHE_HOME=$work/cache LC_ALL=C.UTF-8
mkdir "$XDG_CACHE_HOME"
passed=0 failed=0
check() { # what, expected, got
    if [ "$2" = "$3" ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "not ok $1: want \"$2\", got \"$3\""
    fi
}

code=YL1-MHTQYULGFM-B2-EA84
guest='{"name":"张伟","name_latin":"Zhang Wei","organisation":"清华大学","country":"China",
  "kind":"staff","kind_label":"Staff","seat":"A12","event":"Yuelai"}'
for design in "$top"/templates/badge/*.svg; do
    name=$(basename "$design" .svg)
    for dpi in 203 300; do
        out=$("$draw" png --design "$design" --target $dpi --fields "$guest" --qr $code \
            --out "$work/$name.png" --report)
        check "$name at $dpi is drawn" 0 $?
        check "$name at $dpi has no trouble" "overflow=0 missing=0" \
            "$(sed -n 's/^\(overflow=[0-9]* missing=[0-9]*\).*/\1/p' <<<"$out")"
        check "$name at $dpi is read" "$code" \
            "$(zbarimg --nodbus -q --raw "$work/$name.png" | sort -u)" # a fold has two sides
    done
done

printf 'TICKET-0001\t%s/1.png\nhttps://example.org/t/x?y=1\t%s/2.png\nno path\n' "$work" "$work" |
    "$draw" qr >"$work/said"
check "a bad line of the list is told" 1 $?
check "and named" "line 3: want text, a tab, a path" "$(cat "$work/said")"
check "the good ones are made" TICKET-0001 "$(zbarimg --nodbus -q --raw "$work/1.png")"
check "of any kind" "https://example.org/t/x?y=1" "$(zbarimg --nodbus -q --raw "$work/2.png")"

printf '<svg xmlns="http://www.w3.org/2000/svg" width="62mm" height="100mm">\n<image href="/etc/passwd"/></svg>' >"$work/bad.svg"
said=$("$draw" prepare --design "$work/bad.svg" --target 203 --out "$work/bad.design")
check "a design that reaches out is refused" 1 $?
check "with line and element" "line 2: <image>: href refers to \"/etc/passwd\"" "${said%%: a design*}"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
