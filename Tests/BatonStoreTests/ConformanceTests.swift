import BatonStore
import BatonTesting
import Testing

@Suite("Every store")
struct ConformanceTests {
    @Test("in memory", arguments: StoreConformance.all)
    func memory(_ requirement: StoreConformance) throws {
        try requirement.check(MemoryStore())
    }

    @Test("in SQLite", arguments: StoreConformance.all)
    func sqlite(_ requirement: StoreConformance) throws {
        try withTemporaryDatabase { path in try requirement.check(SQLStore(sqliteAt: path)) }
    }
}
