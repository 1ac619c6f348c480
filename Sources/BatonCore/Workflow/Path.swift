/// Paths as text: what Baton compares never touches the disk.
public enum Path {
    /// The path seen from the base directory: `a/b` for `./a//x/../b`; a trailing slash stays.
    ///
    /// - Parameter directory: where a relative path starts; empty for the base itself.
    public static func normalized(_ path: String, in directory: String = "") -> String {
        let isAbsolute = path.utf8.first == slash
        let full = directory.isEmpty || isAbsolute ? path : directory + "/" + path
        if isPlain(full) { return full }
        var components: [Substring.UTF8View] = []
        for component in Substring(full).utf8.split(separator: slash) {
            if component.elementsEqual(".".utf8) { continue }
            if component.elementsEqual("..".utf8), let last = components.last, !last.elementsEqual("..".utf8) {
                components.removeLast()
            } else {
                components.append(component)
            }
        }
        var result = full.utf8.first == slash ? "/" : ""
        result += components.map { String(Substring($0)) }.joined(separator: "/")
        if full.utf8.last == slash, !components.isEmpty { result += "/" }
        return result.isEmpty ? "." : result
    }

    static func withoutTrailingSlash(_ path: String) -> String {
        path.utf8.last == slash && path.utf8.count > 1 ? String(path.dropLast()) : path
    }

    /// The first bytes of a path, which must not end within a character.
    static func prefix(_ path: String, _ length: Int) -> String {
        String(Substring(path.utf8.prefix(length)))
    }

    private static let slash = UInt8(ascii: "/")

    /// True when no component is empty, `.` or `..`: most paths, returned without a copy.
    private static func isPlain(_ path: String) -> Bool {
        var dots = 0
        var length = 0
        var isFirst = true
        for byte in path.utf8 {
            if byte == slash {
                if (length == 0 && !isFirst) || (length > 0 && length == dots && dots <= 2) { return false }
                dots = 0
                length = 0
            } else {
                if byte == UInt8(ascii: ".") { dots += 1 }
                length += 1
            }
            isFirst = false
        }
        return !path.isEmpty && !(length > 0 && length == dots && dots <= 2)
    }
}
