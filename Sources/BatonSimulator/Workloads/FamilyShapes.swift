import BatonCore

/// The shapes of the families: which tasks there are, and which need which.
extension FamilySketch {
    /// Tasks side by side: as asked for, else what a given depth leaves, else as many as there are one after the other.
    private func width(for tasks: Int) -> Int {
        if let width = parameters.width { return min(max(width, 1), tasks) }
        if let depth = parameters.depth { return max(1, (tasks + depth - 1) / max(depth, 1)) }
        return max(1, Int(Double(tasks).squareRoot().rounded()))
    }

    mutating func drawLayers(_ tasks: Int) {
        let width = width(for: tasks)
        var before: Range<Int32> = 0..<0
        for first in stride(from: 0, to: tasks, by: width) {
            let kind = kind("layer\(first / width)")
            for _ in first..<min(first + width, tasks) {
                let task = add(kind)
                guard !before.isEmpty else { continue }
                for _ in 0..<max(1, parameters.degree) { link(task, dependsOn: generator.pick(before)) }
            }
            before = Int32(first)..<Int32(min(first + width, tasks))
        }
    }

    mutating func drawForkJoins(_ tasks: Int) {
        let width = width(for: tasks)
        var join: Int32?
        var stage = 0
        var left = tasks
        while left > 0 {
            let fork = kind("fork\(stage)")
            // A last task alone is the join of those before it, or all there is.
            let size = left <= width + 1 ? max(1, left - 1) : width
            var members: [Int32] = []
            for _ in 0..<size {
                let task = add(fork)
                if let join { link(task, dependsOn: join) }
                members.append(task)
            }
            left -= size
            guard left > 0 else { return }
            let task = add(kind("join\(stage)"))
            for member in members { link(task, dependsOn: member) }
            join = task
            left -= 1
            stage += 1
        }
    }

    /// - Source: the structure in Juve, Chervenak, Deelman, Bharathi, Mehta, Vahi 2013, doi:10.1016/j.future.2012.08.015.
    mutating func drawMontage(_ tasks: Int) {
        // Images lie in a square grid; each overlaps with its neighbours on the right, below, and below on the right.
        let fixed = 6
        let side = max(1, Int((Double(max(tasks - fixed, 5)) / 5).squareRoot().rounded(.up)))
        let images = max(1, (tasks - fixed) / 5)
        var differences = max(1, tasks - fixed - 2 * images)
        let project = kind("project")
        let projections = (0..<images).map { _ in add(project) }
        var fitted: [Int32] = []
        let difference = kind("difference")
        var step = 1
        while differences > 0 {
            for image in 0..<images where differences > 0 {
                // Farther neighbours only when the nearer ones do not make up the number.
                for neighbour in [image + step, image + step * side, image + step * (side + 1)] where differences > 0 {
                    let task = add(difference)
                    link(task, dependsOn: projections[image])
                    link(task, dependsOn: projections[neighbour % images])
                    fitted.append(task)
                    differences -= 1
                }
            }
            step += 1
        }
        let concatenation = add(kind("concatenate-fits"))
        for task in fitted { link(concatenation, dependsOn: task) }
        let model = add(kind("background-model"))
        link(model, dependsOn: concatenation)
        let background = kind("background")
        let table = projections.map { projection in
            let task = add(background)
            link(task, dependsOn: model)
            link(task, dependsOn: projection)
            return task
        }
        var last = add(kind("image-table"))
        for task in table { link(last, dependsOn: task) }
        for name in ["add", "shrink", "picture"] {
            let task = add(kind(name))
            link(task, dependsOn: last)
            last = task
        }
    }

    mutating func drawMapReduce(_ tasks: Int) {
        let rounds = min(max(parameters.depth.map { $0 / 2 } ?? 1, 1), max(1, tasks / 2))
        var before: Int32?
        for round in 0..<rounds {
            let size = tasks / rounds + (round < tasks % rounds ? 1 : 0)
            let reduces = size == 1 ? 0 : min(max(parameters.width ?? size / 10, 1), size - 1)
            before = drawFanOut("map\(round)", size - reduces, after: before)
            if reduces > 0 { before = drawFanOut("reduce\(round)", reduces, after: before) }
        }
    }

    /// - Returns: what stands for all of them.
    private mutating func drawFanOut(_ name: String, _ size: Int, after before: Int32?) -> Int32 {
        let kind = kind(name)
        let first = Int32(builder.count)
        for _ in 0..<size {
            let task = add(kind)
            if let before { link(task, dependsOn: before) }
        }
        return addGroup(name, kind: kind, of: first..<Int32(builder.count))
    }

    mutating func drawPipelines(_ tasks: Int) {
        guard tasks > 1 else {
            _ = add(kind("report"))
            return
        }
        let chains = width(for: tasks - 1)
        var ends: [Int32] = []
        for number in 0..<tasks - 1 {
            let task = add(kind("step\(number / chains)"))
            if number < chains {
                ends.append(task)
            } else {
                link(task, dependsOn: ends[number % chains])
                ends[number % chains] = task
            }
        }
        let report = add(kind("report"))
        for end in ends { link(report, dependsOn: end) }
    }

    mutating func drawRandomLayers(_ tasks: Int) {
        let depth = min(tasks, parameters.depth ?? max(1, (tasks + width(for: tasks) - 1) / width(for: tasks)))
        // Each layer has one task, and the others fall anywhere.
        var sizes = Array(repeating: 1, count: depth)
        for _ in depth..<max(tasks, depth) { sizes[generator.int(in: 0...depth - 1)] += 1 }
        var before: Range<Int32> = 0..<0
        for (layer, size) in sizes.enumerated() {
            let kind = kind("layer\(layer)")
            let first = Int32(builder.count)
            for _ in 0..<size {
                let task = add(kind)
                guard layer > 0 else { continue }
                // One from the layer before keeps the depth; the others may reach back.
                link(task, dependsOn: generator.pick(before))
                for _ in 1..<max(2, parameters.degree) where generator.percent(50) {
                    link(task, dependsOn: generator.pick(0..<first))
                }
            }
            before = first..<first + Int32(size)
        }
    }
}

extension SeededGenerator {
    mutating func pick(_ range: Range<Int32>) -> Int32 {
        range.lowerBound + Int32(int(in: 0...range.count - 1))
    }
}
