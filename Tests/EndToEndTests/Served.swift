import Foundation
import FoundationNetworking
import Glibc
import Testing

/// A running server and a client of it.
final class Served {
    let house: Household
    let key: String
    let announced: String
    private let process: Child
    let address: String

    struct Answer {
        var status: Int
        var text: String

        func member(_ name: String) -> String? {
            let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            return object?[name] as? String
        }
    }

    /// - Parameters:
    ///   - key: of an earlier start; nil: this one prints one.
    ///   - options: beside those that every test needs.
    init(_ house: Household, key: String? = nil, options: [String] = []) throws {
        self.house = house
        // A test asks as fast as it is answered, which is more often than a client may.
        process = try house.start(["serve", "--port", "0", "--rate-limit", "0"] + options, streams: "server")
        try process.wait {
            house.says("listens on", in: "serverstdout") && (key != nil || house.says("key", in: "serverstdout"))
        }
        announced = house.read("serverstdout") ?? ""
        let words = announced.split(whereSeparator: \.isWhitespace)
        address = String(try #require(words.first { $0.hasPrefix("http://") }))
        self.key = key ?? String(words[words.endIndex - 1])
    }

    func get(_ path: String) throws -> Answer { try get(path, key: key) }

    func get(_ path: String, key: String?) throws -> Answer {
        try send(URLRequest(url: try #require(URL(string: address + path))), key)
    }

    func post(_ path: String, _ body: String, type: String = "application/json") throws -> Answer {
        try send("POST", path, body, type: type)
    }

    func send(
        _ method: String, _ path: String, _ body: String, type: String = "application/json",
        headers: [String: String] = [:]
    ) throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: address + path)))
        request.httpMethod = method
        request.httpBody = Data(body.utf8)
        request.setValue(type, forHTTPHeaderField: "Content-Type")
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        return try send(request, key)
    }

    /// - Returns: the run's id, once the submission is acknowledged.
    func submit(_ workflow: String) throws -> String {
        let answer = try post("/api/v1/runs", workflow, type: "application/yaml")
        return try #require(answer.member("run"), "\(answer.status) \(answer.text)")
    }

    func waitForEnd(of run: String) throws {
        try wait { ["succeeded", "failed", "cancelled"].contains(try get("/api/v1/runs/\(run)").member("status")) }
    }

    func wait(until isSo: () throws -> Bool) throws { try process.wait(until: isSo) }

    func path(_ name: String) -> String { house.folder.path + "/data/tasks/" + name }

    func file(_ name: String) -> String? { house.read("data/tasks/" + name) }

    /// - Returns: its exit code.
    func stop() -> Int32 {
        process.signal(SIGTERM)
        return process.wait()
    }

    func kill() {
        process.signal(SIGKILL)
        process.wait()
    }

    private func send(_ request: URLRequest, _ key: String?) throws -> Answer {
        var request = request
        if let key { request.setValue(key, forHTTPHeaderField: "X-API-Key") }
        let hasAnswered = DispatchSemaphore(value: 0)
        nonisolated(unsafe) var result: Result<Answer, any Error> = .failure(URLError(.unknown))
        URLSession.shared.dataTask(with: request) { data, response, error in
            if let error {
                result = .failure(error)
            } else {
                let status = (response as? HTTPURLResponse)?.statusCode ?? 0
                result = .success(Answer(status: status, text: String(decoding: data ?? Data(), as: UTF8.self)))
            }
            hasAnswered.signal()
        }.resume()
        hasAnswered.wait()
        return try result.get()
    }
}
