# Bytes of the headers in list $1, and what is left of them when packed.
printf '%d\t%d\n' "$(cut -f 1 "$1" | tr '\n' '\0' | xargs -0 cat | wc -c)" \
    "$(cut -f 1 "$1" | tr '\n' '\0' | xargs -0 cat | gzip -9 | wc -c)"
