internal import CBatonSystem
internal import Foundation

/// What is on file of one attempt.
public enum AttemptRecord: Hashable, Sendable {
    /// Started. If no supervisor lives, it is lost: whether it would have succeeded cannot be known.
    case started(SupervisedStart)
    case ended(SupervisedExit)
}

/// Reads what a run's supervisors, living or dead, have put on file. An attempt that is absent never ran.
public enum AttemptJournal {
    /// The latest record of each key. A torn tail is passed over, and so is a record that was damaged.
    ///
    /// With a living supervisor, read this after its `listed`: whatever is neither running nor here will be reported.
    ///
    /// - Throws: when there is a journal but it cannot be read.
    public static func read(directory: String) throws -> [UInt64: AttemptRecord] {
        let url = URL(filePath: directory, directoryHint: .isDirectory).appending(path: BATON_ATTEMPT_JOURNAL)
        guard FileManager.default.fileExists(atPath: url.path) else { return [:] }
        return decode(try Data(contentsOf: url))
    }

    static func decode(_ data: Data) -> [UInt64: AttemptRecord] {
        var known: [UInt64: AttemptRecord] = [:]
        let size = MemoryLayout<baton_journal_record>.size
        data.withUnsafeBytes { bytes in
            for offset in stride(from: 0, through: bytes.count - size, by: size) {
                var record = bytes.loadUnaligned(fromByteOffset: offset, as: baton_journal_record.self)
                guard record.magic == BATON_JOURNAL_MAGIC, record.checksum == baton_journal_checksum(&record) else {
                    continue
                }
                let payload = offset + MemoryLayout<baton_journal_record>.offset(of: \.payload)!
                switch Int(record.kind) {
                case BATON_JOURNAL_STARTED:
                    let raw = bytes.loadUnaligned(fromByteOffset: payload, as: baton_started.self)
                    known[raw.key] = .started(SupervisedStart(raw))
                case BATON_JOURNAL_ENDED:
                    let raw = bytes.loadUnaligned(fromByteOffset: payload, as: baton_ended.self)
                    if let exit = SupervisedExit(raw) { known[raw.key] = .ended(exit) }
                default:
                    continue
                }
            }
        }
        return known
    }
}
