import Foundation
import HTTPTypes
import Testing

@testable import BatonServer

@Suite("The web page")
struct PageTests {
    @Test("the page and every file that it names, and that those name, are served")
    func complete() async throws {
        try await Stage.with(authentication: true) { stage in
            var waiting = ["/"]
            var seen: Set<String> = []
            while let path = waiting.popLast() {
                guard seen.insert(path).inserted else { continue }
                let answer = try await stage.get(path, ["X-API-Key": "none is needed"])
                #expect(answer.status == 200, "\(path): \(answer.status)")
                waiting += Self.names(in: answer.text)
            }
            // And nothing else is in the program.
            #expect(seen == Set(Page.files.keys.map { $0 == "index.html" ? "/" : "/assets/\($0)" }))
        }
    }

    /// `"./x.js"` in modules, `"/assets/x.css"` in the frame.
    private static func names(in text: String) -> [String] {
        text.matches(of: #/"(?:\.|/assets)/([a-z-]+\.[a-z]+)"/#).map { "/assets/\($0.1)" }
    }

    @Test("every file of the folder is in the program, as it is")
    func embedded() throws {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let folder = here.appending(path: "../../Sources/BatonServer/Page").standardizedFileURL
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(names) == Set(Page.files.keys), "list them in Sources/CBatonPage/page.c")
        for name in names {
            let bytes = try Data(contentsOf: folder.appending(path: name))
            #expect(Page.files[name]?.bytes == Array(bytes), "\(name)")
        }
    }

    @Test("a file has its type, a tag by which it is not sent again, and a policy that allows no script in the text")
    func headers() async throws {
        try await Stage.with { stage in
            for (path, type) in [
                ("/", "text/html"), ("/assets/main.js", "text/javascript"), ("/assets/base.css", "text/css"),
                ("/assets/icon.svg", "image/svg+xml"),
            ] {
                let answer = try await stage.get(path)
                #expect(answer.header("Content-Type")?.hasPrefix(type) == true)
                #expect(answer.header("Cache-Control") == "no-cache")
                let policy = try #require(answer.header("Content-Security-Policy"))
                #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"))
                #expect(!policy.contains("unsafe"))
                let tag = try #require(answer.header("ETag"))
                #expect(try await stage.get(path, ["If-None-Match": tag]).status == 304)
            }
        }
    }

    @Test("the frame has no script or style in its text, and names nothing outside this server")
    func strict() throws {
        for (name, file) in Page.files {
            let text = String(decoding: file.bytes, as: UTF8.self)
            #expect(!text.contains("innerHTML") && !text.contains("insertAdjacentHTML"), "\(name)")
            let others = text.matches(of: #/https?://[a-z.0-9]+/#).filter { !$0.0.hasSuffix("//www.w3.org") }
            #expect(others.isEmpty, "\(name) names \(others.map(\.0))")
        }
        let frame = String(decoding: try #require(Page.files["index.html"]).bytes, as: UTF8.self)
        #expect(!frame.contains("<style") && !frame.contains(" style=") && !frame.contains(" onclick"))
        #expect(frame.matches(of: #/<script/#).count == frame.matches(of: #/<script type="module" src="/assets/#).count)
    }

    @Test("what is not there is a problem, whatever the name")
    func missing() async throws {
        try await Stage.with { stage async throws in
            for path in ["/assets/x.js", "/assets/..%2Ftoken.key", "/assets/%00", "/index.html"] {
                #expect(try await stage.get(path).status == 404, "\(path)")
            }
            #expect(try await stage.send(.head, "/").status == 200)
        }
    }
}
