public import BatonCore

/// A policy that plans ahead, which takes longer than to start what a plan says.
public protocol PlanningPolicy: Policy {
    /// So many since it was made.
    var plansMade: Int { get }
}
