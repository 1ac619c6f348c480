import BatonCore
import HeapModule

/// Ready tasks in one line for each run; which run comes next is decided anew after every placement.
struct RunQueue<Key: Comparable & Sendable>: Sendable {
    /// By index of the run in the engine; empty for runs that have nothing to start.
    private var lines: [ReadyLine<Key>] = []
    private var reader = ReadyReader()

    private struct Contender<Standing: Comparable>: Comparable {
        var standing: Standing
        /// Among equals the run that was submitted first.
        var run: Int

        static func < (left: Contender, right: Contender) -> Bool {
            left.standing != right.standing ? left.standing < right.standing : left.run < right.run
        }
    }

    /// Places what fits, each time the first task with room of the run with the smallest standing.
    ///
    /// - Parameters:
    ///   - standing: of a run that would hold so much; nil when it may not start more.
    /// - Complexity: O(r + p log r) for `r` open runs and `p` placements, besides what the lines take.
    mutating func place<Standing: Comparable>(
        _ observation: Observation, _ manner: ReadyLine<Key>.Manner, key: (ReadyTask) -> Key,
        standing: (RunView, _ held: Resources) -> Standing?
    ) -> [Placement] {
        refill(observation, key: key)
        var builder = PlacementBuilder(observation)
        var views: [RunView] = []
        var held: [Resources] = []
        var contenders = Heap<Contender<Standing>>()
        func contend(_ place: Int) {
            guard let standing = standing(views[place], held[place]) else { return }
            contenders.insert(Contender(standing: standing, run: place))
        }
        for run in observation.openRuns where Int(run) < lines.count && !lines[Int(run)].isEmpty {
            lines[Int(run)].open(observation)
            views.append(observation.run(at: Int(run)))
            held.append(views[views.count - 1].held)
            contend(views.count - 1)
        }
        placing: while let contender = contenders.popMin() {
            let run = views[contender.run].index
            switch lines[run].placeNext(observation, &builder, manner) {
            case .placed(_, let grant):
                held[contender.run] += grant
                contend(contender.run)
            case .exhausted:
                continue
            case .heldUp:
                break placing
            }
        }
        for view in views { lines[view.index].close() }
        return builder.placements
    }

    private mutating func refill(_ observation: Observation, key: (ReadyTask) -> Key) {
        reader.read(
            observation, restart: { lines = [] },
            each: { task, number in
                while lines.count <= task.run { lines.append(ReadyLine()) }
                lines[task.run].insert(task, number: number, key: key(task), observation)
            }
        )
    }
}
