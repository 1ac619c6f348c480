import BatonCore
import BatonFormats
import BatonRuntime

extension RouteTable {
    static let cluster: [Route] = [
        .get(
            "\(prefix)/workers", .cluster, "Where tasks run, and how much of it is granted.", answer: .json("Workers"),
            handle: { call in
                let load = call.core.control.load
                return .json(
                    .object([
                        "workers": .list([
                            .object([
                                "worker": .number(0), "name": .string("local"), "capacity": .resources(load.capacity),
                                "used": .resources(load.used), "running_tasks": .number(load.runningTasks),
                            ])
                        ]),
                        "waiting_tasks": .number(load.waitingTasks), "open_runs": .number(load.openRuns),
                    ]))
            }
        ).atOnce,
        .get(
            "\(prefix)/policies", .cluster, "What can decide which task starts next.", answer: .json("Any"),
            handle: { call in .json(try await call.core.answers.policies()) }),
        .get(
            "\(prefix)/models", .cluster, "What predicts, and how well.", answer: .json("Any"),
            handle: { call in .json(try await call.core.answers.models()) }),
    ]
}
