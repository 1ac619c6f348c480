import CBatonSystem
import Foundation
import Glibc
import Testing

@testable import BatonRuntime

@Suite("What is no frame harms nobody")
struct SupervisorFrameTests {
    @Test(
        "garbage ends the connection, not the supervisor or its tasks",
        arguments: [
            Array("GET / HTTP/1.1\r\n\r\n".utf8),
            [0, 0, 0, 0, 99, 0, 0, 0],
            // A start that claims four thousand million arguments, and one that stops in the middle of a string.
            frame(
                BATON_ORDER_START,
                baton_start(
                    key: 7, memory_limit: 0, milli_cpu: 0, oom_score_adj: 0, arguments: .max, environment: .max,
                    tracer: .max, reserved: 0)),
            frame(
                BATON_ORDER_START,
                baton_start(
                    key: 7, memory_limit: 0, milli_cpu: 0, oom_score_adj: 0, arguments: 1, environment: 0, tracer: 0,
                    reserved: 0),
                [0, 0, 0, 65]),
            frame(BATON_ORDER_STOP, UInt8(1)),
        ])
    func garbageOrder(bytes: [UInt8]) throws {
        let world = try SupervisorWorld()
        world.makePipe("gate")
        world.start(1, shell: "read line < gate; exit 3")
        #expect(send(world.client.fileDescriptor, bytes, bytes.count, 0) == bytes.count)
        _ = try world.next { $0 == .disconnected }
        #expect(try world.reconnect())
        world.open("gate")
        #expect(try world.end(of: 1).cause == .exited(code: 3))
    }

    @Test("a report is understood in any number of pieces")
    func pieces() throws {
        let bytes =
            frame(BATON_REPORT_LISTED, [UInt8]())
            + frame(
                BATON_REPORT_USAGE,
                baton_usage(
                    key: 5, current_bytes: 6, cpu_microseconds: 7, peak_bytes: 8))
        var decoder = ReportDecoder()
        var reports: [SupervisorReport] = []
        for byte in bytes {
            withUnsafeBytes(of: byte) { decoder.append($0) }
            reports += try decoder.takeAll()
        }
        let usage = SupervisedUsage(currentMemoryBytes: 6, peakMemoryBytes: 8, cpu: .microseconds(7))
        #expect(reports == [.listed, .usage(key: 5, usage)])
    }

    @Test(
        "a report that is none is an error",
        arguments: [
            frame(99, [UInt8]()),
            frame(BATON_REPORT_ENDED, UInt64(1)),
            frame(BATON_REPORT_USAGE, [UInt8](repeating: 0, count: 500)),
            frame(BATON_REPORT_HELLO, baton_hello(protocol: 77, supervisor_pid: 1, meter: 0, reserved: 0)),
            [0xff, 0xff, 0xff, 0xff, 3, 0, 0, 0],
        ])
    func garbageReport(bytes: [UInt8]) {
        var decoder = ReportDecoder()
        bytes.withUnsafeBytes { decoder.append($0) }
        #expect(throws: SupervisorFailure.self) { try decoder.takeAll() }
    }

    @Test("random bytes never crash the decoder", arguments: 1...50)
    func randomBytes(seed: Int) {
        var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15
        let bytes = (0..<400).map { index -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Plausible headers now and then, so that payloads are reached.
            return index % 4 == 0
                ? UInt8(state >> 60) * 16 : index % 4 == 3 ? 0 : UInt8(truncatingIfNeeded: state >> 40) & 7
        }
        var decoder = ReportDecoder()
        bytes.withUnsafeBytes { decoder.append($0) }
        _ = try? decoder.takeAll()
    }
}

private func frame<Payload: BitwiseCopyable>(_ kind: Int, _ payload: Payload, _ strings: [UInt8] = []) -> [UInt8] {
    let bytes = withUnsafeBytes(of: payload) { Array($0) } + strings
    return frame(kind, bytes)
}

private func frame(_ kind: Int, _ payload: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: baton_frame(length: UInt32(payload.count), kind: UInt32(kind))) { Array($0) } + payload
}
