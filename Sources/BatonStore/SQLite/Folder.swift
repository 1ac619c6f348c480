import Glibc

/// Folders that survive a power loss.
enum Folder {
    /// Creates a folder and those above it, and makes their names durable; does nothing when it exists.
    static func create(_ path: String) throws(StoreError) {
        if mkdir(path, 0o755) != 0 {
            if errno == EEXIST { return }
            guard errno == ENOENT, parent(of: path) != path else { throw failure(path) }
            try create(parent(of: path))
            // Another process may be creating it too.
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure(path) }
        }
        try sync(parent(of: path))
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func sync(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> StoreError {
        let code = errno
        return StoreError(
            code == ENOSPC ? .diskFull : .notPermitted,
            "the folder cannot be created; check its parent's owner, mode and free space, "
                + "or choose another one with --data-dir",
            location: path, cause: String(cString: strerror(code)))
    }
}
