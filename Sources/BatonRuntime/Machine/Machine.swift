public import BatonCore
import CBatonSystem
import Glibc

/// What this machine offers, within the limits that enclose this process.
public enum Machine {
    /// Cores that this process may use, memory within the tightest enclosing cgroup limit, free disk of `directory`.
    public static func capacity(directory: String) -> Resources {
        Resources(
            milliCPU: Int64(cores) * 1000, memoryBytes: memoryBytes, gpus: gpus, diskBytes: freeDiskBytes(directory)
        )
    }

    /// Processors in this process's affinity mask.
    public static var cores: Int { Int(baton_usable_cores()) }

    /// The machine's memory, or the least `memory.max` / `memory.limit_in_bytes` on the way up from our cgroup.
    public static var memoryBytes: Int64 {
        let total = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        return enclosingMemoryLimits.reduce(total, min)
    }

    /// Lets this process open so many files and connections, or as many as its hard limit allows.
    public static func allowDescriptors(_ count: Int) { baton_allow_descriptors(UInt64(count)) }

    /// NVIDIA devices present; Baton counts them and leaves choosing to `CUDA_VISIBLE_DEVICES`.
    private static var gpus: Int64 {
        var count: Int64 = 0
        while access("/dev/nvidia\(count)", F_OK) == 0 { count += 1 }
        return count
    }

    private static func freeDiskBytes(_ directory: String) -> Int64 {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return 0 }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }

    private static var enclosingMemoryLimits: [Int64] {
        guard let groups = SmallFile.read("/proc/self/cgroup") else { return [] }
        var limits: [Int64] = []
        for line in groups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[1].isEmpty {
                for root in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] {
                    limits += limitsUpwards(root: root, path: fields[2], file: "memory.max")
                }
            } else if fields[1].split(separator: ",").contains("memory") {
                limits += limitsUpwards(root: "/sys/fs/cgroup/memory", path: fields[2], file: "memory.limit_in_bytes")
            }
        }
        return limits
    }

    private static func limitsUpwards(root: String, path: Substring, file: String) -> [Int64] {
        var parts = path.split(separator: "/")
        var limits: [Int64] = []
        while true {
            let folder = parts.isEmpty ? root : root + "/" + parts.joined(separator: "/")
            if let text = SmallFile.read(folder + "/" + file), let limit = Int64(text.prefix { $0.isNumber }), limit > 0
            {
                limits.append(limit)
            }
            if parts.popLast() == nil { return limits }
        }
    }
}
