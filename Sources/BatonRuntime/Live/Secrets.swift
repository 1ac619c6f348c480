import Glibc

/// Values that tasks may read and nobody else may see; they are never written to the store.
public struct Secrets: Sendable {
    private let values: [String: String]

    /// Looks each name up by `find`, then in the environment, then as a file of that name in `directory`.
    ///
    /// - Throws: `RuntimeError.missingSecrets` naming all that were not found.
    public init(
        names: [String], directory: String?, find: (String) -> String? = { _ in nil }
    ) throws(RuntimeError) {
        var values: [String: String] = [:]
        var missing: [String] = []
        for name in names {
            if let value = find(name) {
                values[name] = value
            } else if let value = getenv(name) {
                values[name] = String(cString: value)
            } else if let directory, let text = SmallFile.read("\(directory)/\(name)") {
                values[name] = text.last == "\n" ? String(text.dropLast()) : text
            } else {
                missing.append(name)
            }
        }
        if !missing.isEmpty { throw .missingSecrets(missing) }
        self.values = values
    }

    var isEmpty: Bool { values.isEmpty }

    /// What must not be seen anywhere. A value with a NUL can't reach a program, so none can print it.
    var all: [String] { values.values.filter { !$0.utf8.contains(0) }.sorted() }

    func value(of name: String) -> String? { values[name] }

    /// True for an environment variable that only tasks which ask for it may inherit.
    func hides(_ name: String) -> Bool { values[name] != nil }
}
