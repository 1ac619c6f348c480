internal import CBatonSystem

/// What the supervisor tells its orchestrator.
public enum SupervisorReport: Hashable, Sendable {
    /// First on each connection: who answers, and how well it measures.
    case hello(processID: Int32, meter: MeterLevel)
    case started(SupervisedStart)
    /// Told once to whoever is connected; after a change of orchestrator the journal may tell it a second time.
    case ended(key: UInt64, SupervisedExit)
    /// Now and then while an attempt runs, never for one shorter than a tenth of a second.
    case usage(key: UInt64, SupervisedUsage)
    /// Answers `list`.
    case running(SupervisedStart)
    /// Every live attempt has been named.
    case listed
    /// Nothing more will come. The supervisor may live on, having a newer connection.
    case disconnected
}

/// Collects what has arrived and takes whole frames from it.
struct ReportDecoder {
    private var pending: [UInt8] = []

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        pending.append(contentsOf: bytes)
    }

    /// All reports that are complete; the rest is kept.
    ///
    /// - Throws: `SupervisorFailure` when the bytes are none of a supervisor of this version.
    mutating func takeAll() throws(SupervisorFailure) -> [SupervisorReport] {
        var reports: [SupervisorReport] = []
        var offset = 0
        let headerSize = MemoryLayout<baton_frame>.size
        while pending.count - offset >= headerSize {
            let frame = pending.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: baton_frame.self) }
            guard frame.length <= MemoryLayout<baton_ended>.size else {
                throw SupervisorFailure("expected a report from the supervisor, found a frame of \(frame.length) bytes")
            }
            let end = offset + headerSize + Int(frame.length)
            guard end <= pending.count else { break }
            reports.append(try Self.report(kind: Int(frame.kind), payload: pending[(offset + headerSize)..<end]))
            offset = end
        }
        pending.removeFirst(offset)
        return reports
    }

    private static func report(kind: Int, payload: ArraySlice<UInt8>) throws(SupervisorFailure) -> SupervisorReport {
        switch kind {
        case BATON_REPORT_HELLO:
            let hello = try load(baton_hello.self, from: payload)
            guard hello.protocol == BATON_PROTOCOL, let meter = MeterLevel(rawValue: UInt8(clamping: hello.meter))
            else {
                throw SupervisorFailure(
                    "the supervisor \(hello.supervisor_pid) speaks protocol \(hello.protocol), this baton "
                        + "\(BATON_PROTOCOL): let the version that started the run finish or cancel it")
            }
            return .hello(processID: hello.supervisor_pid, meter: meter)
        case BATON_REPORT_STARTED:
            return .started(SupervisedStart(try load(baton_started.self, from: payload)))
        case BATON_REPORT_RUNNING:
            return .running(SupervisedStart(try load(baton_started.self, from: payload)))
        case BATON_REPORT_ENDED:
            let raw = try load(baton_ended.self, from: payload)
            guard let exit = SupervisedExit(raw) else {
                throw SupervisorFailure("expected the end of attempt \(raw.key), found figures that make no sense")
            }
            return .ended(key: raw.key, exit)
        case BATON_REPORT_USAGE:
            let raw = try load(baton_usage.self, from: payload)
            return .usage(key: raw.key, SupervisedUsage(raw))
        case BATON_REPORT_LISTED:
            return .listed
        default:
            throw SupervisorFailure("expected a report from the supervisor, found a frame of kind \(kind)")
        }
    }

    private static func load<Raw: BitwiseCopyable>(
        _ type: Raw.Type, from payload: ArraySlice<UInt8>
    ) throws(SupervisorFailure) -> Raw {
        guard payload.count == MemoryLayout<Raw>.size else {
            throw SupervisorFailure(
                "expected \(MemoryLayout<Raw>.size) bytes of \(Raw.self) from the supervisor, found \(payload.count)")
        }
        return payload.withUnsafeBytes { $0.loadUnaligned(as: Raw.self) }
    }
}
