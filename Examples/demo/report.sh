# Adds up what the measuring tasks wrote: the largest parts, all of them together, the most used identifiers, and the two
# headers that are most alike.
set -eu
format='{ printf "%-18s%10d%10d%10d%9d%9d%8d%%\n", $1, $2, $3, $4, $5, $6, 100 * $8 / $7 }'
echo "part                   lines      code  comments   macros  longest   packed"
for part in $(ls out/lists); do
    printf '%s\t%s\t%s\n' "$part" "$(cat "out/lines/$part")" "$(cat "out/packed/$part")"
done | sort -t "$(printf '\t')" -k2,2nr > out/parts.txt
head -n 8 out/parts.txt | awk -F '\t' "$format"
awk -F '\t' '{ for (i = 2; i <= 8; i++) sum[i] += $i; if ($6 > longest) longest = $6 }
    END { printf "all %d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", NR, sum[2], sum[3], sum[4], sum[5], longest, sum[7], sum[8] }' \
    out/parts.txt | awk -F '\t' "$format"
echo
# Only parts of this run: others may lie there from an earlier one.
every() { for part in $(ls out/lists); do cat "out/$1/$part"; done; }
echo "most used:  $(every words | awk -F '\t' '{ used[$2] += $1 } END { for (word in used) print used[word], word }' |
    sort -k1,1nr -k2 | awk 'NR <= 8 { printf "%s%s", (NR > 1 ? ", " : ""), $2 }')"
echo "most alike: $(every alike | sort -k1,1nr -k2 |
    awk -F '\t' 'NR == 1 { print $2 " and " $3 " share " $1 " lines" } END { if (!NR) print "no two" }')"
