import BatonCore
import Foundation
import Testing

@testable import BatonStore

@Suite("The JSON writer")
struct JSONWriterTests {
    private struct Sample: Codable, Equatable {
        var text = "a\"b\\c\n\u{1f}é😀"
        var numbers: [Double] = [0, -1.5, 1e300, 0.1]
        var small = Int8.min
        var large = UInt64.max
        var missing: String?
        var list: [[Int]?] = [[], [1, 2], nil]
        var map = ["only": Nested.both("x", count: 3)]
        var choice = [Nested.none, .some(nil), .some(true)]
        var nothing = Empty()

        struct Empty: Codable, Equatable {}
        enum Nested: Codable, Equatable { case none, some(Bool?), both(String, count: Int) }
    }

    @Test("writes what a decoder reads back")
    func roundTrip() throws {
        let bytes = try JSONWriter.bytes(of: Sample())
        #expect(try JSONDecoder().decode(Sample.self, from: Data(bytes)) == Sample())
    }

    @Test("a decision from before plans were explained is still read, and one with a plan comes back whole")
    func decisions() throws {
        let old = #"{"decided":{"_0":{"number":3,"policy":"fifo","placements":[]}}}"#
        let event = Event.decided(Decision(number: 3, policy: "fifo", placements: []))
        #expect(try JSONDecoder().decode(Event.self, from: Data(old.utf8)) == event)
        #expect(String(decoding: try JSONWriter.bytes(of: event), as: UTF8.self) == old)
        let rationale = Rationale(
            chosen: Proposal(by: "search", makespan: .seconds(9)),
            alternatives: [Proposal(by: "longest path first", makespan: .seconds(11))], considered: 7, isOptimal: false)
        for plan in [FollowedPlan.new(rationale), .same] {
            let event = Event.decided(Decision(number: 4, policy: "intelligent", placements: [], plan: plan))
            let bytes = try JSONWriter.bytes(of: event)
            #expect(try JSONDecoder().decode(Event.self, from: Data(bytes)) == event)
        }
    }

    @Test("writes keys in the order encoded, without spaces")
    func compact() throws {
        let bytes = try JSONWriter.bytes(of: OutputFile(path: "a", sizeBytes: -3, hash: "h"))
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"path":"a","size_bytes":-3,"hash":"h"}"#)
    }

    @Test("refuses numbers that JSON does not have")
    func infinite() {
        #expect(throws: EncodingError.self) { try JSONWriter.bytes(of: [Double.infinity]) }
    }
}
