import BatonRuntime
import Glibc
import Synchronization

/// What the machine and this process use, as `/proc` tells.
final class SystemLoad: Sendable {
    private let lastTimes = Mutex<(busy: Double, total: Double)>((0, 0))

    /// Share of the processors that was busy since the last call, 0...1; since the start of the machine at the first.
    func cpuRatio() -> Double {
        guard let line = Self.text("/proc/stat").split(separator: "\n").first else { return 0 }
        let times = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
        guard times.count >= 5 else { return 0 }
        let total = times.reduce(0, +)
        let busy = total - times[3] - times[4]  // idle, and waiting for a disk
        return lastTimes.withLock { last in
            defer { last = (busy, total) }
            return total > last.total ? max(0, min(1, (busy - last.busy) / (total - last.total))) : 0
        }
    }

    /// Share of memory that could not be had for something new, 0...1.
    func memoryRatio() -> Double {
        var total = 0.0
        var available = 0.0
        for line in Self.text("/proc/meminfo").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count >= 2, let kilobytes = Double(fields[1]) else { continue }
            if fields[0] == "MemTotal:" { total = kilobytes }
            if fields[0] == "MemAvailable:" { available = kilobytes }
        }
        return total > 0 ? 1 - available / total : 0
    }

    /// Share of the file system of `path` that is full, 0...1; 1 where it can't be told.
    func diskRatio(of path: String) -> Double {
        var status = statvfs()
        guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return 1 }
        let used = Double(status.f_blocks - status.f_bfree)
        return used / (used + Double(status.f_bavail))
    }

    /// Of this process.
    func residentBytes() -> Double {
        let pages = Self.text("/proc/self/statm").split(separator: " ")
        return (pages.count > 1 ? Double(pages[1]) ?? 0 : 0) * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// User and system time of this process.
    func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func text(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
