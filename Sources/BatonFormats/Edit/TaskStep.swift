internal import BatonCore

/// One change of one task's text.
enum TaskStep {
    case action(Workflow.Task.Action)
    case list(TaskKey, [String])
    case retries(from: RetryRule, to: RetryRule)
    /// With all amounts that change: where there is no map to hold one of them, all come with it.
    case amount(SourceValue.Entry, among: [SourceValue.Entry])
    case removeAmount(String)
    case addSlot(SourceValue.Entry)
    case removeSlots(String)
    case batch(Int)
    case set(TaskKey, SourceValue)
    case remove(TaskKey)

    /// What leads from one task to the other, as far as edits can.
    static func steps(from old: Workflow.Task, to new: Workflow.Task) -> [TaskStep] {
        var steps: [TaskStep] = []
        if old.action != new.action { steps.append(.action(new.action)) }
        for (key, texts) in [(TaskKey.needs, \Workflow.Task.needs), (.inputs, \.inputs), (.outputs, \.outputs)]
        where old[keyPath: texts] != new[keyPath: texts] {
            steps.append(.list(key, new[keyPath: texts].map(\.source)))
        }
        if let batch = new.fanOut?.batch, batch != old.fanOut?.batch { steps.append(.batch(batch)) }
        if old.retry != new.retry { steps.append(.retries(from: old.retry, to: new.retry)) }
        steps += self.steps(from: old.request, to: new.request)
        if old.request.workerKinds != new.request.workerKinds {
            steps.append(new.request.workerKinds.map { .set(.runsOn, TaskText.workerKinds($0)) } ?? .remove(.runsOn))
        }
        if old.priority != new.priority { steps.append(.set(.priority, .plain(String(new.priority)))) }
        if old.isCached != new.isCached { steps.append(.set(.cache, .plain(String(new.isCached)))) }
        for (key, duration) in [
            (TaskKey.timeout, \Workflow.Task.timeout), (.speculate, \.speculation), (.deadline, \.deadline),
            (.duration, \.expectedDuration),
        ] where old[keyPath: duration] != new[keyPath: duration] {
            steps.append(new[keyPath: duration].map { .set(key, .plain(AmountText.duration($0))) } ?? .remove(key))
        }
        return steps
    }

    private static func steps(
        from old: Workflow.ResourceRequest, to new: Workflow.ResourceRequest
    ) -> [TaskStep] {
        let (before, after) = (TaskText.amounts(old), TaskText.amounts(new))
        let changed = after.filter { !before.contains($0) }
        let gone = before.filter { entry in !after.contains { $0.key == entry.key } }
        var steps: [TaskStep] = changed.map { .amount($0, among: changed) }
        steps += gone.map { .removeAmount($0.key) }
        for slot in new.slots where !old.slots.contains(where: { $0.limit == slot.limit }) {
            steps.append(.addSlot(.init(key: slot.limit, value: .plain(String(slot.units)))))
        }
        for slot in old.slots where !new.slots.contains(where: { $0.limit == slot.limit }) {
            steps.append(.removeSlots(slot.limit))
        }
        return steps
    }
}

extension SourceEditor {
    /// - Parameter path: of the task.
    mutating func take(_ step: TaskStep, _ path: [String]) throws(WorkflowEditProblem) {
        let resources = path + [TaskKey.resources.rawValue]
        switch step {
        case .action(let action): try setAction(path, to: action)
        case .list(let key, let texts): try setList(path + [key.rawValue], to: texts)
        case .retries(let old, let new): try setRetries(path + [TaskKey.retries.rawValue], from: old, to: new)
        case .amount(let entry, let changed): try setAmount(entry, among: changed, resources)
        case .removeAmount(let key): try removeOwn(resources + [key])
        case .addSlot(let slot): try addSlot(slot, resources)
        case .removeSlots(let limit): try removeSlots(of: limit, path)
        case .batch(let size):
            try settle(path)
            let key = node(at: path + [TaskKey.matrix.rawValue]) == nil ? TaskKey.foreach : .matrix
            try set(path + [key.rawValue, FanOutKey.batch.rawValue], to: .plain(String(size)))
        case .set(let key, let value): try set(path + [key.rawValue], to: value)
        case .remove(let key): try removeOwn(path + [key.rawValue])
        }
    }

    /// A key that is not there comes from elsewhere, and stays.
    private mutating func removeOwn(_ path: [String]) throws(WorkflowEditProblem) {
        try settle(path)
        if node(at: path) != nil { try remove(path, keeping: 2) }
    }

    private mutating func setAction(_ path: [String], to action: Workflow.Task.Action) throws(WorkflowEditProblem) {
        let (key, value) = TaskText.action(action)
        try set(path + [key.rawValue], to: value)
        for other in [TaskKey.run, .command] where other != key { try removeOwn(path + [other.rawValue]) }
    }

    /// - Parameter path: of the task's `retries`.
    private mutating func setRetries(
        _ path: [String], from old: RetryRule, to new: RetryRule
    ) throws(WorkflowEditProblem) {
        try settle(path)
        guard node(at: path)?.entries != nil else { return try set(path, to: TaskText.retries(new)) }
        if old.limit != new.limit { try set(path + [RetriesKey.max.rawValue], to: .plain(String(new.limit))) }
        for (key, wait) in [(RetriesKey.backoff, \RetryRule.backoff), (.maxBackoff, \.backoffLimit)]
        where old[keyPath: wait] != new[keyPath: wait] {
            try set(path + [key.rawValue], to: .plain(AmountText.duration(new[keyPath: wait])))
        }
        guard old.triggers != new.triggers else { return }
        let on = path + [RetriesKey.on.rawValue]
        if let triggers = new.triggers { try set(on, to: TaskText.triggers(triggers)) } else { try removeOwn(on) }
    }

    private mutating func setAmount(
        _ entry: SourceValue.Entry, among changed: [SourceValue.Entry], _ resources: [String]
    ) throws(WorkflowEditProblem) {
        try settle(resources)
        guard let node = node(at: resources) else { return try set(resources, to: .map(changed)) }
        if scalarText(of: node) == ResourcesKey.auto.rawValue {
            try set(resources, to: .map([.init(ResourcesKey.auto, .plain("true"))] + changed))
        } else {
            try set(resources + [entry.key], to: entry.value)
        }
    }

    private mutating func addSlot(
        _ slot: SourceValue.Entry, _ resources: [String]
    ) throws(WorkflowEditProblem) {
        try settle(resources)
        let slots = resources + [ResourcesKey.slots.rawValue]
        if node(at: slots) != nil { return try set(slots + [slot.key], to: slot.value) }
        let first = SourceValue.Entry(ResourcesKey.slots, .map([slot]))
        try setAmount(first, among: [first], resources)
    }
}
