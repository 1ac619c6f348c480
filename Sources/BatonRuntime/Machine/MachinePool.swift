import BatonCore
import Glibc

/// What all runs of this user on this machine hold together, so that several orchestrators share it.
///
/// A table in a small memory-mapped file under a lock. Each run has a row that names its supervisor: the supervisor
/// outlives a killed orchestrator, and so does the claim to what its tasks still use. Rows of dead ones are free. An
/// orchestrator has the rows of all its runs, and one of its own while it waits and no run has any.
final class MachinePool {
    private struct Row {
        var pid: Int32 = 0
        /// 1 while the run has ready tasks that found no room.
        var isWaiting: Int32 = 0
        /// Clock ticks after boot; tells a supervisor from a later process with its pid.
        var startTime: UInt64 = 0
        var milliCPU: Int64 = 0
        var memoryBytes: Int64 = 0
        var gpus: Int64 = 0
    }

    /// Units of a named limit that a run holds.
    private struct Share {
        var pid: Int32 = 0
        var reserved: Int32 = 0
        var startTime: UInt64 = 0
        /// Of the limit's name.
        var hash: UInt64 = 0
        var units: Int64 = 0
    }

    private static let rowCount = 256
    private static let shareCount = 1024
    private let descriptor: Int32
    private let rows: UnsafeMutableBufferPointer<Row>
    /// Behind the rows.
    private let shares: UnsafeMutableBufferPointer<Share>
    /// The rows of this orchestrator by their processes.
    private var own: [Int32: Int] = [:]

    /// - Parameter path: the same for all runs that are to share; made when missing.
    /// - Returns: nil when the file can't be used: runs then don't see each other.
    init?(path: String) {
        let sharesOffset = Self.rowCount * MemoryLayout<Row>.stride
        let length = sharesOffset + Self.shareCount * MemoryLayout<Share>.stride
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        guard ftruncate(descriptor, length) == 0,
            let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
        else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        rows = UnsafeMutableBufferPointer(
            start: memory.bindMemory(to: Row.self, capacity: Self.rowCount), count: Self.rowCount
        )
        shares = UnsafeMutableBufferPointer(
            start: (memory + sharesOffset).bindMemory(to: Share.self, capacity: Self.shareCount), count: Self.shareCount
        )
    }

    deinit {
        munmap(
            rows.baseAddress, rows.count * MemoryLayout<Row>.stride + shares.count * MemoryLayout<Share>.stride)
        close(descriptor)
    }

    /// The user's own pool file: in `$XDG_RUNTIME_DIR`, else in a private folder under `/tmp`.
    static func defaultPath() -> String? {
        let folder: String
        if let runtime = getenv("XDG_RUNTIME_DIR"), runtime.pointee != 0 {
            folder = String(cString: runtime) + "/baton"
        } else {
            folder = "/tmp/baton-\(getuid())"
        }
        mkdir(folder, 0o700)
        guard let status = FileStatus(folder, followingLinks: false), status.owner == getuid(), status.isFolder else {
            return nil
        }
        return folder + "/pool"
    }

