# Tiles that stand side by side, given from left to right, become one band of the picture.
FNR == 1 { tile++; line = 0 }
/^[0-9]+$/ { band[int(line / size), tile] = band[int(line / size), tile] " " $1; line++ }
END {
    for (y = 0; y < size; y++) {
        row = ""
        for (t = 1; t <= tile; t++) row = row band[y, t]
        print substr(row, 2)
    }
}
