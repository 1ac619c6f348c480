import BatonSimulator
import Testing

@Suite("The front of time against cost")
struct ParetoFrontTests {
    @Test("what is neither faster nor cheaper than another is left out, and the knee is where the front bends")
    func front() {
        let front = ParetoFront([
            (time: 100, cost: 1), (time: 40, cost: 1.2), (time: 60, cost: 1.1), (time: 35, cost: 3),
            (time: 35, cost: 2.5),
            (time: 50, cost: 2), (time: 40, cost: 1.3),
        ])
        #expect(front.places == [0, 2, 1, 4])
        #expect(front.knee == 1)
    }

    @Test("a straight front has no knee, and neither has one of two points")
    func straight() {
        #expect(ParetoFront([(3, 1), (2, 2), (1, 3)]).knee == nil)
        #expect(ParetoFront([(3, 1), (1, 3)]).knee == nil)
        #expect(ParetoFront([(1, 1), (1, 1)]).places == [0])
        #expect(ParetoFront([]).places.isEmpty)
    }
}
