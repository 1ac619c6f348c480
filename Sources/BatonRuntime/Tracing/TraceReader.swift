/// Reads what `strace -f` writes, line by line, and joins calls that others interrupted.
struct TraceReader {
    enum Item: Hashable {
        case call(TracedCall)
        /// A call that has begun and ends later; what stands before its end.
        case begun(process: Int32, String)
        case ended(process: Int32)
    }

    private var unfinished: [Int32: [UInt8]] = [:]

    /// - Returns: nil for what is no call: signals, the end of a call whose beginning was never seen, damage.
    mutating func read(_ line: ArraySlice<UInt8>) -> Item? {
        var rest = line
        var process: Int32 = 0
        while let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            process = process &* 10 &+ Int32(byte - UInt8(ascii: "0"))
            rest = rest.dropFirst()
        }
        guard rest.startIndex > line.startIndex else { return nil }
        rest = rest.drop { $0 == UInt8(ascii: " ") }
        switch rest.first {
        case UInt8(ascii: "+"):
            unfinished[process] = nil
            return .ended(process: process)
        case UInt8(ascii: "-"), nil: return nil
        case UInt8(ascii: "<"):
            guard let beginning = unfinished.removeValue(forKey: process),
                let end = rest.firstIndex(of: UInt8(ascii: ">"))
            else { return nil }
            return TracedCall(process: process, beginning[...] + rest[(end + 1)...]).map(Item.call)
        default:
            if rest.suffix(Self.mark.count).elementsEqual(Self.mark) {
                let beginning = Array(rest.dropLast(Self.mark.count))
                unfinished[process] = beginning
                return .begun(process: process, String(decoding: beginning, as: UTF8.self))
            }
            return TracedCall(process: process, rest).map(Item.call)
        }
    }

    private static let mark = Array(" <unfinished ...>".utf8)
}
