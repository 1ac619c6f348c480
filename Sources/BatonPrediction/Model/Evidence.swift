/// All that members may look at to predict one target of one task.
struct Evidence: Sendable {
    let target: Target
    /// Logarithms of the remembered attempts, the oldest first; NaN where nothing was measured.
    let y: [Double]
    /// Those that were measured.
    let measured: [Double]
    /// Those of the same task on the same sample and input, the oldest first.
    let repeats: [Double]
    let table: FeatureTable
    /// A line for each feature, the best first.
    let lines: [LineFit]
    /// Usual deviation of a logarithm from its prediction.
    let noise: Double
    let slopes: [LineFit.Slope]
    /// What was learned over all signatures together; nil where it takes no part.
    let sequence: SequenceMember?

    init(
        target: Target, rows: [Observation], samples: SIMD2<Int32>, signature: Int32, inputLogarithm: Double,
        table: FeatureTable, noise: Double, slopes: [LineFit.Slope], sequence: SequenceMember? = nil
    ) {
        self.target = target
        let y = rows.map { $0.logarithms[target.rawValue] }
        self.y = y
        measured = y.filter { !$0.isNaN }
        var repeats: [Double] = []
        for (row, value) in zip(rows, y) where !value.isNaN && samples[0] >= 0 && row.signature == signature {
            guard row.samples == samples else { continue }
            if row.inputLogarithm == inputLogarithm || (row.inputLogarithm.isNaN && inputLogarithm.isNaN) {
                repeats.append(value)
            }
        }
        self.repeats = repeats
        self.table = table
        self.noise = noise
        self.slopes = slopes
        self.sequence = sequence
        let least = measured.count >= 3 ? 3 : 1
        var lines: [LineFit] = []
        lines.reserveCapacity(table.features.count)
        for (index, feature) in table.features.enumerated() {
            let x = table.values[feature.start..<feature.start + table.rowCount]
            let line = LineFit(
                feature: index, x: x, y: y, query: feature.query, slope: slopes[feature.kind.pool], noise: noise,
                least: least)
            if let line { lines.append(line) }
        }
        self.lines = lines.sorted { ($0.score, $0.feature) < ($1.score, $1.feature) }
    }

    /// Attempts with a feature and a measurement, the oldest first.
    func points(of feature: Int) -> [(x: Double, y: Double)] {
        let start = table.features[feature].start
        return y.indices.compactMap { row in
            let x = table.values[start + row]
            return (x + y[row]).isNaN ? nil : (x, y[row])
        }
    }

    func kind(of line: LineFit) -> FeatureTable.Kind { table.features[line.feature].kind }

    /// Too few attempts to ignore how this task differs from them, where that is known.
    var mustExtrapolate: Bool {
        measured.count < 4 && lines.contains { kind(of: $0).isGeneral }
    }

    /// Spread of the newest attempts, robustly, drawn towards the usual noise by four observations.
    var spread: Double {
        let recent = measured.suffix(20).sorted()
        let centre = recent[recent.count / 2]
        let deviations = recent.map { abs($0 - centre) }.sorted()
        // 1.48 times the median absolute deviation is the standard deviation of a normal distribution.
        let deviation = 1.48 * deviations[deviations.count / 2]
        let count = Double(measured.count)
        return (4 * 4 * noise * noise + count * deviation * deviation) / (4 + count)
    }

    /// A line may leave what was seen, but not by more than a factor of 55.
    func bounded(_ logarithm: Double) -> Double {
        min(max(logarithm, measured.min()! - 4), measured.max()! + 4)
    }
}
