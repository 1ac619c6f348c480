import BatonCore
import BatonFormats

extension LoadedSettings {
    /// A line for each setting: name, value, where it comes from.
    var table: String {
        let rows = KnownSetting.all.map { setting in
            (setting.name, setting.text(in: settings) ?? "-", origins[setting.name]?.words ?? "built in")
        }
        let (names, values) = (rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0)
        return rows.map { name, value, origin in
            "\(Self.padded(name, names))  \(Self.padded(value, values))  \(origin)"
        }.joined(separator: "\n")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// By name: `value` as text or null, and `file` or `variable` where it is not built in.
    var json: Value {
        .map(
            KnownSetting.all.map { setting in
                var entries = [
                    Value.Entry(key: "value", value: setting.text(in: settings).map { .string($0) } ?? .null)
                ]
                switch origins[setting.name] {
                case .file(let path)?: entries.append(Value.Entry(key: "file", value: .string(path)))
                case .variable(let name)?: entries.append(Value.Entry(key: "variable", value: .string(name)))
                case nil: break
                }
                return Value.Entry(key: setting.name, value: .map(entries))
            })
    }
}

/// All settings as a file in which none is set.
enum SettingsTemplate {
    static var text: String {
        var lines: [String] = []
        var section: Substring = ""
        for setting in KnownSetting.all {
            if setting.section != section {
                section = setting.section
                lines.append("\(section):")
            }
            let value = setting.text(in: Settings()).map { " \($0)" } ?? ""
            lines.append("  # \(setting.summary) Must be \(setting.expected).")
            lines.append("  # \(setting.key):\(value)")
        }
        return lines.joined(separator: "\n")
    }
}
