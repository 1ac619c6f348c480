import BatonCore
import BatonFormats
public import BatonRuntime
import Glibc
public import Logging

/// A line of JSON on standard error for each message: whatever is logged, it can't break a line or pretend to be another.
public struct JSONLogHandler: LogHandler {
    public var logLevel = Logger.Level.info
    public var metadata = Logger.Metadata()
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let clock: LiveClock
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameter write: takes a line with its end; nil: to standard error.
    public init(label: String, clock: LiveClock, write: (@Sendable ([UInt8]) -> Void)? = nil) {
        self.label = label
        self.clock = clock
        self.write = write ?? Self.writeToStandardError
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var entries: [Value.Entry] = []
        entries.reserveCapacity(16)
        entries += [
            Value.Entry(key: "time", value: .time(clock.now)),
            Value.Entry(key: "level", value: .string(event.level.rawValue)),
            Value.Entry(key: "logger", value: .string(label)),
            Value.Entry(key: "message", value: .string("\(event.message)")),
        ]
        var all = metadata
        for (key, value) in event.metadata ?? [:] { all[key] = value }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            entries.append(Value.Entry(key: key, value: Self.json(value)))
        }
        var line = Value.map(entries).jsonBytes
        line.append(0x0A)
        write(line)
    }

    private static func json(_ value: Logger.Metadata.Value) -> Value {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let number as Int): .number(number)
        case .stringConvertible(let number as Double): .figure(number)
        case .stringConvertible(let value): .string(value.description)
        case .array(let values): .list(values.map(json))
        case .dictionary(let values):
            .map(values.sorted { $0.key < $1.key }.map { Value.Entry(key: $0.key, value: json($0.value)) })
        }
    }

    /// In one call, so that lines of several threads do not mix.
    private static func writeToStandardError(_ line: [UInt8]) {
        _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
