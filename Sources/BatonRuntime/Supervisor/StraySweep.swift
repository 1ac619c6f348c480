internal import CBatonSystem
internal import Foundation
internal import Glibc

/// Ends what a dead supervisor's tasks left running.
public enum StraySweep {
    /// Kills every process of the run and waits until they are gone.
    ///
    /// A process belongs to the run when its environment says `BATON_RUN=run`, when the journal knows it or its session,
    /// or when it descends from one that does. Call it only when `SupervisorClient.adopt` returned nil.
    ///
    /// - Parameter attempts: the starts that the journal knows without an end.
    /// - Returns: how many processes were killed.
    /// - Throws: when some are still there after five seconds.
    public static func end(run: String, attempts: [SupervisedStart]) throws(SupervisorFailure) -> Int {
        var killed: Set<Int32> = []
        let deadline = ContinuousClock.now + .seconds(5)
        while true {
            let strays = find(run: run, attempts: attempts)
            if strays.isEmpty { return killed.count }
            for var stray in strays where baton_process_kill(&stray) == 0 { killed.insert(stray.pid) }
            guard ContinuousClock.now < deadline else {
                let numbers = strays.map { String($0.pid) }.joined(separator: ", ")
                throw SupervisorFailure("processes of run \(run) cannot be ended: \(numbers)")
            }
            poll(nil, 0, 2)
        }
    }

    private static func find(run: String, attempts: [SupervisedStart]) -> [baton_process] {
        let tag = Array("\(BATON_RUN_VARIABLE)=\(run)".utf8)
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        var processes: [Int32: baton_process] = [:]
        for number in numbers where number != getpid() {
            var process = baton_process()
            if baton_process_read(number, &process) == 0 && process.is_dead == 0 { processes[number] = process }
        }
        let starts = Dictionary(attempts.map { ($0.processID, $0) }) { _, last in last }

        func isMarked(_ process: baton_process) -> Bool {
            if let start = starts[process.pid] { return process.wasMade(at: start) }
            if let start = starts[process.session] {
                // While a session has members its number is nobody else's; its leader may have ended.
                return processes[process.session].map { $0.wasMade(at: start) } ?? process.wasMade(after: start)
            }
            return environment(of: process.pid, contains: tag)
        }

        var marked = Set(processes.values.filter(isMarked).map(\.pid))
        var isGrowing = true
        while isGrowing {
            let more = processes.values.filter { marked.contains($0.parent) && !marked.contains($0.pid) }
            marked.formUnion(more.map(\.pid))
            isGrowing = !more.isEmpty
        }
        return marked.sorted().compactMap { processes[$0] }
    }

    private static func environment(of number: Int32, contains tag: [UInt8]) -> Bool {
        guard let data = FileManager.default.contents(atPath: "/proc/\(number)/environ") else { return false }
        return data.split(separator: 0).contains { $0.elementsEqual(tag) }
    }
}

extension baton_process {
    private var bootNanoseconds: UInt64 { start_ticks * (1_000_000_000 / UInt64(BATON_TICKS)) }

    /// The supervisor notes the time just after it made a process; two seconds allow for a machine under load.
    fileprivate func wasMade(at start: SupervisedStart) -> Bool {
        bootNanoseconds <= start.bootNanoseconds && bootNanoseconds + 2_000_000_000 >= start.bootNanoseconds
    }

    fileprivate func wasMade(after start: SupervisedStart) -> Bool {
        bootNanoseconds + 2_000_000_000 >= start.bootNanoseconds
    }
}
