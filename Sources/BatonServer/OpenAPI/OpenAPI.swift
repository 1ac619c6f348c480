import BatonCore
import BatonFormats
import HTTPTypes

/// The interface as a document (OpenAPI 3.1), made of the list of routes that the router is made of.
enum OpenAPI {
    static let document = document(of: RouteTable.all)

    static func document(of routes: [Route]) -> Value {
        var paths: [Value.Entry] = []
        for route in routes {
            let operation = Value.Entry(key: route.method.rawValue.lowercased(), value: operation(route))
            if let index = paths.firstIndex(where: { $0.key == route.path }) {
                guard case .map(let others) = paths[index].value else { preconditionFailure("a path is an object") }
                paths[index].value = .map(others + [operation])
            } else {
                paths.append(Value.Entry(key: route.path, value: .map([operation])))
            }
        }
        return .object([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("Baton"), "version": .string("1.0.0"),
                "description": .string(
                    "Runs workflows, says why, and predicts. Errors are problem details (RFC 9457)."),
            ]),
            "servers": .list([.object(["url": .string("/")])]),
            "tags": .list(Route.Group.allCases.map { .object(["name": .string($0.rawValue)]) }),
            "paths": .map(paths),
            "components": .object(["schemas": Schemas.all, "securitySchemes": schemes]),
        ])
    }

    private static let schemes = Value.object([
        "key": .object(["type": .string("apiKey"), "in": .string("header"), "name": .string("X-API-Key")]),
        "token": .object([
            "type": .string("http"), "scheme": .string("bearer"), "bearerFormat": .string("JWT"),
        ]),
    ])

    private static func operation(_ route: Route) -> Value {
        var parameters = route.parameters.map {
            parameter($0, in: "path", schema: #"{"type":"string"}"#, isRequired: true)
        }
        parameters += route.query.map { parameter($0.name, in: "query", summary: $0.summary, schema: $0.schema) }
        if route.isIdempotent {
            parameters.append(
                parameter(
                    "Idempotency-Key", in: "header", summary: "The request is carried out once for each key.",
                    schema: #"{"type":"string","minLength":1,"maxLength":255,"pattern":"^[!-~]+$"}"#))
        }
        var responses = [
            Value.Entry(
                key: String(route.status),
                value: .object([
                    "description": .string("Done."), "content": route.answer.map { content([$0]) },
                ]))
        ]
        responses.append(
            Value.Entry(
                key: "default",
                value: .object([
                    "description": .string("Why it was not done."),
                    "content": content([Route.Content(type: "application/problem+json", schema: "Problem")]),
                ])))
        var security: Value = .list([])
        var role: Value?
        if case .role(let needed) = route.access {
            security = .list([.object(["key": .list([])]), .object(["token": .list([])])])
            role = .string(needed.rawValue)
        }
        return .object([
            "operationId": .string(identifier(route)), "tags": .strings([route.group.rawValue]),
            "summary": .string(route.summary), "parameters": parameters.isEmpty ? nil : .list(parameters),
            "requestBody": route.body.isEmpty ? nil : body(route), "responses": .map(responses), "security": security,
            "x-baton-role": role,
        ])
    }

    private static func body(_ route: Route) -> Value {
        let isOptional = ["ActionRequest", "TokenRequest"].contains(route.body[0].schema)
        return .object(["required": .boolean(!isOptional), "content": content(route.body)])
    }

    private static func content(_ contents: [Route.Content]) -> Value {
        .map(
            contents.map { content in
                Value.Entry(
                    key: content.type,
                    value: .object([
                        "schema": .object(["$ref": .string("#/components/schemas/\(content.schema)")])
                    ]))
            })
    }

    private static func parameter(
        _ name: String, in place: String, summary: String? = nil, schema: String, isRequired: Bool = false
    ) -> Value {
        .object([
            "name": .string(name), "in": .string(place), "description": summary.map { .string($0) },
            "required": .boolean(isRequired), "schema": Schemas.read(schema),
        ])
    }

    /// `get_runs_run_tasks`.
    private static func identifier(_ route: Route) -> String {
        let words = route.path.split { !$0.isLetter && !$0.isNumber }.filter { $0 != "api" && $0 != "v1" }
        return ([route.method.rawValue.lowercased()] + words.map(String.init)).joined(separator: "_")
    }
}
