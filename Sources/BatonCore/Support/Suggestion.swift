/// The name that someone who mistyped probably meant.
public enum Suggestion {
    /// The candidate fewest edits away; nil when more than a third of the letters would have to change.
    ///
    /// Edits are insertions, deletions, substitutions and swaps of neighbours, each counted once; letter case is free.
    /// The first of equally close candidates wins.
    ///
    /// - Complexity: O(n · m) for each candidate of similar length.
    public static func closest(to name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().utf8)
        var best: String?
        var bestDistance = max(1, wanted.count / 3) + 1
        for candidate in candidates {
            let letters = Array(candidate.lowercased().utf8)
            guard abs(letters.count - wanted.count) < bestDistance else { continue }
            let distance = distance(wanted, letters)
            if distance < bestDistance {
                best = candidate
                bestDistance = distance
            }
        }
        return best
    }

    /// `Did you mean 'x'?`, or nil without a close candidate.
    public static func hint(for name: String, among candidates: some Sequence<String>) -> String? {
        closest(to: name, among: candidates).map { "Did you mean '\($0)'?" }
    }

    /// Optimal string alignment distance, keeping three rows of its table.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for i in first.indices {
            var row = [i + 1]
            row.reserveCapacity(second.count + 1)
            for j in second.indices {
                let substituted = last[j] + (first[i] == second[j] ? 0 : 1)
                var least = min(substituted, last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
                    least = min(least, beforeLast[j - 1] + 1)
                }
                row.append(least)
            }
            beforeLast = last
            last = row
        }
        return last[second.count]
    }
}
