import BatonCore
import BatonPlanner
import BatonRuntime
import BatonStore

/// The network that was trained here, as it is kept in the store beside the models of tasks.
enum KeptNetwork {
    static let kind = "network"

    /// The one in use; nil where the shipped one is.
    ///
    /// One that can't be read is said so, and is not used.
    static func current(in data: DataDirectory) -> SchedulingNetwork? {
        guard data.hasDatabase else { return nil }
        do {
            let store = try data.store()
            guard let summary = try store.currentModel(of: kind), summary.version == SchedulingNetwork.version else {
                return nil
            }
            return try SchedulingNetwork(bytes: try store.bytes(ofModel: summary.id))
        } catch {
            Output.messages("warning: the network that was trained here can't be used: \(error). The shipped one is.")
            return nil
        }
    }

    /// - Parameter refusal: why it is kept but not used; nil when it is used from now on.
    /// - Returns: its id.
    static func keep(_ network: SchedulingNetwork, refusal: String?, in store: any Store) throws(StoreError) -> Int64 {
        let summary = ModelSummary(
            kind: kind, version: SchedulingNetwork.version, fitted: LiveClock().now, data: ModelSummary.Source(),
            scores: [], state: refusal == nil ? .current : .rolledBack, reason: refusal)
        let id = try store.keep(summary, bytes: network.bytes)
        try store.flush()
        return id
    }

    /// - Throws: for a file that is missing or no network, with what to do.
    static func read(_ path: String) throws -> SchedulingNetwork {
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(path)
        } catch {
            throw CommandFailure("\(path) can't be read: \(error)", exit: .usage)
        }
        do throws(NetworkFault) {
            return try SchedulingNetwork(bytes: bytes)
        } catch {
            throw CommandFailure("\(path): \(error)", exit: .usage)
        }
    }
}
