import BatonCore
import FoundationEssentials

extension SQLStore {
    func json(_ value: some Encodable) throws(StoreError) -> [UInt8] {
        do {
            return try JSONWriter.bytes(of: value)
        } catch {
            throw StoreError(
                .other, "a value has no JSON form, so nothing was written", location: connection.path,
                cause: String(describing: error))
        }
    }

    /// Reads a column that `json` wrote.
    func decode<Value: Decodable>(
        _ type: Value.Type, _ column: Int32, of row: SQLiteStatement
    ) throws(StoreError) -> Value {
        let text = row.withUTF8(column) { Data($0) }
        do {
            return try JSONDecoder().decode(type, from: text)
        } catch {
            throw StoreError(
                .unreadableEntry,
                "an entry was expected to be \(type) and is not; it was damaged or written by another version of Baton",
                location: connection.path, cause: "\(error) in \(String(decoding: text, as: UTF8.self).prefix(200))")
        }
    }

    func optional<Value: Decodable>(
        _ type: Value.Type, _ column: Int32, of row: SQLiteStatement
    ) throws(StoreError) -> Value? {
        row.isNull(column) ? nil : try decode(type, column, of: row)
    }

    /// Reads a column that holds the raw value of an enum.
    func word<Value: RawRepresentable<String>>(
        _ type: Value.Type, _ column: Int32, of row: SQLiteStatement
    ) throws(StoreError) -> Value {
        let text = row.text(column)
        guard let value = Value(rawValue: text) else { throw unreadable(text, as: "\(type)") }
        return value
    }

    func runID(_ column: Int32, of row: SQLiteStatement) throws(StoreError) -> Run.ID {
        let text = row.text(column)
        guard let id = Run.ID(text) else { throw unreadable(text, as: "a run's id") }
        return id
    }

    private func unreadable(_ text: String, as expected: String) -> StoreError {
        StoreError(
            .unreadableEntry,
            "an entry was expected to be \(expected) and is '\(text)'; "
                + "it was damaged or written by another version of Baton",
            location: connection.path)
    }
}
