public import BatonCore
import CBatonSystem

/// What the file system knows about a file.
public struct FileStatus: Hashable, Sendable {
    public var sizeBytes: Int64
    public var modified: Instant
    public var inode: UInt64
    public var owner: UInt32
    /// The bits of `chmod`.
    public var permissions: UInt32
    public var isFolder: Bool

    /// - Parameter followingLinks: false asks about the link itself.
    /// - Returns: nil with `errno` when there is no such file, or it can't be reached.
    public init?(_ path: String, followingLinks: Bool = true) {
        var status = baton_file_status()
        guard baton_path_status(path, followingLinks ? 1 : 0, &status) == 0 else { return nil }
        self.init(status)
    }

    /// - Returns: nil with `errno` when the descriptor is not open.
    public init?(descriptor: Int32) {
        var status = baton_file_status()
        guard baton_descriptor_status(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: baton_file_status) {
        sizeBytes = status.size
        modified = Instant(nanoseconds: status.modified)
        inode = status.inode
        owner = status.owner
        permissions = status.permissions
        isFolder = status.is_folder != 0
    }
}
