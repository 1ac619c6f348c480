extension Measurement {
    /// One for each job that succeeded, as if it had been a trial of its own; what is told of all jobs together stays the
    /// same in each.
    public var byJob: [Measurement] {
        completionSeconds.map { seconds in
            Measurement(completionSeconds: [seconds]) { metric in
                metric == .meanCompletion ? seconds : self[metric]
            }
        }
    }
}
