# The two headers in list $1 that share most lines, and how many. Lines found in more than twelve headers are boilerplate.
cut -f 1 "$1" | tr '\n' '\0' | xargs -0 awk '
    FNR == 1 { file++; name[file] = FILENAME }
    length($0) > 20 && last[$0] != file { last[$0] = file; if (++count[$0] <= 12) found[$0] = found[$0] " " file }
    END {
        for (line in found) {
            if (count[line] > 12) continue
            n = split(found[line], files, " ")
            for (i = 1; i < n; i++) for (j = i + 1; j <= n; j++) shared[files[i] " " files[j]]++
        }
        for (pair in shared) if (shared[pair] > most || shared[pair] == most && pair < best) {
            most = shared[pair]
            best = pair
        }
        if (most) { split(best, files, " "); print most "\t" name[files[1]] "\t" name[files[2]] }
    }' | sort -rn | head -n 1
