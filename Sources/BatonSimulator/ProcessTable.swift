import BatonCore

/// The processes of a simulated supervisor, by slot. Those that have ended are kept only where somebody may ask for
/// them; else their slots are used again, and memory does not grow with the number of tasks.
struct ProcessTable: Sendable {
    /// Slots of processes that live, in no particular but always the same order.
    private(set) var running: [Int32] = []
    private let remembersEnds: Bool
    private var slots: [Process] = []
    private var vacant: [Int32] = []
    /// Only where ends are remembered: of the few that live, one is found by looking at all.
    private var slotOf: [Attempt.ID: Int32] = [:]

    struct Process: Sendable {
        var attempt: Attempt.ID
        var worker: Worker.ID
        var since: Instant
        var grant: Resources
        /// How it ends when nothing comes in between, and at last how it did.
        var outcome: Outcome
        var peakMemoryBytes: Int64
        /// Of those with which it shares something.
        var group: Int?
        /// Nothing of it is measured.
        var isBackground: Bool
        var end: End?
        /// Where it stands in `running`.
        fileprivate var place = 0

        init(
            _ attempt: Attempt.ID, on worker: Worker.ID, since: Instant, grant: Resources, outcome: Outcome,
            peakMemoryBytes: Int64, group: Int? = nil, isBackground: Bool = false
        ) {
            self.attempt = attempt
            self.worker = worker
            self.since = since
            self.grant = grant
            self.outcome = outcome
            self.peakMemoryBytes = peakMemoryBytes
            self.group = group
            self.isBackground = isBackground
        }
    }

    enum End: Sendable {
        case exited(Usage)
        /// Gone with its worker or supervisor, without a word.
        case died
    }

    init(remembersEnds: Bool) {
        self.remembersEnds = remembersEnds
    }

    subscript(slot: Int32) -> Process { slots[Int(slot)] }

    /// Nil when it never started, or when it has ended and nobody asked to remember that.
    func slot(of attempt: Attempt.ID) -> Int32? {
        remembersEnds ? slotOf[attempt] : running.first { slots[Int($0)].attempt == attempt }
    }

    /// True when the attempt has been started before; always false where ends are not remembered.
    func remembers(_ attempt: Attempt.ID) -> Bool { slotOf[attempt] != nil }

    /// The process in the slot, if it is that of the attempt and lives.
    func living(_ attempt: Attempt.ID, in slot: Int32) -> Process? {
        let process = slots[Int(slot)]
        return process.attempt == attempt && process.end == nil ? process : nil
    }

    mutating func add(_ process: Process) -> Int32 {
        var process = process
        process.place = running.count
        let slot = vacant.popLast() ?? Int32(slots.count)
        if Int(slot) == slots.count { slots.append(process) } else { slots[Int(slot)] = process }
        running.append(slot)
        if remembersEnds { slotOf[process.attempt] = slot }
        return slot
    }

    mutating func end(_ slot: Int32, as outcome: Outcome, _ end: End) {
        slots[Int(slot)].outcome = outcome
        slots[Int(slot)].end = end
        let last = running.removeLast()
        let place = slots[Int(slot)].place
        if place < running.count {
            running[place] = last
            slots[Int(last)].place = place
        }
        if !remembersEnds { vacant.append(slot) }
    }
}
