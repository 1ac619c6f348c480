import ArgumentParser
import BatonCore
import BatonPrediction
import BatonRuntime
import BatonStore
import Glibc

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Show the kept models of what tasks take, fit another, or go back to one.",
        discussion: """
            A model is fitted to all that was measured, beside a run or after a short one, when it is a day old or a fifth \
            of what there is came after it. The new one is used unless it was worse on attempts that neither had seen. Nothing has to be done \
            by hand.
            """,
        subcommands: [
            ModelListCommand.self, ModelShowCommand.self, ModelFitCommand.self, ModelRollbackCommand.self,
        ])
}

struct ModelListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the kept models, the newest first.")

    @OptionGroup var state: StateOptions

    func run() throws {
        let data = state.dataDirectory
        let models = data.hasDatabase ? try data.store().models(of: TaskModel.kind) : []
        let view = ModelList(models: models, now: LiveClock().now)
        if state.json {
            JSONPrinter.print(view.json)
        } else if models.isEmpty {
            Output.messages("No model is kept yet. Runs fit one by themselves; 'baton model fit' does so now.")
        } else {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
    }
}

struct ModelShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what a model was fitted to, how good it was, and why it is used or not.",
        discussion: "Without an id: the one in use.")

    @Argument(help: "The model's id.", completion: .custom(ModelName.candidates))
    var id: Int64?

    @OptionGroup var state: StateOptions

    func run() throws {
        let store = try state.existingStore()
        let model = try ModelName.find(id, in: store)
        let size = try store.bytes(ofModel: model.id).count
        let view = ModelDetail(model: model, sizeBytes: size, now: LiveClock().now)
        if state.json {
            JSONPrinter.print(view.json)
        } else {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
    }
}

struct ModelFitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit", abstract: "Fit a model now to all that was measured, and use it unless it is worse.")

    @Flag(name: .long, help: "Only if none is in use or the newest is a day old, and only with idle processor time.")
    var ifDue = false

    @OptionGroup var state: StateOptions

    func run() throws {
        let store = try state.existingStore()
        let lock = ifDue ? DetachedFit(data: state.dataDirectory).lock() : nil
        if ifDue {
            guard lock != nil, try TaskModel(store: store).isOverdue(at: LiveClock().now) else {
                return Output.messages("No fit is due, or another process is at it.")
            }
            LowestPriority.takeOn()
        }
        try withExtendedLifetime(lock) { try fit(store) }
    }

    private func fit(_ store: any Store) throws {
        let model = TaskModel(store: store)
        guard let candidate = try model.fit(at: LiveClock().now) else {
            throw CommandFailure(
                "fewer than \(TaskModel.leastAttempts) attempts have succeeded so far, which is too little to fit a model to",
                exit: .usage)
        }
        let kept = try model.keep(candidate)
        let size = try store.bytes(ofModel: kept.id).count
        let view = ModelDetail(model: kept, sizeBytes: size, now: LiveClock().now)
        if state.json {
            JSONPrinter.print(view.json)
        } else {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
    }
}

struct ModelRollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Go back to an earlier model.",
        discussion: "Without an id: to the one that was used before. Later runs fit new ones all the same.")

    @Argument(help: "The model's id.", completion: .custom(ModelName.candidates))
    var id: Int64?

    @OptionGroup var state: StateOptions

    func run() throws {
        let store = try state.existingStore()
        let current = try store.currentModel(of: TaskModel.kind)
        let wanted: ModelSummary
        if let id {
            wanted = try ModelName.find(id, in: store)
        } else {
            let earlier = try store.models(of: TaskModel.kind).first {
                $0.state == .previous && $0.id < current?.id ?? .max
            }
            guard let earlier else { throw CommandFailure("there is no earlier model to go back to", exit: .usage) }
            wanted = earlier
        }
        guard wanted.id != current?.id else {
            throw CommandFailure("model \(wanted.id) is the one in use already", exit: .usage)
        }
        guard wanted.version == Predictor.version else {
            throw CommandFailure(
                "model \(wanted.id) is of the version \(wanted.version), and this Baton predicts with \(Predictor.version)",
                exit: .usage)
        }
        try store.setModel(wanted.id, to: .current, because: "chosen by hand")
        if let current { try store.setModel(current.id, to: .rolledBack, because: "by hand, to model \(wanted.id)") }
        try store.flush()
        if state.json {
            JSONPrinter.print(ModelDetail.json(try ModelName.find(wanted.id, in: store)))
        } else {
            Output.messages("Model \(wanted.id) is in use.")
        }
    }
}

/// Which model is meant.
enum ModelName {
    /// - Parameter id: nil: the one in use.
    static func find(_ id: Int64?, in store: any Store) throws -> ModelSummary {
        let models = try store.models(of: TaskModel.kind)
        guard let id else {
            if let current = models.first(where: { $0.state == .current }) { return current }
            throw CommandFailure(
                "no model is in use yet. Runs fit one by themselves; 'baton model fit' does so now", exit: .usage
            )
        }
        if let model = models.first(where: { $0.id == id }) { return model }
        let known =
            models.isEmpty ? "None is kept yet" : "Kept are \(Sentence.list(models.map { "\($0.id)" }, limit: 12))"
        throw CommandFailure("there is no model \(id). \(known)", exit: .usage)
    }

    static func candidates(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        let directory = DataDirectory(option: nil)
        guard directory.hasDatabase, let models = try? directory.store().models(of: TaskModel.kind) else { return [] }
        return models.map { "\($0.id)" }
    }
}
