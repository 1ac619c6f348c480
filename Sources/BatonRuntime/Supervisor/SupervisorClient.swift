internal import CBatonSystem
internal import Glibc

/// The orchestrator's end of the connection to the supervisor of a run.
///
/// For a poll loop on one thread: wait for `fileDescriptor` to be readable, and also writable while `hasUnsent`; then
/// call `receive()` or `flush()`. Nothing here waits, except `adopt` and `finish`.
public final class SupervisorClient {
    /// For `poll`; closed when the client goes.
    public let fileDescriptor: Int32
    /// Of the supervisor, when this client launched it.
    public var processID: Int32? { child }
    private let child: pid_t?
    private var decoder = ReportDecoder()
    private var unsent: [UInt8] = []
    private var isConnected = true
    private var early: [SupervisorReport] = []

    private init(connected fileDescriptor: Int32, child: pid_t?) {
        self.fileDescriptor = fileDescriptor
        self.child = child
    }

    deinit {
        close(fileDescriptor)
    }

    /// Starts a supervisor for the run in `directory`, which must exist and have no living one.
    ///
    /// Its first report is `hello`; `disconnected` instead means that it could not begin (its `supervisor.log` says why).
    /// - Parameters:
    ///   - executable: path of `baton-supervisor`.
    ///   - run: what tasks find in `BATON_RUN`, and what strays are recognised by.
    ///   - memoryLimitBytes: for all tasks of the run together, where cgroups are permitted.
    public static func launch(
        executable: String, directory: String, run: String, memoryLimitBytes: UInt64? = nil
    ) throws(SupervisorFailure) -> SupervisorClient {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .system("cannot make a socket pair") }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        var arguments = [executable, directory, "--run", run]
        if let memoryLimitBytes { arguments += ["--memory-limit", String(memoryLimitBytes)] }
        var pointers = arguments.map { strdup($0) } + [nil]
        let pid = baton_spawn_supervisor(executable, &pointers, ends[1])
        let code = errno
        for pointer in pointers { free(pointer) }
        close(ends[1])
        guard pid > 0 else {
            close(ends[0])
            throw .system("cannot run the supervisor \(executable)", code)
        }
        return SupervisorClient(connected: ends[0], child: pid)
    }

    /// True when orders wait for the socket.
    public var hasUnsent: Bool { !unsent.isEmpty }

    /// Hands over orders, in one piece: as much as the socket takes now, the rest at `flush()`.
    public func send(_ orders: [SupervisorOrder]) {
        for order in orders { order.encode(into: &unsent) }
        flush()
    }

    /// Sends what the socket takes. A lost connection shows in `receive()`.
    public func flush() {
        while hasUnsent {
            let sent = unsent.withUnsafeBytes {
                Glibc.send(fileDescriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if sent > 0 {
                unsent.removeFirst(sent)
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                unsent = []
            }
        }
    }

    /// All reports that have arrived whole; ends with `disconnected` once the supervisor hung up.
    ///
    /// - Throws: when what arrived is no report. The connection is of no more use then.
    public func receive() throws(SupervisorFailure) -> [SupervisorReport] {
        while isConnected {
            let length = withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 8) { part in
                let length = recv(fileDescriptor, part.baseAddress, part.count, Int32(MSG_DONTWAIT))
                if length > 0 { decoder.append(UnsafeRawBufferPointer(rebasing: part[..<length])) }
                return length
            }
            if length > 0 { continue }
            if length < 0 && errno == EINTR { continue }
            if length < 0 && errno == EAGAIN { break }
            isConnected = false
        }
        defer { early = [] }
        let reports = try early + decoder.takeAll()
        return isConnected ? reports : reports + [.disconnected]
    }

    /// Called once it hung up without a word: whether it ended because another supervisor of the run was there before it.
    ///
    /// One that an orchestrator started in the moment of its death may begin that late.
    public func cameTooLate() -> Bool {
        guard let child else { return false }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 { if errno != EINTR { return false } }
        return status & 0x7F == 0 && (status >> 8) & 0xFF == BATON_SUPERVISOR_TOO_LATE
    }

    /// Hangs up and, if this client launched the supervisor, waits until it has ended: at once when no attempt runs.
    ///
    /// Without this call it stays a zombie until our own end, which does no harm.
    public func finish() {
        isConnected = false
        shutdown(fileDescriptor, Int32(SHUT_RDWR))
        if let child { while waitpid(child, nil, 0) < 0 && errno == EINTR {} }
    }
}

extension SupervisorClient {
    /// Connects to the living supervisor of the run in `directory`, in place of whoever was connected before.
    ///
    /// Returns after its `hello`, which `receive()` hands out, or nil when it is certain that none lives: then the journal is complete and
    /// `StraySweep` may end what is left.
    ///
    /// - Throws: when one lives but does not answer within `limit`.
    public static func adopt(
        directory: String, limit: Duration = .seconds(10)
    ) throws(SupervisorFailure) -> SupervisorClient? {
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else {
            if errno == ENOENT { return nil }
            throw .system("cannot open \(directory)")
        }
        defer { close(folder) }
        let deadline = ContinuousClock.now + limit
        while true {
            let socket = baton_connect(folder)
            if socket >= 0 {
                let client = SupervisorClient(connected: socket, child: nil)
                if try client.waitForHello(until: deadline) { return client }
            } else if try !isLocked(folder) {
                return nil
            }
            // It holds the lock but does not listen: it is about to begin or to end.
            guard ContinuousClock.now < deadline else {
                throw SupervisorFailure("the supervisor of \(directory) lives but does not answer")
            }
            poll(nil, 0, 5)
        }
    }

    /// False when the supervisor hung up: it was ending.
    private func waitForHello(until deadline: ContinuousClock.Instant) throws(SupervisorFailure) -> Bool {
        while ContinuousClock.now < deadline {
            var file = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&file, 1, 100)
            let reports = try receive()
            if reports.contains(.disconnected) { return false }
            early = reports  // for whoever asks first
            if !reports.isEmpty { return true }
        }
        return false
    }

    private static func isLocked(_ folder: Int32) throws(SupervisorFailure) -> Bool {
        let lock = openat(folder, BATON_SUPERVISOR_LOCK, O_RDWR | O_CLOEXEC)
        guard lock >= 0 else {
            if errno == ENOENT { return false }
            throw .system("cannot open \(BATON_SUPERVISOR_LOCK)")
        }
        defer { close(lock) }
        return flock(lock, LOCK_EX | LOCK_NB) != 0
    }
}
