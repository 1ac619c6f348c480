import BatonRuntime
import BatonServer
import BatonSimulator
import BatonStore
import Logging
import Synchronization

/// Everything that can be said in a file or by a variable of the environment, for whatever no option says otherwise.
struct Settings: Sendable {
    var server = ServerConfiguration()
    /// 0: any number.
    var requestsPerMinute = 1_000
    /// Where runs are recorded; nil: in the user's own folder for such.
    var dataDirectory: String?
    var policy = PolicyName.standard
    var objective = Objective(.completion)
    var planBudget: Duration?
    var jobs: Int?
    var memory: MemorySize?
    var workerKind: String?
    var queueSize = 10_000
    /// At which age the model of tasks is fitted anew.
    var modelAge = TaskModel.oldestAge
    var retention = Retention()
    var logLevel = Logger.Level.info

    private static let taken = Mutex(Settings())

    /// Those of this process: the built-in ones until `use` was called.
    static var current: Settings { taken.withLock { $0 } }

    /// Makes them those of this process; before any command is parsed, for options take their defaults from here.
    func use() {
        Self.taken.withLock { $0 = self }
    }
}
