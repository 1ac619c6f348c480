import Dispatch
import Glibc
import Synchronization

/// Whether somebody has asked for an early end: once with Ctrl-C or `kill`; the second time the process ends at once.
final class Interruption {
    private let flag = Flag()
    private var sources: [any DispatchSourceSignal] = []

    private final class Flag: Sendable {
        let isAsked = Atomic(false)
    }

    var isAskedFor: Bool { flag.isAsked.load(ordering: .relaxed) }

    /// From now on.
    func listen(_ announce: @escaping @Sendable () -> Void) {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [flag] in
                if flag.isAsked.exchange(true, ordering: .relaxed) { exit(ExitStatus.signal(number)) }
                announce()
            }
            source.resume()
            sources.append(source)
        }
    }
}
