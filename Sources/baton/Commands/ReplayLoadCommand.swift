import ArgumentParser
import BatonCore
import Glibc

/// Stands in for a task of a recorded workflow: takes the same time, CPU and memory, scaled.
struct ReplayLoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay-load",
        abstract: "Use CPU and memory for a while, as a recorded task did.",
        shouldDisplay: false
    )

    @Option(name: .long, help: ArgumentHelp("How long to run.", valueName: "seconds"))
    var seconds: Double

    @Option(name: .long, help: ArgumentHelp("Cores to keep busy, such as 1.5.", valueName: "cores"))
    var cpu: Double = 1

    @Option(name: .long, help: ArgumentHelp("Memory to hold, such as 200MB.", valueName: "size"))
    var memory: String = "0"

    private var memoryBytes: Int64? { ByteCount.parse(memory) }

    mutating func validate() throws {
        if !(0...86_400 * 365).contains(seconds) { throw ValidationError("--seconds must be at least 0.") }
        if !(0...1024).contains(cpu) { throw ValidationError("--cpu must be between 0 and 1024.") }
        if memoryBytes == nil { throw ValidationError("--memory must be a size such as 200MB, not '\(memory)'.") }
    }

    func run() throws {
        // The time begins with the process, so that start-up and touching memory are part of it.
        let begin = Self.now - Self.spent
        let end = begin + Int64(seconds * 1e9)
        try Self.hold(memoryBytes ?? 0)
        let whole = Int(cpu)
        var threads: [pthread_t] = []
        for index in 0..<Int(cpu.rounded(.up)) {
            let share = index < whole ? 1 : cpu - Double(whole)
            if index == 0 { continue }
            threads.append(Self.thread(Burner(begin: begin, end: end, share: share)))
        }
        // The first share is this thread's, which has spent the start-up already.
        Burner(begin: begin, end: end, share: min(cpu, 1)).burn()
        for thread in threads { pthread_join(thread, nil) }
    }

    private static func thread(_ burner: Burner) -> pthread_t {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(burner))
        let code = pthread_create(
            &thread, nil,
            {
                Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().burner.burn(); return nil
            }, box.toOpaque())
        if code != 0 { box.release() }
        return thread
    }

    /// Keeps one core busy for a share of the time: in slices, as long as its CPU time lags behind.
    private struct Burner: Sendable {
        var begin: Int64
        var end: Int64
        var share: Double

        func burn() {
            while true {
                let now = ReplayLoadCommand.now
                guard now < end else { return }
                let due = Int64(Double(now - begin) * share)
                if share >= 1 || ReplayLoadCommand.threadCPU < due {
                    ReplayLoadCommand.spin()
                } else {
                    Pause.sleep(.nanoseconds(min(end - now, 5_000_000)))
                }
            }
        }
    }

    private final class Box {
        let burner: Burner

        init(_ burner: Burner) {
            self.burner = burner
        }
    }

    /// A tenth of a millisecond of arithmetic that no compiler removes.
    private static func spin() {
        var state = UInt64(bitPattern: now)
        for _ in 0..<100_000 { state = SeededGenerator.mix(state) }
        withUnsafePointer(to: &state) { pointer in precondition(UInt(bitPattern: pointer) != 0) }
    }

    /// Takes real pages: each is written once, with something that the kernel can't merge or compress to nothing.
    private static func hold(_ bytes: Int64) throws {
        // What the process itself takes counts too.
        let wanted = Int(bytes) - resident
        guard wanted > 0 else { return }
        guard let memory = mmap(nil, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else {
            throw CommandFailure(
                "\(ByteCount.format(bytes)) of memory can't be had: \(String(cString: strerror(errno)))")
        }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        for offset in stride(from: 0, to: wanted, by: page) {
            memory.storeBytes(of: SeededGenerator.mix(UInt64(offset)), toByteOffset: offset, as: UInt64.self)
        }
    }

    private static var resident: Int {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = max(0, Glibc.read(descriptor, &bytes, bytes.count))
        let fields = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    private static var now: Int64 { read(CLOCK_MONOTONIC) }
    private static var threadCPU: Int64 { read(CLOCK_THREAD_CPUTIME_ID) }
    /// CPU time of the process so far: nearly the time since it began.
    private static var spent: Int64 { read(CLOCK_PROCESS_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
