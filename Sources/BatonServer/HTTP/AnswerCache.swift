import BatonStore
import HTTPTypes
import NIOCore
import Synchronization

/// Answers made of nothing but the record, kept until anything in it changes.
///
/// A page that is looked at asks for the same every few seconds, and so does everybody who looks at it.
final class AnswerCache: Sendable {
    private struct Contents {
        /// Of the record when these were made.
        var version: Int64?
        var answers: [String: Answer] = [:]
        var bytes = 0
    }

    /// An answer with its tag, ready to be sent.
    struct Answer: Sendable {
        var headers: HTTPFields
        var body: ByteBuffer
    }

    private let stores: StorePool
    private let contents = Mutex(Contents())
    private static let bytesMax = 16 << 20
    /// A longer one would push out many others.
    private static let answerBytesMax = 1 << 20

    init(stores: StorePool) {
        self.stores = stores
    }

    /// The number of the record as it stands now, to be asked for before an answer is made; nil where it can't be told.
    func version() -> Int64? { try? stores.version() }

    /// - Parameter request: path and query.
    func answer(to request: String, at version: Int64) -> Answer? {
        contents.withLock { $0.version == version ? $0.answers[request] : nil }
    }

    /// - Parameter version: asked for before the answer was made: what changed meanwhile makes it old at once.
    func keep(_ answer: Answer, to request: String, at version: Int64) {
        let size = answer.body.readableBytes + 2 * request.utf8.count + 512
        guard size <= Self.answerBytesMax else { return }
        contents.withLock { contents in
            // Only a version that is still the newest known may begin anew.
            if contents.version != version || contents.bytes + size > Self.bytesMax {
                contents = Contents(version: version)
            }
            guard contents.answers.updateValue(answer, forKey: request) == nil else { return }
            contents.bytes += size
        }
    }
}
