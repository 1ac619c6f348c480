import BatonCore
import Testing

@testable import BatonFormats

@Suite struct ErrorTests {
    @Test("each broken file is answered by all its problems", arguments: Golden.files(in: "Errors", "yaml", "json"))
    func golden(_ file: String) throws {
        let found = complaints(try Golden.text("Errors/\(file)"), file: file)
        try Golden.expect(found.joined(separator: "\n") + "\n", equals: "Errors/\(file).txt")
    }
}
