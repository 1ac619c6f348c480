// A predictor as bytes: a mark, the format, the predictor's version, a checksum, and all that it has learned.

extension Predictor {
    private static let mark = Array("BATONMDL".utf8)
    /// Goes up whenever what follows the mark is written otherwise.
    private static let format: UInt8 = 1
    private static let checksumLength = 8
    /// Weights are kept by the members' places.
    private static let fullVersion = version + " of " + Member.allCases.map(\.name).joined(separator: ", ")

    /// All that was learned; which members keep silent is not part of it, nor what a member learns that is silent but in an
    /// evaluation.
    public func encoded() -> [UInt8] {
        var copy = self
        var archive = Archive()
        do throws(ModelFault) {
            try copy.carry(&archive)
        } catch {
            preconditionFailure("writing a model can't fail: \(error)")
        }
        let version = Array(Self.fullVersion.utf8)
        var bytes = Self.mark + [Self.format, UInt8(version.count)] + version
        let checksum = Archive.checksum(archive.bytes, from: 0)
        withUnsafeBytes(of: checksum) { bytes.append(contentsOf: $0) }
        return bytes + archive.bytes
    }

    /// Predicts and learns as the one that was written would have.
    ///
    /// - Throws: why not; bytes of another version are refused, for its members and constants are others.
    public init(decoding bytes: [UInt8]) throws(ModelFault) {
        let lengthAt = Self.mark.count + 1
        guard bytes.starts(with: Self.mark), bytes.count > lengthAt else { throw .foreign }
        let bodyAt = lengthAt + 1 + Int(bytes[lengthAt]) + Self.checksumLength
        guard bytes.count >= bodyAt else { throw .damaged }
        let version = String(decoding: bytes[(lengthAt + 1)..<(bodyAt - Self.checksumLength)], as: UTF8.self)
        guard bytes[Self.mark.count] == Self.format, version == Self.fullVersion else { throw .otherVersion(version) }
        let checksum = bytes.withUnsafeBytes {
            $0.loadUnaligned(fromByteOffset: bodyAt - Self.checksumLength, as: UInt64.self)
        }
        guard Archive.checksum(bytes, from: bodyAt) == checksum else { throw .damaged }
        self.init()
        var archive = Archive(reading: bytes, from: bodyAt)
        try carry(&archive)
        guard archive.isAtEnd else { throw .damaged }
    }

    private mutating func carry(_ archive: inout Archive) throws(ModelFault) {
        try archive.carry(&observationCount)
        try archive.carry(&signatures)
        try archive.carry(&tools)
        try archive.carry(&histories)
        try archive.carry(&toolHistories)
        try archive.carry(&largest)
        try ledger.carry(&archive)
        try machines.carry(&archive)
        for place in models.indices { try models[place].carry(&archive) }
        guard histories.count == signatures.count, largest.count == signatures.count, toolHistories.count == tools.count
        else { throw .damaged }
    }
}

extension SampleLedger {
    fileprivate mutating func carry(_ archive: inout Archive) throws(ModelFault) {
        try archive.carry(&identifiers)
        try archive.carry(&entries)
        try archive.carry(&counts)
        try archive.carry(&means)
        guard entries.count == identifiers.count, counts.count == means.count else { throw .damaged }
    }
}

extension MachineFactors {
    fileprivate mutating func carry(_ archive: inout Archive) throws(ModelFault) {
        try archive.carry(&identifiers)
        try archive.carry(&overall)
        // In an order of their own, for a dictionary's differs between processes.
        var keys = own.keys.sorted { ($0.machine, $0.signature) < ($1.machine, $1.signature) }
        var factors = keys.map { own[$0]! }
        try archive.carry(&keys)
        try archive.carry(&factors)
        guard overall.count == identifiers.count, keys.count == factors.count else { throw .damaged }
        own = Dictionary(zip(keys, factors)) { first, _ in first }
    }
}

extension TargetModel {
    fileprivate mutating func carry(_ archive: inout Archive) throws(ModelFault) {
        try archive.carry(&firsts)
        try archive.carry(&errors)
        try archive.carry(&pools)
        try archive.carry(&noise)
        try weights.carry(&archive)
        try quantiles.carry(&archive)
        guard pools.count == FeatureTable.poolCount else { throw .damaged }
    }
}

extension MemberWeights {
    fileprivate mutating func carry(_ archive: inout Archive) throws(ModelFault) {
        try archive.carry(&everywhere)
        try archive.carry(&own)
        let count = Member.allCases.count
        guard everywhere.count == count, own.allSatisfy({ $0.count == count }) else { throw .damaged }
    }
}

extension ConformalQuantiles {
    fileprivate mutating func carry(_ archive: inout Archive) throws(ModelFault) {
        try everywhere.carry(&archive)
        var count = own.count
        try archive.carry(&count)
        guard count >= 0, count < Int32.max else { throw .damaged }
        if archive.isReading { own = [] }
        for place in 0..<count {
            if archive.isReading { own.append(Record(scores: Scores(limit: Self.ownLimit))) }
            try own[place].carry(&archive)
        }
    }
}

extension ConformalQuantiles.Record {
    fileprivate mutating func carry(_ archive: inout Archive) throws(ModelFault) {
        try archive.carry(&level)
        try archive.carry(&scores.newest)
        if archive.isReading { scores.sorted = scores.newest.sorted() }
    }
}
