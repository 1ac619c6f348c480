internal import BatonCore
private import Foundation

/// The few things that reading workflow files needs of a file system. Paths are text with `/`.
public enum Files {
    struct Failure: Error {
        var message: String
        /// Where the text stops being UTF-8.
        var position: Position?
    }

    static func read(_ path: String) throws(Failure) -> String {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            throw unreadable(path)
        }
        return try text(bytes)
    }

    private static func unreadable(_ path: String) -> Failure {
        let exists = FileManager.default.fileExists(atPath: path)
        return Failure(message: isFolder(path) ? "it is a folder" : exists ? "permission denied" : "no such file")
    }

    private static func text(_ bytes: some Collection<UInt8>) throws(Failure) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        let valid = validPrefixLength(bytes)
        throw Failure(message: "it is not UTF-8 text", position: Position(ofByte: valid, in: bytes))
    }

    /// As `read`; what `gzip` made is inflated.
    static func readInflated(_ path: String) throws(Failure) -> String {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            throw unreadable(path)
        }
        guard Gzip.isCompressed(bytes) else { return try text(bytes) }
        let inflated: [UInt8]
        do throws(Gzip.Failure) {
            inflated = try Gzip.inflated(bytes)
        } catch {
            switch error {
            case .damaged: throw Failure(message: "its compressed data is damaged; get it again")
            case .truncated: throw Failure(message: "its compressed data is cut off; get it again")
            case .tooLarge:
                throw Failure(message: "it inflates to more than \(ByteCount.format(Int64(Gzip.byteLimit))); split it")
            }
        }
        return try text(inflated)
    }

    /// All files below a folder, sorted, with the folder's path before them; hidden ones are left out.
    static func below(_ folder: String) -> [String] {
        var files: [String] = []
        for name in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() {
            let path = join(folder, name)
            if name.hasPrefix(".") { continue }
            if isFolder(path) { files += below(path) } else { files.append(path) }
        }
        return files
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Files and folders that match, sorted, as paths relative to the folder unless the pattern is absolute.
    public static func matching(_ pattern: String, in folder: String) -> [String] {
        var found: [String] = []
        let components = pattern.split(separator: "/").map(String.init)
        walk(components[...], from: pattern.hasPrefix("/") ? "/" : "", in: folder, into: &found)
        // Sorted, and once each: folders are listed in no order, and '**' reaches some twice.
        found.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return found.enumerated().filter { $0.offset == 0 || found[$0.offset - 1] != $0.element }.map(\.element)
    }

    private static func walk(
        _ components: ArraySlice<String>, from path: String, in folder: String, into found: inout [String]
    ) {
        guard let component = components.first else {
            found.append(path)
            return
        }
        let rest = components.dropFirst()
        func child(_ name: String) -> String { path.isEmpty || path == "/" ? path + name : "\(path)/\(name)" }
        if component == "**" { walk(rest, from: path, in: folder, into: &found) }
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: join(folder, path.isEmpty ? "." : path))) ?? []
        let glob = Glob(component)
        for name in names.sorted() where name.hasPrefix(".") == component.hasPrefix(".") && glob.matches(name) {
            if component == "**" {
                walk(components, from: child(name), in: folder, into: &found)
            } else {
                walk(rest, from: child(name), in: folder, into: &found)
            }
        }
    }

    /// `b` as seen from the folder `a`.
    static func join(_ folder: String, _ path: String) -> String {
        if path.hasPrefix("/") || folder.isEmpty { return path }
        let joined = folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
        return Path.normalized(joined)
    }

    /// Empty for a bare name.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// The name without its extension.
    static func stem(of path: String) -> String {
        let name = name(of: path)
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        return String(name[..<dot])
    }

    static func absolute(_ path: String) -> String {
        Path.normalized(join(FileManager.default.currentDirectoryPath, path))
    }

    private static func validPrefixLength(_ bytes: some Collection<UInt8>) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var length = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { length += UTF8.width(scalar) }
        return length
    }
}
