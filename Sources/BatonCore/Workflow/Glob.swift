/// A pattern of paths: `*` and `?` within one component, `[a-z]` and `[!a-z]`, `**` across components.
///
/// `**/` also stands for no directory at all, so `src/**/x.c` matches `src/x.c`. A backslash takes the next character
/// as it is. An `[` that is never closed is an ordinary character. Names that begin with a dot are not special.
public struct Glob: Hashable, Sendable {
    fileprivate var tokens: [Token] = []

    fileprivate enum Token: Hashable, Sendable {
        case byte(UInt8)
        /// `?`: one character but `/`.
        case anyCharacter
        /// ASCII members and ranges; never `/`.
        case oneOf([ClosedRange<UInt8>], isNegated: Bool)
        /// `*`: any run without `/`.
        case anyInComponent
        /// `**/`: any number of whole components.
        case anyDirectories
        /// `**` elsewhere: anything.
        case anything
    }

    public init(_ pattern: String) {
        let bytes = Array(pattern.utf8)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "*"):
                let atComponent = position == 1 || bytes[position - 2] == slash
                guard position < bytes.count, bytes[position] == byte else {
                    tokens.append(.anyInComponent)
                    continue
                }
                while position < bytes.count, bytes[position] == byte { position += 1 }
                if atComponent, position < bytes.count, bytes[position] == slash {
                    position += 1
                    tokens.append(.anyDirectories)
                } else {
                    tokens.append(.anything)
                }
            case UInt8(ascii: "?"): tokens.append(.anyCharacter)
            case UInt8(ascii: "["):
                if let (token, end) = Glob.set(in: bytes, from: position) {
                    tokens.append(token)
                    position = end
                } else {
                    tokens.append(.byte(byte))
                }
            case UInt8(ascii: "\\") where position < bytes.count:
                tokens.append(.byte(bytes[position]))
                position += 1
            default: tokens.append(.byte(byte))
            }
        }
    }

    /// Whether a text means anything but itself; a cheap look at its characters.
    public static func isPattern(_ text: String) -> Bool {
        text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
    }

    /// What every match begins with.
    public var literalPrefix: String {
        String(decoding: tokens.prefix { $0.literal != nil }.map { $0.literal! }, as: UTF8.self)
    }

    /// What every match ends with.
    public var literalSuffix: String {
        String(decoding: tokens.reversed().prefix { $0.literal != nil }.reversed().map { $0.literal! }, as: UTF8.self)
    }

    /// False only when no path can match both, judged by how matches begin and end.
    public func mayOverlap(with other: Glob) -> Bool {
        let (prefix, otherPrefix) = (literalPrefix.utf8, other.literalPrefix.utf8)
        let (suffix, otherSuffix) = (literalSuffix.utf8.reversed(), other.literalSuffix.utf8.reversed())
        return (prefix.starts(with: otherPrefix) || otherPrefix.starts(with: prefix))
            && (suffix.starts(with: otherSuffix) || otherSuffix.starts(with: suffix))
    }

    /// - Complexity: O(pattern × path) in the worst case: only the latest star of each kind is ever taken back.
    public func matches(_ path: String) -> Bool {
        var path = path
        return path.withUTF8 { matches($0) }
    }

    private func matches(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        var token = 0
        var position = 0
        // Where to go on when a later part does not match: a `*` gives up at the next `/`, a `**` never.
        var star: (token: Int, position: Int)?
        var deepStar: (token: Int, position: Int)?
        while true {
            if token < tokens.count, let advanced = step(token, path, position, &star, &deepStar) {
                token += 1
                position = advanced
            } else if token == tokens.count, position == path.count {
                return true
            } else if let last = star, last.position < path.count, path[last.position] != slash {
                position = last.position + characterLength(path, last.position)
                token = last.token + 1
                star = (last.token, position)
            } else if let last = deepStar, last.position < path.count {
                position = last.position + 1
                if case .anyDirectories = tokens[last.token] {
                    while position < path.count, path[position - 1] != slash { position += 1 }
                    if path[position - 1] != slash { return false }
                }
                token = last.token + 1
                deepStar = (last.token, position)
                star = nil
            } else {
                return false
            }
        }
    }

    /// The position after the token's shortest match; nil when it does not match here.
    private func step(
        _ token: Int, _ path: UnsafeBufferPointer<UInt8>, _ position: Int,
        _ star: inout (token: Int, position: Int)?, _ deepStar: inout (token: Int, position: Int)?
    ) -> Int? {
        switch tokens[token] {
        case .anyInComponent:
            star = (token, position)
            return position
        case .anyDirectories, .anything:
            deepStar = (token, position)
            star = nil
            return position
        case .byte(let byte): return position < path.count && path[position] == byte ? position + 1 : nil
        case .anyCharacter:
            guard position < path.count, path[position] != slash else { return nil }
            return position + characterLength(path, position)
        case .oneOf(let ranges, let isNegated):
            guard position < path.count, path[position] != slash else { return nil }
            let isMember = ranges.contains { $0.contains(path[position]) }
            return isMember != isNegated ? position + characterLength(path, position) : nil
        }
    }

    /// Bytes of the UTF-8 character that begins here.
    private func characterLength(_ path: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int {
        var end = position + 1
        while end < path.count, path[end] & 0xC0 == 0x80 { end += 1 }
        return end - position
    }

    private static func set(in bytes: [UInt8], from start: Int) -> (Token, end: Int)? {
        var position = start
        let isNegated =
            position < bytes.count && (bytes[position] == UInt8(ascii: "!") || bytes[position] == UInt8(ascii: "^"))
        if isNegated { position += 1 }
        let first = position
        var ranges: [ClosedRange<UInt8>] = []
        while position < bytes.count, bytes[position] != UInt8(ascii: "]") || position == first {
            let low = bytes[position]
            if low == slash { return nil }
            if position + 2 < bytes.count, bytes[position + 1] == UInt8(ascii: "-"),
                bytes[position + 2] != UInt8(ascii: "]"), bytes[position + 2] >= low
            {
                ranges.append(low...bytes[position + 2])
                position += 3
            } else {
                ranges.append(low...low)
                position += 1
            }
        }
        guard position < bytes.count else { return nil }
        return (.oneOf(ranges, isNegated: isNegated), position + 1)
    }
}

private let slash = UInt8(ascii: "/")

extension Glob.Token {
    fileprivate var literal: UInt8? {
        switch self {
        case .byte(let byte): byte
        case .anyCharacter, .oneOf, .anyInComponent, .anyDirectories, .anything: nil
        }
    }
}
