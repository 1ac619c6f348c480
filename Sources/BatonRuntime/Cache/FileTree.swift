import BatonCore
import Foundation

/// Files on disk by path, directory or glob.
enum FileTree {
    /// The files that a pattern names now, sorted: a file itself, a directory's files at any depth, a glob's matches.
    ///
    /// - Parameters:
    ///   - pattern: absolute, or relative to `base`.
    /// - Returns: paths in the form of the pattern (relative when it is); empty when nothing is there.
    static func files(matching pattern: String, in base: String) -> [String] {
        guard Glob.isPattern(pattern) else { return files(at: pattern, in: base) }
        let glob = Glob(pattern)
        let prefix = glob.literalPrefix
        let root = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
        let depth = pattern.contains("**") ? Int.max : pattern.dropFirst(root.count).count { $0 == "/" }
        var found: [String] = []
        walk(root, in: base, depth: depth) { path, isDirectory in
            if glob.matches(path) { found += isDirectory ? files(at: path, in: base) : [path] }
        }
        return Array(Set(found)).sorted()
    }

    private static func files(at path: String, in base: String) -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: absolute(path, in: base), isDirectory: &isDirectory) else {
            return []
        }
        guard isDirectory.boolValue else { return [path] }
        let root = path.hasSuffix("/") ? path : path + "/"
        var found: [String] = []
        walk(root, in: base, depth: .max) { path, isDirectory in
            if !isDirectory { found.append(path) }
        }
        return found.sorted()
    }

    private static func walk(_ root: String, in base: String, depth: Int, visit: (String, Bool) -> Void) {
        let folder = absolute(root, in: base)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder) else {
            return
        }
        for name in names {
            let path = root + name
            guard let status = FileStatus(absolute(path, in: base)) else { continue }  // a dangling link, or gone
            visit(path, status.isFolder)
            if status.isFolder && depth > 0 {
                walk(path + "/", in: base, depth: depth == .max ? .max : depth - 1, visit: visit)
            }
        }
    }

    static func absolute(_ path: String, in base: String) -> String {
        path.hasPrefix("/") ? path : base + "/" + path
    }
}
