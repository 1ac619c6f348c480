public import BatonCore

/// A policy in a comparison, and what it is told about tasks before they run.
public struct Contender: Sendable {
    /// As tables and JSON show it.
    public var name: String
    public var knowledge: Knowledge
    /// A fresh policy for each simulation, which may keep state.
    public var makePolicy: @Sendable () -> any Policy

    public init(
        name: String, knowledge: Knowledge = .estimates, makePolicy: @escaping @Sendable () -> any Policy
    ) {
        self.name = name
        self.knowledge = knowledge
        self.makePolicy = makePolicy
    }

    public enum Knowledge: String, Hashable, Sendable, CaseIterable {
        /// Only what workflows declare, as when nothing has run before.
        case declared
        /// The usual duration and peak memory of each task, off by the experiment's error.
        case estimates
        /// The same, and memory that workflows declare gives way to what it is estimated that they need.
        case sized
        /// The very duration that the first attempt will take, which nobody can know.
        case oracle
    }
}
