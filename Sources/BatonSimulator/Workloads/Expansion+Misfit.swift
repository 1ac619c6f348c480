public import BatonCore

extension Expansion {
    /// The first task that none of these machines can hold or is of a kind for, by what was declared for it.
    public func misfit(on machines: [Machine]) -> TaskInstance? {
        instances.first { instance in
            let request = instance.request
            let declared = Resources(
                milliCPU: request.milliCPU ?? 0, memoryBytes: request.memoryBytes ?? 0, gpus: request.gpus ?? 0,
                diskBytes: request.diskBytes ?? 0)
            return instance.kind == .command
                && !machines.contains { declared.fits(in: $0.capacity) && request.allows($0.kind) }
        }
    }
}