    /// Runs `body` while no other run can look or claim.
    func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
        while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }

    /// What this orchestrator may hold of its `allowance`: what others leave of the machine, and while another waits, no
    /// more than an equal share of it.
    ///
    /// One that was allowed more than the machine has (`--jobs 6` on two cores) shares that larger amount.
    ///
    /// - Parameter isShared: false: all that others leave, though they wait. For one that holds nothing and whose tasks
    ///   are all larger than its share: with all like that, none would ever go on.
    func available(of allowance: Resources, machine: Resources, isShared: Bool = true) -> Resources {
        var others = Resources.zero
        var count: Int64 = 1
        var someoneWaits = false
        let own = Set(own.values)
        for index in rows.indices where !own.contains(index) && isAlive(rows[index]) {
            others.milliCPU += rows[index].milliCPU
            others.memoryBytes += rows[index].memoryBytes
            others.gpus += rows[index].gpus
            if rows[index].milliCPU > 0 || rows[index].isWaiting == 1 { count += 1 }
            if rows[index].isWaiting == 1 { someoneWaits = true }
        }
        let sharers = someoneWaits && isShared ? count : 1
        func left(_ allowance: Int64, _ machine: Int64, _ others: Int64, atLeast least: Int64) -> Int64 {
            let total = max(allowance, machine)
            return max(0, min(allowance, total - others, max(total / sharers, least)))
        }
        var available = allowance
        available.milliCPU = left(allowance.milliCPU, machine.milliCPU, others.milliCPU, atLeast: 1000)
        available.memoryBytes = left(allowance.memoryBytes, machine.memoryBytes, others.memoryBytes, atLeast: 0)
        available.gpus = left(allowance.gpus, machine.gpus, others.gpus, atLeast: 1)
        return available
    }

    /// Finds or makes the row of a process: the supervisor of a run, or the orchestrator itself.
    func claim(for process: Int32) {
        if own[process] != nil { return }
        let startTime = ProcessTable.startTime(of: process) ?? 0
        if let known = rows.indices.first(where: { rows[$0].pid == process && rows[$0].startTime == startTime }) {
            own[process] = known
            return
        }
        guard let free = rows.indices.first(where: { !isAlive(rows[$0]) }) else { return }
        rows[free] = Row(pid: process, startTime: startTime)
        own[process] = free
    }

    /// Says what the run of a supervisor holds now, after `claim`.
    func publish(_ used: Resources, isWaiting: Bool, of process: Int32) {
        guard let row = own[process] else { return }  // 256 runs at once: this one is not counted
        rows[row].milliCPU = used.milliCPU
        rows[row].memoryBytes = used.memoryBytes
        rows[row].gpus = used.gpus
        rows[row].isWaiting = isWaiting ? 1 : 0
    }

    // MARK: Named limits

    /// Units of each of these limits that runs of other orchestrators hold.
    func heldByOthers(of limits: [String]) -> [Int64] {
        limits.map { limit in
            let hash = Self.hash(of: limit)
            return shares.reduce(0) { held, share in
                let isOthers = share.hash == hash && share.units > 0 && !own.keys.contains { isShare(share, of: $0) }
                return held + (isOthers && isAlive(share.pid, share.startTime) ? share.units : 0)
            }
        }
    }

    /// Says which units the run of a supervisor holds now, after `claim`.
    func publish(_ units: [Int64], of limits: [String], by process: Int32) {
        guard let row = own[process] else { return }
        for index in shares.indices where isShare(shares[index], of: process) { shares[index] = Share() }
        for (limit, units) in zip(limits, units) where units > 0 {
            let free = shares.indices.first { !isAlive(shares[$0].pid, shares[$0].startTime) }
            guard let free else { return }  // 1,024 shares at once: the rest is not counted
            shares[free] = Share(
                pid: rows[row].pid, startTime: rows[row].startTime, hash: Self.hash(of: limit), units: units)
        }
    }

    private func isShare(_ share: Share, of process: Int32) -> Bool {
        guard let row = own[process] else { return false }
        return share.pid == rows[row].pid && share.startTime == rows[row].startTime
    }

    /// FNV-1a, the same in every process.
    private static func hash(of name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// Gives up what was claimed for a process.
    func withdraw(_ process: Int32) {
        publish([], of: [], by: process)
        if let row = own.removeValue(forKey: process) { rows[row] = Row() }
    }

    private func isAlive(_ row: Row) -> Bool { isAlive(row.pid, row.startTime) }

    private func isAlive(_ pid: Int32, _ startTime: UInt64) -> Bool {
        pid > 0 && ProcessTable.startTime(of: pid) == startTime
    }
}

/// Facts about processes of this machine.
enum ProcessTable {
    /// Clock ticks after boot at which the process started; nil when there is no such process.
    static func startTime(of pid: Int32) -> UInt64? {
        guard let line = SmallFile.read("/proc/\(pid)/stat"), let end = line.lastIndex(of: ")") else { return nil }
        // Field 22 of the line, the 20th behind the name, which may hold spaces and parentheses itself.
        let fields = line[line.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? UInt64(fields[19]) : nil
    }
}
