# Identifiers of the headers in list $1 and how often each is used; those used once are left out.
cut -f 1 "$1" | tr '\n' '\0' | xargs -0 cat | awk '
    {
        count = split($0, words, /[^A-Za-z0-9_]+/)
        for (i = 1; i <= count; i++) if (words[i] ~ /^[A-Za-z_]/) used[words[i]]++
    }
    END { for (word in used) if (used[word] > 1) print used[word] "\t" word }'
