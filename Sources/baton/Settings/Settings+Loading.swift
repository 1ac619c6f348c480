import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Foundation

/// The settings of a process, and where each comes from.
///
/// An option comes first, then a variable of the environment, the file of `--config` or `$BATON_CONFIG`, the project's
/// `.baton/config.yaml`, the user's, the system's, and what is built in.
struct LoadedSettings {
    private(set) var settings = Settings()
    /// By name; what is built in has none.
    private(set) var origins: [String: Origin] = [:]
    private let chosen: String?

    enum Origin: Hashable {
        case file(String)
        case variable(String)

        var words: String {
            switch self {
            case .file(let path): path
            case .variable(let name): "$\(name)"
            }
        }
    }

    /// Where settings may stand.
    struct Places {
        /// Each may be missing; the weakest first.
        var usual: [String]
        /// The nearest one of a project; may be missing.
        var project: String?
        /// Somebody named it, so it must be there.
        var chosen: String?
    }

    /// - Throws: `WorkflowError` with everything that is wrong in a file; `CommandFailure` about a variable.
    init(_ places: Places, variable: (String) -> String?) throws {
        chosen = places.chosen
        for path in places.usual where FileStatus(path) != nil { try read(path, variable: variable) }
        if let path = places.project { try read(path, isProject: true, variable: variable) }
        if let path = places.chosen { try read(path, variable: variable) }
        for setting in KnownSetting.all {
            guard let text = variable(setting.variable) else { continue }
            guard setting.take(text, in: DataDirectory.current, into: &settings) else {
                throw CommandFailure(
                    "$\(setting.variable) must be \(setting.expected), not '\(text.prefix(60))'", exit: .usage)
            }
            origins[setting.name] = .variable(setting.variable)
        }
        // Decisions say what became of executions.
        settings.retention.decisions = max(settings.retention.decisions, settings.retention.executions)
    }

    private mutating func read(_ path: String, isProject: Bool = false, variable: (String) -> String?) throws {
        let file = try SettingsFile.read(path, variable: variable)
        var problems: [WorkflowError.Problem] = []
        let folder = Self.folder(of: DataDirectory.absolute(path))
        for entry in file.entries {
            guard let setting = KnownSetting.named(entry.name) else {
                problems.append(
                    file.problem(
                        ofNameIn: entry, "there is no setting '\(entry.name)'",
                        hint: Suggestion.hint(for: entry.name, among: KnownSetting.all.map(\.name))
                            ?? "'baton config show' lists them."))
                continue
            }
            guard setting.isForProjects || !isProject else {
                problems.append(
                    file.problem(
                        ofNameIn: entry, "a project's file can't set '\(entry.name)'",
                        hint: "Set it in \(Self.userFile), or name this file with --config."))
                continue
            }
            if !setting.take(entry.text, in: folder, into: &settings) {
                problems.append(
                    file.problem(
                        ofValueIn: entry, "'\(entry.name)' must be \(setting.expected), not '\(entry.text.prefix(60))'")
                )
            }
            origins[setting.name] = .file(path)
        }
        guard problems.isEmpty else { throw WorkflowError(problems) }
    }

    /// `$XDG_CONFIG_HOME/baton/config.yaml`, else `~/.config/baton/config.yaml`.
    static var userFile: String { DataDirectory.configuration + "/config.yaml" }

    /// Those of this process.
    ///
    /// - Parameter arguments: of the command; what they say of `--config` counts before anything is parsed.
    static func ofProcess(_ arguments: [String]) throws -> LoadedSettings {
        let chosen = option("--config", in: arguments) ?? Environment["BATON_CONFIG"]
        return try LoadedSettings(
            Places(usual: ["/etc/baton/config.yaml", userFile], project: projectFile, chosen: chosen),
            variable: { Environment[$0] })
    }

    /// Makes them those of this process and of the programs that it starts to compute something.
    func use() {
        settings.use()
        if let chosen { setenv("BATON_CONFIG", DataDirectory.absolute(chosen), 1) }
    }

    private static func option(_ name: String, in arguments: [String]) -> String? {
        let options = Array(arguments.prefix { $0 != "--" })
        for (place, option) in options.enumerated() {
            if option == name, place + 1 < options.count { return options[place + 1] }
            if option.hasPrefix(name + "=") { return String(option.dropFirst(name.count + 1)) }
        }
        return nil
    }

    private static func folder(of path: String) -> String { (path as NSString).deletingLastPathComponent }

    /// In this folder or the nearest one above it that has one.
    private static var projectFile: String? {
        var folder = DataDirectory.current
        while true {
            let path = folder + "/.baton/config.yaml"
            if FileStatus(path) != nil { return path }
            let parent = Self.folder(of: folder)
            if parent == folder { return nil }
            folder = parent
        }
    }
}

extension SettingsFile.Entry {
    /// A list as one text with commas between.
    var text: String {
        switch content {
        case .text(let text): text
        case .list(let texts): texts.joined(separator: ",")
        }
    }
}
