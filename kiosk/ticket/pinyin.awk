# Makes pinyin_table.h: stdin is Unihan_Readings.txt, the argument `words` is
# templates/lang/pinyin.txt. Run with LC_ALL=C: texts are bytes here.
#
#   pinyin_syllables   every syllable without its tone once, each followed by a NUL;
#                      u with diaeresis is "v"; the first one is empty: no reading
#   pinyin_at          for each character from PINYIN_FIRST on, where its syllable is
#   pinyin_overrides   the readings of surnames and words, as texts

function toneless(s)
{
    gsub(/ā|á|ǎ|à/, "a", s)
    gsub(/ē|é|ě|è|ê̄|ế|ê̌|ề|ê/, "e", s)
    gsub(/ī|í|ǐ|ì/, "i", s)
    gsub(/ō|ó|ǒ|ò/, "o", s)
    gsub(/ū|ú|ǔ|ù/, "u", s)
    gsub(/ǖ|ǘ|ǚ|ǜ|ü/, "v", s)
    gsub(/ń|ň|ǹ/, "n", s)
    gsub(/ḿ|m̀/, "m", s)
    gsub(/[^a-z]/, "", s)
    return s
}

function number(hex,    i, n)
{
    n = 0
    for (i = 1; i <= length(hex); i++)
        n = n * 16 + index("0123456789ABCDEF", substr(hex, i, 1)) - 1
    return n
}

function overrides(    line, part, n, i)
{
    printf "static const struct {\n    const char *han, *reading;\n    bool surname;\n"
    printf "} pinyin_overrides[] = {\n"
    while ((getline line < words) > 0) {
        sub(/#.*/, "", line)
        n = split(line, part, /[ \t\r]+/)
        if (n > 0 && part[n] == "")
            n--
        if (n == 0)
            continue
        if (n < 3 || (part[1] != "surname" && part[1] != "word")) {
            print words ": want \"surname|word HAN reading...\": " line > "/dev/stderr"
            exit 1
        }
        printf "    { \"%s\", \"%s", part[2], part[3]
        for (i = 4; i <= n; i++)
            printf " %s", part[i]
        printf "\", %s },\n", part[1] == "surname" ? "true" : "false"
    }
    print "};"
}

BEGIN {
    FS = "\t"
    first = number("3400")
    last = number("9FFF")
    table = "    \"\\0\""
    end = 1
    at[""] = 0
}

$2 == "kMandarin" && length($1) == 6 {
    c = number(substr($1, 3))
    split($3, reading, " ")
    s = toneless(reading[1])
    if (c < first || c > last || s == "")
        next
    if (!(s in at)) {
        at[s] = end
        end += length(s) + 1
        table = table "\n    \"" s "\\0\""
    }
    of[c] = at[s]
    count++
}

END {
    if (count < 20000) {
        print "pinyin: only " count + 0 " readings in Unihan_Readings" > "/dev/stderr"
        exit 1
    }
    print "/* Made by kiosk/ticket/pinyin.awk from Unicode's Unihan_Readings.txt. */"
    print "enum { PINYIN_FIRST = " first ", PINYIN_LAST = " last " };"
    print "static const char pinyin_syllables[] =\n" table ";"
    printf "static const uint16_t pinyin_at[] = {"
    for (c = first; c <= last; c++)
        printf "%s%d,", (c - first) % 16 == 0 ? "\n    " : " ", of[c]
    print "\n};"
    overrides()
}
