import BatonCore

extension StoreError {
    /// The answer to an id, or a part of one, that no run has.
    public static func unknownRun(_ text: String) -> StoreError {
        StoreError(.unknownRun, "there is no such run; `baton ps` lists those that there are", location: text)
    }
}

extension Run.ID {
    /// The one candidate.
    static func only(of candidates: [Run.ID], for text: String) throws(StoreError) -> Run.ID {
        guard let first = candidates.first else { throw .unknownRun(text) }
        guard candidates.count == 1 else {
            let shown = candidates.prefix(5).map(\.description).joined(separator: ", ")
            throw StoreError(
                .ambiguousRun,
                "\(candidates.count) runs begin or end so: \(shown)\(candidates.count > 5 ? ", …" : ""); give more of the id",
                location: text)
        }
        return first
    }
}
