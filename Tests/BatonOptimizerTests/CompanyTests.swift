import BatonOptimizer
import Testing

@Suite("What ran beside an attempt") struct CompanyTests {
    @Test("others are counted by sort, each for as long as it was there")
    func means() {
        let spans = [
            Company.Span(task: "align1", start: 0, end: 10), .init(task: "align2", start: 5, end: 15),
            .init(task: "sort", start: 0, end: 20), .init(task: "align3", start: 10, end: 20),
        ]
        let companies = Company.all(in: spans)
        #expect(companies[0] == Company(siblings: 0.5, others: 1, isFirst: true))
        #expect(companies[1] == Company(siblings: 1, others: 1, isFirst: true), "one after the other is one at once")
        #expect(companies[2] == Company(siblings: 0, others: 1.5, isFirst: true))
        #expect(companies[3] == Company(siblings: 0.5, others: 1, isFirst: false), "one of its sort has ended")
    }

    @Test("an attempt that took no time saw what was there")
    func instants() {
        let spans = [Company.Span(task: "a1", start: 5, end: 5), .init(task: "a2", start: 0, end: 10)]
        #expect(Company.all(in: spans)[0] == Company(siblings: 1, isFirst: true))
        #expect(Company.all(in: []) == [])
    }
}
