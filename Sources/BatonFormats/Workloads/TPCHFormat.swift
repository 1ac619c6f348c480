internal import BatonCore
internal import BatonSimulator

/// Stage graphs of TPC-H queries, measured on Spark with several numbers of executors.
///
/// - Source: Mao, Schwarzkopf, Venkatakrishnan, Meng, Alizadeh 2019 (Decima), doi:10.1145/3341302.3342080.
struct TPCHFormat {
    /// How a stage is told.
    enum Form {
        /// As many tasks as were measured, of which the first wave, one for each executor, is slower than the rest.
        case fanOut(executors: Int)
        /// One task that holds a core for each task of the stage, for as long as one of them takes on average, on a
        /// cluster of 600 cores: the static scheduling problem of Wang and others 2021, arXiv:2106.04927.
        case share
    }

    static let shareOfCores: Int64 = 600

    private struct Stage {
        /// By number of executors, ascending; seconds.
        var waves: [Wave] = []

        struct Wave {
            var executors: Int
            var first: [Double]
            var rest: [Double]
            /// Of the first wave, those that had to start an executor.
            var fresh: [Double]
        }

        /// The mean over all numbers of executors, with a first wave that consists of fresh executors alone replaced by
        /// that of the next smaller number.
        var meanSeconds: Double {
            var samples: [Double] = []
            var lastFirst: [Double] = []
            for wave in waves {
                var first = wave.first
                for fresh in wave.fresh {
                    if let place = first.firstIndex(of: fresh) { first.remove(at: place) }
                }
                if !first.isEmpty { lastFirst = first }
                samples += lastFirst + wave.rest + wave.fresh
            }
            return samples.isEmpty ? 0 : samples.reduce(0, +) / Double(samples.count)
        }
    }

    static func read(_ root: DocumentNode, name: String, form: Form) throws(DocumentProblem) -> Job {
        guard let nodes = root["stages"]?.elements, !nodes.isEmpty, let edges = root["edges"]?.elements else {
            throw DocumentProblem(
                root.position, "expected the lists 'stages' and 'edges'",
                hint: "A query is {size, query, stages: […], edges: [[from, to], …]}.")
        }
        var stages: [Stage] = []
        for node in nodes { stages.append(try stage(node)) }
        var parents = Array(repeating: [Int32](), count: stages.count)
        for edge in edges {
            let ends = edge.elements?.compactMap { $0.number.flatMap(Int.init(exactly:)) } ?? []
            guard ends.count == 2, stages.indices.contains(ends[0]), stages.indices.contains(ends[1]) else {
                throw DocumentProblem(
                    edge.position,
                    "expected two numbers of stages from 0 to \(stages.count - 1), found \(edge.summary)",
                    hint: "An edge is [from, to].")
            }
            parents[ends[1]].append(Int32(ends[0]))
        }
        let size = root["size"]?.text
        let query = root["query"]?.text
        var builder = JobBuilder(name: query.map { "tpch-\($0)\(size.map { "-\($0)" } ?? "")" } ?? name)
        do throws(GraphCycle) {
            switch form {
            case .fanOut(let executors):
                let order = try Graph(dependencies: parents).topologicalOrder()
                addFanOuts(stages, parents, order, executors: executors, to: &builder)
                return try builder.finish()
            case .share:
                addShares(stages, parents, to: &builder)
                var job = try builder.finish()
                job.machines = [Machine(capacity: Resources(milliCPU: shareOfCores * 1000), kind: "cluster")]
                return job
            }
        } catch {
            let numbers = error.nodes.map(String.init).joined(separator: ", ")
            throw DocumentProblem(
                root["edges"]!.position, "stages \(numbers) wait for each other", hint: "Break the cycle.")
        }
    }

    private static func addFanOuts(
        _ stages: [Stage], _ parents: [[Int32]], _ order: [Int32], executors: Int, to builder: inout JobBuilder
    ) {
        var groups = Array(repeating: Int32(0), count: stages.count)
        for number in order.map(Int.init) {
            let waves = stages[number].waves
            let nearest = waves.min { abs($0.executors - executors) < abs($1.executors - executors) }!
            let kind = builder.kind("stage\(number)")
            let first = Int32(builder.count)
            for (place, seconds) in (nearest.first + nearest.rest).enumerated() {
                let task = builder.add(
                    "stage\(number)[\(place)]", kind: kind, request: TaskInstance.Request(milliCPU: 1000),
                    behaviour: Workload.Behaviour(duration: Amount.duration(seconds: seconds)))
                for parent in parents[number] { builder.link(task, dependsOn: groups[Int(parent)]) }
            }
            groups[number] = builder.addGroup("stage\(number)", kind: kind, of: first..<Int32(builder.count))
        }
    }

    private static func addShares(_ stages: [Stage], _ parents: [[Int32]], to builder: inout JobBuilder) {
        for (number, stage) in stages.enumerated() {
            let width = Int64(stage.waves[0].first.count + stage.waves[0].rest.count)
            builder.add(
                "stage\(number)", kind: builder.kind("stage\(number)"),
                request: TaskInstance.Request(milliCPU: min(max(width, 1), shareOfCores) * 1000, memoryBytes: 0),
                behaviour: Workload.Behaviour(duration: Amount.duration(seconds: stage.meanSeconds)))
        }
        for (number, parents) in parents.enumerated() {
            for parent in parents { builder.link(Int32(number), dependsOn: parent) }
        }
    }

    private static func stage(_ node: DocumentNode) throws(DocumentProblem) -> Stage {
        let first = try waves(node, "first_wave")
        let rest = try waves(node, "rest_wave")
        let fresh = try waves(node, "fresh_durations")
        var stage = Stage()
        for (executors, samples) in first {
            let others = rest.first { $0.executors == executors }?.samples ?? []
            let started = fresh.first { $0.executors == executors }?.samples ?? []
            guard !samples.isEmpty || !others.isEmpty else { continue }
            stage.waves.append(Stage.Wave(executors: executors, first: samples, rest: others, fresh: started))
        }
        stage.waves.sort { $0.executors < $1.executors }
        guard !stage.waves.isEmpty else {
            throw DocumentProblem(
                node.position, "expected durations of the stage under 'first_wave', found none",
                hint: "first_wave maps numbers of executors to lists of milliseconds.")
        }
        return stage
    }

    private static func waves(
        _ stage: DocumentNode, _ key: String
    ) throws(DocumentProblem) -> [(executors: Int, samples: [Double])] {
        var waves: [(executors: Int, samples: [Double])] = []
        for entry in stage[key]?.entries ?? [] {
            guard let executors = Int(entry.key), let elements = entry.value.elements else {
                throw DocumentProblem(
                    entry.keyPosition, "expected a number of executors and a list under '\(key)'",
                    hint: "Write \"50\": [1200, 1310].")
            }
            var samples: [Double] = []
            samples.reserveCapacity(elements.count)
            for element in elements {
                guard let milliseconds = element.number, milliseconds >= 0 else {
                    throw DocumentProblem(
                        element.position, "expected milliseconds in '\(key)', found \(element.summary)",
                        hint: "Correct the number or remove it.")
                }
                samples.append(milliseconds / 1000)
            }
            waves.append((executors, samples))
        }
        return waves
    }
}
