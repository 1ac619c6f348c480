import BatonCore
import Testing

@testable import BatonFormats

@Suite struct SchemaTests {
    @Test("the published schema is what is in the repository")
    func golden() throws {
        try Golden.expect(WorkflowSchema.json, equals: "workflow.schema.json")
    }

    @Test("the schema has exactly the keys that are read")
    func keys() throws {
        let schema = try #require(try JSONReader.read(WorkflowSchema.json)).root
        func properties(_ name: String?) -> [String] {
            let record = name.flatMap { schema["$defs"]?[$0] } ?? schema
            guard case .mapping(let entries) = record["properties"]?.content else { return [] }
            return entries.map(\.key)
        }
        #expect(properties(nil) == WorkflowKey.names)
        #expect(properties("task") == TaskKey.names)
        #expect(properties("parameter") == ParameterKey.names)
        #expect(properties("defaults") == DefaultsKey.names)
        #expect(properties("retries") == RetriesKey.names)
        #expect(properties("resources") == ResourcesKey.names)
        #expect(properties("concurrency") == ConcurrencyKey.names)
        #expect(properties("glob") == GlobKey.names)
    }
}
