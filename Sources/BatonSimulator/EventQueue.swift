import BatonCore

/// What is going to happen, earliest first; at one instant in the order of being pushed.
struct EventQueue<Payload: Sendable>: Sendable {
    private var heap = TimeHeap()
    /// By the heap's numbers; those that were taken out are used again.
    private var payloads: [Payload?] = []
    private var vacant: [Int32] = []

    var nextAt: Instant? { heap.nextAt.map(Instant.init(nanoseconds:)) }
    var next: Payload? { heap.next.flatMap { payloads[Int($0)] } }

    mutating func push(_ payload: Payload, at: Instant) {
        let number = vacant.popLast() ?? Int32(payloads.count)
        if Int(number) == payloads.count { payloads.append(payload) } else { payloads[Int(number)] = payload }
        heap.push(number, at: at.nanoseconds)
    }

    mutating func pop() -> Payload? {
        guard heap.nextAt != nil else { return nil }
        let number = heap.pop()
        vacant.append(number)
        defer { payloads[Int(number)] = nil }
        return payloads[Int(number)]
    }
}
