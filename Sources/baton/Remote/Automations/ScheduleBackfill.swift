import ArgumentParser
import BatonCore
import BatonFormats

struct ScheduleBackfill: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill", abstract: "Run a schedule for the times of the past that it did not run for.",
        discussion: "Its tasks have a low priority: what is due now goes first.")

    @Argument(help: "The schedule's name.")
    var name: String

    @Option(help: ArgumentHelp("The first time, such as 2027-01-01T00:00:00Z.", valueName: "time"))
    var from: String

    @Option(help: ArgumentHelp("The last time.", valueName: "time"))
    var to: String

    @Option(help: ArgumentHelp("How many of its runs go on at once.", valueName: "count"))
    var maxActiveRuns = 1

    @OptionGroup var served: ServedOptions

    func run() throws {
        let body = Value.object([
            "from": .string(from), "to": .string(to), "max_active_runs": .number(maxActiveRuns),
        ])
        let client = try served.client()
        let answer = try client.post("\(Schedules.path(name))/backfills", body)
        let (id, count) = (answer.text("backfill"), answer.integer("times") ?? 0)
        served.show(
            answer,
            "Backfill \(id) of schedule \(name) has \(Sentence.count(count, "time")). To stop it: "
                + "baton schedules cancel-backfill \(name) \(id)\(client.commandOptions)")
    }
}

struct ScheduleBackfillCancel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel-backfill", abstract: "Skip what a backfill has not started yet.")

    @Argument(help: "The schedule's name.")
    var name: String

    @Argument(help: "The backfill's id.")
    var backfill: String

    @OptionGroup var served: ServedOptions

    func run() throws {
        let answer = try served.client().delete("\(Schedules.path(name))/backfills/\(backfill.percentEncoded)")
        served.show(answer, "Cancelled backfill \(backfill) of schedule \(name).")
    }
}
