# Prints one name per folder of $1 that holds headers, and writes a list of its headers, with size and time of change, into
# a file of that name: as long as the list stays the same, the folder need not be measured again.
set -eu
rm -rf out/lists
mkdir -p out/lists
find "$1" -type f \( -name '*.h' -o -name '*.hpp' \) -printf '%P\t%s\t%T@\n' | sort |
    awk -F '\t' -v root="$1" '{
        slash = index($1, "/")
        part = slash ? substr($1, 1, slash - 1) : "top"
        print root "/" $1 "\t" $2 "\t" $3 > ("out/lists/" part)
        if (!(part in seen)) { seen[part]; print part }
    }'
