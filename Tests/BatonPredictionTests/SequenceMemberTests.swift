import Testing

@testable import BatonPrediction

@Suite("LSTM over attempts")
struct SequenceMemberTests {
    private func train(silent: Set<Member>) -> Predictor {
        var predictor = Predictor()
        predictor.silent = silent
        for attempt in 0..<46 {
            for task in ["a", "b"] {
                predictor.observe(
                    Measurement(durationSeconds: attempt % 2 == 0 ? 10 : 100),
                    of: TaskProfile(signature: task, tool: task))
            }
        }
        return predictor
    }

    @Test("it learns that every other attempt is long, which no other member does")
    func alternates() throws {
        let prediction = train(silent: []).predict(TaskProfile(signature: "a", tool: "a"), .duration)
        let lstm = try #require(prediction.members.first { $0.member == .lstm })
        #expect(abs(Logarithm.value(lstm.logarithm) / 10 - 1) < 0.25)
        for (member, logarithm) in prediction.members where member != .lstm {
            #expect(Logarithm.value(logarithm) > 13, "\(member) says that, too")
        }
    }

    @Test("it says nothing where nobody asks for it")
    func leftOut() {
        let prediction = train(silent: Member.unearned).predict(TaskProfile(signature: "a", tool: "a"), .duration)
        #expect(!prediction.members.contains { $0.member == .lstm })
    }
}
