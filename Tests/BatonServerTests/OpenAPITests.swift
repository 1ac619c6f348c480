import BatonCore
import BatonFormats
import Foundation
import HTTPTypes
import Testing

@testable import BatonServer

@Suite("The description of the interface")
struct OpenAPITests {
    @Test("every route is described, and nothing else is")
    func complete() async throws {
        try await Stage.with { stage in
            let document = try await stage.get("/openapi.json")
            #expect(document["openapi"] == .string("3.1.0"))
            guard case .map(let paths)? = document["paths"] else { return }
            var described: Set<String> = []
            for path in paths {
                guard case .map(let operations) = path.value else { continue }
                for operation in operations { described.insert("\(operation.key.uppercased()) \(path.key)") }
            }
            #expect(described == Set(RouteTable.all.map { "\($0.method.rawValue) \($0.path)" }))
            // And what is described is there: asked without a key, nothing is unknown.
        }
        try await Stage.with(authentication: true) { stage in
            for route in RouteTable.all where route.access != .everybody {
                let path = route.path.replacing(#/\{[^}]*\}/#, with: "x")
                let answer = try await stage.send(route.method, path, ["X-API-Key": "baton_x"])
                #expect(answer.status == 401, "\(route.method) \(path) \(answer.status)")
            }
        }
    }

    @Test("every schema that is named is there, and every operation has a name of its own")
    func references() throws {
        let text = String(decoding: OpenAPI.document.jsonBytes, as: UTF8.self)
        guard case .map(let schemas) = Schemas.all else { return }
        let known = Set(schemas.map(\.key))
        #expect(known.count == schemas.count)
        var used: Set<String> = []
        for match in text.matches(of: #/"#/components/schemas/([A-Za-z]+)"/#) { used.insert(String(match.1)) }
        #expect(used.subtracting(known).isEmpty, "not there: \(used.subtracting(known).sorted())")
        #expect(known.subtracting(used).isEmpty, "never used: \(known.subtracting(used).sorted())")
        let names = text.matches(of: #/"operationId":"([a-z_]+)"/#).map { $0.1 }
        #expect(names.count == RouteTable.all.count && Set(names).count == names.count)
    }

    @Test("the specification's endpoints are there")
    func specification() {
        let routes = Set(RouteTable.all.map { "\($0.method.rawValue) \($0.path)" })
        for wanted in [
            "POST /api/v1/scheduling", "PUT /api/v1/scheduling/{task_id}/priority",
            "GET /api/v1/scheduling/decisions/{decision_id}", "POST /api/v1/optimization/analyze",
            "POST /api/v1/optimization/apply", "PUT /api/v1/runs/{run}/priority", "POST /api/v1/resources/predict",
        ] { #expect(routes.contains(wanted), "\(wanted)") }
    }
}
