import BatonCore
import CSQLite

/// A prepared statement and, while it is stepped through, its current row.
final class SQLiteStatement {
    private let handle: OpaquePointer
    /// Owns or outlives its statements.
    private unowned let connection: SQLiteConnection
    /// Where bound text stands until the statement is bound again.
    private var text: UnsafeMutableBufferPointer<UInt8>

    init(_ handle: OpaquePointer, connection: SQLiteConnection) {
        self.handle = handle
        self.connection = connection
        text = .allocate(capacity: 256)
    }

    deinit {
        sqlite3_finalize(handle)
        text.deallocate()
    }

    /// Runs a statement that gives no rows.
    func run(_ values: [SQLValue] = []) throws(StoreError) {
        try bind(values)
        _ = try step()
        // A statement that was not reset would keep its transaction open.
        sqlite3_reset(handle)
    }

    /// Values stand for `$1`, `$2`… in this order, in which the text must name them first.
    func bind(_ values: [SQLValue]) throws(StoreError) {
        assert(Int(sqlite3_bind_parameter_count(handle)) == values.count, "values do not match the statement")
        makeRoom(for: values)
        var used = 0
        for (index, value) in values.enumerated() {
            let position = Int32(index + 1)
            let code: Int32
            switch value {
            case .null: code = sqlite3_bind_null(handle, position)
            case .integer(let value): code = sqlite3_bind_int64(handle, position, value)
            case .real(let value): code = sqlite3_bind_double(handle, position, value)
            case .text(let value): code = bind(value.utf8, at: position, &used)
            case .utf8(let bytes): code = bind(bytes, at: position, &used)
            case .blob(let bytes): code = bindBlob(bytes, at: position, &used)
            }
            guard code == SQLITE_OK else { throw connection.error(code) }
        }
    }

    /// Copies text to where SQLite can read it in place.
    private func bind(_ bytes: some Collection<UInt8>, at position: Int32, _ used: inout Int) -> Int32 {
        let place = UnsafeMutableBufferPointer(rebasing: text[used..<used + bytes.count])
        _ = place.update(fromContentsOf: bytes)
        used += bytes.count
        return place.withMemoryRebound(to: CChar.self) {
            sqlite3_bind_text64(handle, position, $0.baseAddress, UInt64($0.count), nil, UInt8(SQLITE_UTF8))
        }
    }

    private func bindBlob(_ bytes: [UInt8], at position: Int32, _ used: inout Int) -> Int32 {
        let place = UnsafeMutableBufferPointer(rebasing: text[used..<used + bytes.count])
        _ = place.update(fromContentsOf: bytes)
        used += bytes.count
        return sqlite3_bind_blob64(handle, position, place.baseAddress, UInt64(place.count), nil)
    }

    private func makeRoom(for values: [SQLValue]) {
        var needed = 0
        for value in values {
            switch value {
            case .text(let value): needed += value.utf8.count
            case .utf8(let bytes), .blob(let bytes): needed += bytes.count
            case .null, .integer, .real: continue
            }
        }
        guard needed > text.count else { return }
        text.deallocate()
        text = .allocate(capacity: needed * 2)
    }

    /// - Returns: true when there is a row to read.
    func step() throws(StoreError) -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = connection.error(code)
            sqlite3_reset(handle)
            throw error
        }
    }

    /// Ends what it reads: a statement that is not reset keeps its transaction open.
    func reset() { sqlite3_reset(handle) }

    // Columns of the current row, from 0.

    func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func text(_ column: Int32) -> String { withUTF8(column) { String(decoding: $0, as: UTF8.self) } }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func withBlob<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let start = sqlite3_column_blob(handle, column)
        return body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func withUTF8<Result>(_ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        // The text must be asked for before its length: asking may convert it.
        let start = sqlite3_column_text(handle, column)
        return body(UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
