import Foundation

/// One thing that can be set: its name, what it is for, and how it is written.
struct KnownSetting: Sendable {
    /// With its section: `server.port`.
    let name: String
    /// The variable of the environment that sets it.
    let variable: String
    let summary: String
    /// Whether a project's file may set it: what a folder from elsewhere says must not open a server or move the record.
    let isForProjects: Bool
    let expected: String
    private let set: @Sendable (String, String, inout Settings) -> Bool
    private let show: @Sendable (Settings) -> String?

    init<Form: SettingForm>(
        _ name: String, _ place: any WritableKeyPath<Settings, Form.Held> & Sendable, _ form: Form, _ summary: String,
        variable: String? = nil, isForProjects: Bool = false
    ) {
        self.name = name
        self.variable = variable ?? "BATON_" + name.uppercased().replacing(".", with: "_")
        self.summary = summary
        self.isForProjects = isForProjects
        expected = form.expected
        set = { text, folder, settings in
            guard let value = form.read(text, in: folder) else { return false }
            settings[keyPath: place] = value
            return true
        }
        show = { form.text(of: $0[keyPath: place]) }
    }

    var section: Substring { name.prefix { $0 != "." } }
    var key: Substring { name.drop { $0 != "." }.dropFirst() }

    /// - Parameter folder: where relative paths begin.
    /// - Returns: false when the text is none that is `expected`.
    func take(_ text: String, in folder: String, into settings: inout Settings) -> Bool {
        set(text.trimmingCharacters(in: .whitespacesAndNewlines), folder, &settings)
    }

    /// The value as `take` understands it; nil where nothing is set.
    func text(in settings: Settings) -> String? { show(settings) }
}
