# Lines of the headers in list $1: all, with code, with comments only, macros, length of the longest.
cut -f 1 "$1" | tr '\n' '\0' | xargs -0 cat | awk '
    {
        lines++
        if (length($0) > longest) longest = length($0)
        if ($0 ~ /^[ \t]*$/) { blank++; next }
        text = $0
        code = ""
        while (text != "") {
            if (inside) {
                end = index(text, "*/")
                if (!end) break
                text = substr(text, end + 2)
                inside = 0
            } else {
                start = match(text, /\/[\/*]/)
                if (!start) { code = code text; break }
                code = code substr(text, 1, start - 1)
                if (substr(text, start, 2) == "//") break
                text = substr(text, start + 2)
                inside = 1
            }
        }
        if (code ~ /^[ \t]*$/) comments++
        else if (code ~ /^[ \t]*#[ \t]*define/) macros++
    }
    END { printf "%d\t%d\t%d\t%d\t%d\n", lines, lines - blank - comments, comments, macros, longest }'
