import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Glibc

/// What this machine offers to runs, one check at a time.
struct Diagnosis {
    struct Check: Hashable {
        enum Verdict: String {
            case good, fair, bad
        }

        var subject: String
        var verdict: Verdict
        var finding: String
        /// How to make it better.
        var advice: String?
    }

    let data: DataDirectory

    var checks: [Check] {
        [supervisor, dataDirectory, database, metering, tracing, machine, pool]
    }

    private var supervisor: Check {
        let path = Wiring.supervisor
        guard access(path, X_OK) == 0 else {
            return Check(
                subject: "supervisor", verdict: .bad, finding: "There is no program \(path), which watches over tasks.",
                advice: "Install baton-supervisor beside baton, or set BATON_SUPERVISOR to its path.")
        }
        return Check(subject: "supervisor", verdict: .good, finding: path)
    }

    private var dataDirectory: Check {
        // Before the first run it is not there yet: the nearest folder above must take it.
        var folder = data.path
        while access(folder, F_OK) != 0, let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
            folder = String(folder[..<slash])
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            return Check(
                subject: "data", verdict: .bad, finding: "\(data.path) can't be written.",
                advice: "Choose another with --data-dir or BATON_DATA_DIR.")
        }
        let free = Machine.capacity(directory: folder).diskBytes
        let isSmall = free < 1_000_000_000
        return Check(
            subject: "data", verdict: isSmall ? .fair : .good,
            finding: "\(data.path), \(ByteCount.format(free)) free",
            advice: isSmall ? "Logs and outputs need room: free some, or choose another with --data-dir." : nil)
    }

    private var database: Check {
        guard data.hasDatabase else {
            return Check(subject: "database", verdict: .good, finding: "made by the first run")
        }
        do throws(StoreError) {
            let count = try data.store().runs(matching: RunFilter(limit: 1_000_000)).count
            return Check(
                subject: "database", verdict: .good, finding: "\(data.database) with \(Sentence.count(count, "run"))")
        } catch {
            return Check(subject: "database", verdict: .bad, finding: error.description)
        }
    }

    /// Asks a supervisor, which looks where it could make control groups.
    private var metering: Check {
        let subject = "measuring"
        guard access(Wiring.supervisor, X_OK) == 0 else {
            return Check(subject: subject, verdict: .bad, finding: "unknown without the supervisor")
        }
        do {
            switch try SupervisorTrial.meter(Wiring.supervisor) {
            case .cgroupVersion2:
                return Check(
                    subject: subject, verdict: .good,
                    finding:
                        "exact, by cgroup v2: whole process trees, memory limits enforced, kills for memory counted")
            case .cgroupVersion1:
                return Check(
                    subject: subject, verdict: .good,
                    finding:
                        "exact, by cgroup v1: whole process trees, memory limits enforced, kills for memory counted")
            case .sampling:
                return Check(
                    subject: subject, verdict: .fair,
                    finding: "by sampling /proc: short peaks can be missed, and memory limits are not enforced",
                    advice: "Start baton in a delegated cgroup: systemd-run --user --scope -p Delegate=yes baton run …")
            }
        } catch {
            return Check(
                subject: subject, verdict: .bad,
                finding: "the supervisor does not answer: \(CommandFailure(error).message)")
        }
    }

    private var tracing: Check {
        do throws(FileTracer.Obstacle) {
            _ = try FileTracer.find()
            return Check(subject: "tracing", verdict: .good, finding: "'run --trace-files' works, by strace")
        } catch {
            return Check(
                subject: "tracing", verdict: .fair, finding: "'run --trace-files' can't be used. \(error.sentence)",
                advice: error.advice)
        }
    }

    private var machine: Check {
        let capacity = Machine.capacity(directory: data.path)
        let installed = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        var finding = Sentence.resources(
            Resources(milliCPU: capacity.milliCPU, memoryBytes: capacity.memoryBytes, gpus: capacity.gpus))
        if capacity.memoryBytes < installed {
            finding += ": a cgroup around this process holds it below the machine's \(ByteCount.format(installed))"
        }
        let online = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        if Machine.cores < online { finding += "; it may use \(Machine.cores) of \(online) cores" }
        return Check(subject: "machine", verdict: .good, finding: finding)
    }

    private var pool: Check {
        let folder = Environment["XDG_RUNTIME_DIR"] ?? "/tmp"
        let isUsable = access(folder, W_OK | X_OK) == 0
        return Check(
            subject: "sharing", verdict: isUsable ? .good : .fair,
            finding: isUsable
                ? "runs of this user share the machine through a file in \(folder)"
                : "\(folder) can't be written, so runs at the same time don't know of each other",
            advice: isUsable ? nil : "Set XDG_RUNTIME_DIR to a folder of your own.")
    }
}

extension Diagnosis.Check {
    var lines: [StyledLine] {
        let (mark, ink): (String, Ink) =
            switch verdict {
            case .good: ("ok", .good)
            case .fair: ("fair", .warning)
            case .bad: ("bad", .bad)
            }
        var line = StyledLine(mark, ink)
        line.pad(to: 6)
        line.append(subject)
        line.pad(to: 18)
        line.append(finding)
        guard let advice else { return [line] }
        return [line, StyledLine(String(repeating: " ", count: 18) + advice, .faint)]
    }

    var json: Value {
        .object([
            "subject": .string(subject), "verdict": .string(verdict.rawValue), "finding": .string(finding),
            "advice": advice.map { .string($0) },
        ])
    }
}

/// A supervisor started only to hear how well it can measure.
private enum SupervisorTrial {
    static func meter(_ executable: String) throws -> MeterLevel {
        var template = Array("/tmp/baton-doctor-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CommandFailure("no folder can be made in /tmp") }
        let folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        defer { remove(folder) }
        let client = try SupervisorClient.launch(executable: executable, directory: folder, run: "doctor")
        defer { client.finish() }
        for _ in 0..<50 {
            var waiting = pollfd(fd: client.fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&waiting, 1, 100)
            for report in try client.receive() {
                if case .hello(_, let meter) = report { return meter }
                if case .disconnected = report { throw CommandFailure("it ended at once") }
            }
        }
        throw CommandFailure("nothing was heard for five seconds")
    }

    private static func remove(_ folder: String) {
        guard let directory = opendir(folder) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { unlink("\(folder)/\(name)") }
        }
        closedir(directory)
        rmdir(folder)
    }
}
