import BatonCore
import BatonSimulator

/// Refuses what no policy could ever place, before anything is simulated.
enum Feasibility {
    /// - Throws: the first task that fits no machine, and what would help.
    static func check(_ jobs: [Job], on machines: [Machine]) throws {
        let largest = machines.map(\.capacity).reduce(Resources.zero, maximum)
        for job in jobs {
            for (instance, behaviour) in zip(job.expansion.instances, job.behaviours) where instance.kind == .command {
                let need = Resources(
                    milliCPU: instance.request.milliCPU ?? min(1000, largest.milliCPU),
                    memoryBytes: max(instance.request.memoryBytes ?? 0, behaviour.peakMemoryBytes),
                    gpus: instance.request.gpus ?? 0, diskBytes: instance.request.diskBytes ?? 0)
                let request = instance.request
                if need.fits(in: largest),
                    machines.contains(where: { need.fits(in: $0.capacity) && request.allows($0.kind) })
                {
                    continue
                }
                if !machines.contains(where: { request.allows($0.kind) }) {
                    let gap = WorkerKindGap(request, on: machines.map { $0.kind })
                    throw CommandFailure(
                        "task '\(instance.name)' of '\(job.name)' \(gap.predicate). Describe workers of that kind in a "
                            + "file and name it with --cluster, or change 'runs_on'", exit: .usage)
                }
                throw CommandFailure(
                    "task '\(instance.name)' of '\(job.name)' needs \(Sentence.resources(need)), and no worker has that "
                        + "much: \(Setting.describe(machines)). \(advice(need, machines, largest))", exit: .usage)
            }
        }
    }

    static func permits(_ job: Job, on machines: [Machine]) -> Bool {
        do {
            try check([job], on: machines)
            return true
        } catch {
            return false
        }
    }

    /// - Throws: for faults of a worker that there is not.
    static func check(_ faults: FaultSpecification, on machines: [Machine]) throws {
        do throws(FaultSpecification.UnknownWorker) {
            _ = try faults.plan(for: machines)
        } catch {
            throw CommandFailure(
                "the file of faults names worker \(error.worker), but there are \(error.count), numbered from 0",
                exit: .usage)
        }
    }

    private static func advice(_ need: Resources, _ machines: [Machine], _ largest: Resources) -> String {
        let areAlike = machines.allSatisfy { $0 == Machine(capacity: largest) }
        var flags: [String] = []
        if need.milliCPU > largest.milliCPU { flags.append("--cpu \(Sentence.cores(need.milliCPU))") }
        if need.memoryBytes > largest.memoryBytes {
            // Rounded up, so that the advice is enough.
            flags.append("--memory \((need.memoryBytes + 999_999_999) / 1_000_000_000)GB")
        }
        let isOther = !areAlike || flags.isEmpty || need.gpus > largest.gpus || need.diskBytes > largest.diskBytes
        return isOther
            ? "Describe larger workers in a file and name it with --cluster" : "Try \(flags.joined(separator: " "))"
    }

    /// The larger of each kind.
    static func maximum(_ left: Resources, _ right: Resources) -> Resources {
        Resources(
            milliCPU: max(left.milliCPU, right.milliCPU), memoryBytes: max(left.memoryBytes, right.memoryBytes),
            gpus: max(left.gpus, right.gpus), diskBytes: max(left.diskBytes, right.diskBytes))
    }
}
