/// Which folder each process of an attempt is in: where its maker was, until it goes elsewhere.
struct ProcessFolders {
    /// By process; threads share one, which is why there is a table of them.
    private var places: [Int32: Int] = [:]
    /// The first is the attempt's own, where processes begin whose maker is not known.
    private var folders: [String]
    /// Calls that make a process and have not come back: the process may be heard of first.
    private var forks: [(process: Int32, sharesFolder: Bool)] = []

    init(_ folder: String) {
        folders = [folder]
    }

    subscript(process: Int32) -> String { folders[places[process] ?? 0] }

    /// A process does something; one that the call that makes it has not told of yet is that call's.
    mutating func enter(_ process: Int32) {
        guard places[process] == nil else { return }
        let fork = forks.last
        begin(process, from: fork?.process ?? 0, sharesFolder: fork?.sharesFolder ?? false)
    }

    /// A call that makes a process has begun.
    mutating func beginFork(by process: Int32, sharesFolder: Bool) {
        forks.append((process, sharesFolder))
    }

    /// - Parameter child: nil when the call failed.
    mutating func endFork(by process: Int32, child: Int32?, sharesFolder: Bool) {
        if let place = forks.lastIndex(where: { $0.process == process }) { forks.remove(at: place) }
        if let child, places[child] == nil { begin(child, from: process, sharesFolder: sharesFolder) }
    }

    mutating func move(_ process: Int32, to folder: String) {
        if let place = places[process] { folders[place] = folder }
    }

    mutating func end(_ process: Int32) {
        places[process] = nil
        forks.removeAll { $0.process == process }
    }

    private mutating func begin(_ process: Int32, from parent: Int32, sharesFolder: Bool) {
        let place = places[parent] ?? 0
        if sharesFolder && place != 0 {
            places[process] = place
        } else {
            places[process] = folders.count
            folders.append(folders[place])
        }
    }
}
