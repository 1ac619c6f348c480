import BatonCore
import Glibc

/// What all runs of this user on this machine hold together, so that several `baton run`s share it.
///
/// A table in a small memory-mapped file under a lock. Each run has a row that names its supervisor: the supervisor
/// outlives a killed orchestrator, and so does the claim to what its tasks still use. Rows of dead ones are free.
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

    private static let rowCount = 256
    private let descriptor: Int32
    private let rows: UnsafeMutableBufferPointer<Row>
    private var own: Int?

    /// - Parameter path: the same for all runs that are to share; made when missing.
    /// - Returns: nil when the file can't be used: runs then don't see each other.
    init?(path: String) {
        let length = Self.rowCount * MemoryLayout<Row>.stride
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
    }

    deinit {
        munmap(rows.baseAddress, rows.count * MemoryLayout<Row>.stride)
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
        var status = stat()
        guard lstat(folder, &status) == 0, status.st_uid == getuid(), status.st_mode & S_IFMT == S_IFDIR else {
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

    /// What this run may hold of its `allowance`: what others leave of the machine, and while another waits, no more than
    /// an equal share of it.
    ///
    /// A run that was allowed more than the machine has (`--jobs 6` on two cores) shares that larger amount.
    func available(of allowance: Resources, machine: Resources) -> Resources {
        var others = Resources.zero
        var count: Int64 = 1
        var someoneWaits = false
        for index in rows.indices where index != own && isAlive(rows[index]) {
            others.milliCPU += rows[index].milliCPU
            others.memoryBytes += rows[index].memoryBytes
            others.gpus += rows[index].gpus
            if rows[index].milliCPU > 0 || rows[index].isWaiting == 1 { count += 1 }
            if rows[index].isWaiting == 1 { someoneWaits = true }
        }
        let sharers = someoneWaits ? count : 1
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

    /// Says what this run holds now, in the name of its supervisor.
    func publish(_ used: Resources, isWaiting: Bool, supervisor: Int32) {
        if own == nil {
            let startTime = ProcessTable.startTime(of: supervisor) ?? 0
            own =
                rows.indices.first { rows[$0].pid == supervisor && rows[$0].startTime == startTime }
                ?? rows.indices.first { !isAlive(rows[$0]) }
            if let own { rows[own] = Row(pid: supervisor, startTime: startTime) }
        }
        guard let own else { return }  // 256 runs at once: this one is not counted
        rows[own].milliCPU = used.milliCPU
        rows[own].memoryBytes = used.memoryBytes
        rows[own].gpus = used.gpus
        rows[own].isWaiting = isWaiting ? 1 : 0
    }

    func withdraw() {
        if let own { rows[own] = Row() }
        own = nil
    }

    private func isAlive(_ row: Row) -> Bool {
        row.pid > 0 && ProcessTable.startTime(of: row.pid) == row.startTime
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
