public import BatonCore

/// Layers of equally many tasks; each needs some tasks of the layer before.
public struct LayeredWorkload: Hashable, Sendable {
    public var layers: Int
    public var width: Int
    /// Dependencies of each task behind the first layer.
    public var degree: Int
    /// Durations are drawn evenly from this range, in seconds.
    public var seconds: ClosedRange<Double>

    public init(layers: Int, width: Int, degree: Int = 2, seconds: ClosedRange<Double> = 1...10) {
        self.layers = layers
        self.width = width
        self.degree = degree
        self.seconds = seconds
    }

    public func arrival(run: Run.ID, at: Instant = .zero, seed: UInt64) -> Workload.Arrival {
        var generator = SeededGenerator(seed: seed)
        var sketch = WorkflowSketch()
        sketch.addLayers(layers, width: width, degree: degree, after: [], seconds, using: &generator)
        return sketch.arrival(name: "layered", run: run, at: at)
    }
}

extension WorkflowSketch {
    /// - Returns: names of the last layer.
    @discardableResult
    mutating func addLayers(
        _ layers: Int, width: Int, degree: Int, after entries: [String], _ seconds: ClosedRange<Double>,
        using generator: inout SeededGenerator
    ) -> [String] {
        var before = entries
        for layer in 0..<layers {
            var names: [String] = []
            for _ in 0..<width {
                var needs: [String] = layer == 0 ? entries : []
                if layer > 0 {
                    for _ in 0..<degree {
                        let need = generator.pick(before)
                        if !needs.contains(need) { needs.append(need) }
                    }
                }
                names.append(add(needs: needs, duration: generator.duration(in: seconds)))
            }
            before = names
        }
        return before
    }
}
