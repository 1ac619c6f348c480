import BatonCore
import BatonFormats
import BatonSimulator

/// What is worth its cost, for people and for programs.
struct FrontView: TextAndJSON {
    let front: CostFront
    let assumptions: [String]

    private var points: [(place: Int, point: CostFront.Point)] {
        front.front.places.map { ($0, front.points[$0]) }
    }

    func text(for terminal: Terminal) -> String {
        var columns: [Table.Column] = [.init(title: "WORKERS"), .init(title: "TIME", isNumeric: true)]
        if front.isUncertain { columns.append(.init(title: "TIME P90", isNumeric: true)) }
        columns.append(.init(title: front.isPriced ? "COST" : "CORE-H", isNumeric: true))
        if front.isUncertain { columns.append(.init(title: "P90", isNumeric: true)) }
        columns.append(.init(title: ""))
        var table = Table(columns)
        for (place, point) in points {
            let isKnee = place == front.front.knee
            var row = [
                StyledLine(point.name, isKnee ? .strong : .plain),
                StyledLine(DurationText.format(point.makespan.p50), isKnee ? .strong : .plain),
            ]
            if front.isUncertain { row.append(StyledLine(DurationText.format(point.makespan.p90), .faint)) }
            row.append(StyledLine(cost(point.cost.p50), isKnee ? .strong : .plain))
            if front.isUncertain { row.append(StyledLine(cost(point.cost.p90), .faint)) }
            row.append(StyledLine(isKnee ? "knee" : "", .faint))
            table.append(row)
        }
        let parts = [headline, table.rendered(for: terminal), ([verdict] + notes).joined(separator: "\n")]
        return parts.joined(separator: "\n\n")
    }

    private var headline: String {
        let left = front.points.count - points.count
        var text =
            "\(front.workflow): \(Sentence.count(points.count, "way")) to run it \(points.count == 1 ? "is" : "are") "
        text += "worth the cost, of \(front.points.count) that were planned"
        if left > 0 {
            text += "; \(left == 1 ? "the other is" : "the others are") no faster than one that costs no more"
        }
        return text + "."
    }

    private var verdict: String {
        guard let knee = front.front.knee.map({ front.points[$0] }), let cheapest = points.first?.point else {
            return "There is no knee: no choice stands out."
        }
        let time = Figures.percent((1 - knee.makespan.p50.seconds / cheapest.makespan.p50.seconds) * 100)
        let ratio = cheapest.cost.p50 > 0 ? knee.cost.p50 / cheapest.cost.p50 : 1
        let cost = ratio < 1.005 ? "no more" : "\(Figures.percent((ratio - 1) * 100)) more"
        return "The knee, \(knee.name), takes \(time) less time than the cheapest and costs \(cost)."
    }

    private var notes: [String] {
        var notes = [
            front.isPriced
                ? "A worker costs its price from the beginning until the last of its tasks has ended."
                : "Cost is counted in core-hours: all cores, until the last task has ended. With --prices it is money."
        ]
        if front.unfitCount > 0 {
            let (count, verb) = (front.unfitCount, front.unfitCount == 1 ? "was" : "were")
            notes.append(
                "\(count) more \(verb) left out: some task fits on none of \(count == 1 ? "its" : "their") workers, or may run on "
                    + "none.")
        }
        if front.isUncertain {
            notes.append(
                "Medians over \(PlanFutures.count) futures, the same for all; in nine of ten it is at most P90.")
        }
        return notes + assumptions
    }

    private func cost(_ value: Double) -> String {
        front.isPriced ? Figures.decimals(value, value < 10 ? 3 : 2) : Figures.number(value)
    }

    var json: Value {
        .object([
            "workflow": .string(front.workflow), "cost_unit": .string(front.isPriced ? "price" : "core_hours"),
            "planned": .number(front.points.count), "left_out": .number(front.unfitCount),
            "futures": .number(front.isUncertain ? PlanFutures.count : 0),
            "front": .list(
                points.map { place, point in
                    .object([
                        "workers": .string(point.name),
                        "machines": .list(
                            point.kinds.map { kind in
                                .object([
                                    "kind": .string(kind.machine.kind), "count": .number(kind.count),
                                    "capacity": .resources(kind.machine.capacity),
                                ])
                            }),
                        "makespan_p50_seconds": .seconds(point.makespan.p50),
                        "makespan_p90_seconds": .seconds(point.makespan.p90),
                        "cost_p50": .number((point.cost.p50 * 1e6).rounded() / 1e6),
                        "cost_p90": .number((point.cost.p90 * 1e6).rounded() / 1e6),
                        "knee": .boolean(place == front.front.knee),
                    ])
                }),
            "assumptions": .strings(assumptions),
        ])
    }
}

extension CostFront.Point {
    /// Machines by kind, in their order.
    var kinds: [(machine: Machine, count: Int)] {
        var kinds: [(machine: Machine, count: Int)] = []
        for machine in machines {
            if let last = kinds.last, last.machine == machine {
                kinds[kinds.count - 1].count += 1
            } else {
                kinds.append((machine, 1))
            }
        }
        return kinds
    }
}
