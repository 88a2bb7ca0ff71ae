/// Everything that is wrong with the settings, found in one pass; the commands exit with 78 on it.
struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    let problems: [SettingsProblem]

    init(_ problems: [SettingsProblem]) {
        self.problems = problems
    }

    /// One sentence a line.
    var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One thing that is wrong with the settings, and what to do about it.
enum SettingsProblem: Hashable, Sendable {
    /// The file has a key that no setting has.
    case unknownKey(SettingOrigin, name: String, suggestion: String?)
    /// The environment sets what only the file can hold.
    case fileOnly(environmentName: String, key: String)
    /// A value that its setting can't hold; nil instead of a value that must not be shown.
    case illTyped(SettingOrigin, key: String, value: String?, remedy: String)
    /// The file gives a value to what has settings beneath it.
    case section(SettingOrigin, name: String)
    /// The file sets a key again.
    case repeated(SettingOrigin, key: String)
    /// The file is no YAML.
    case malformed(file: String, line: Int?, reason: String)
    case unreadable(file: String, reason: String)
    /// The file that a `…_FILE` names.
    case unreadableSecret(environmentName: String, path: String, reason: String)
    /// Both the secret and its file are given.
    case ambiguousSecret(environmentName: String, fileName: String)
    /// A command needs what nobody set.
    case missing(key: String)
    /// Settings that don't go together.
    case conflict(String)
    /// A setting that the catalog promises and the reader did not find: a fault of this program.
    case unreadSetting(String)
}

/// Where a value comes from.
enum SettingOrigin: Hashable, Sendable {
    case file(String, line: Int)
    case environment(String)
}

extension SettingsProblem: CustomStringConvertible {
    var description: String {
        switch self {
        case .unknownKey(.file(let file, let line), let name, let suggestion):
            "\(file):\(line): unknown setting \(name.debugDescription); \(advice(suggestion))"
        case .unknownKey(.environment, let name, let suggestion):
            "unknown setting \(name) in the environment; \(advice(suggestion))"
        case .fileOnly(let environmentName, let key):
            "\(environmentName) is not read; set \(key) in the settings file"
        case .illTyped(let origin, let key, let value, let remedy):
            "\(origin.prefix)\(origin.subject(key)) \(value.map { "is \($0.debugDescription)" } ?? "is not usable"); \(remedy)"
        case .section(let origin, let name):
            "\(origin.prefix)\"\(name)\" is a section; put its settings beneath it, indented"
        case .repeated(let origin, let key):
            "\(origin.prefix)\"\(key)\" is set twice; remove one of them"
        case .malformed(let file, let line, let reason):
            "\(file)\(line.map { ":\($0)" } ?? ""): this is not YAML that settings can be read from (\(reason)); mend the line"
        case .unreadable(let file, let reason):
            "can't read the settings file \(file): \(reason)"
        case .unreadableSecret(let environmentName, let path, let reason):
            "can't read \(path), which \(environmentName) names: \(reason)"
        case .ambiguousSecret(let environmentName, let fileName):
            "both \(environmentName) and \(fileName) are set; remove one of them"
        case .missing(let key):
            "\(key) is missing; set \(SettingKey.environmentName(of: key)) or put \(key) into the settings file"
        case .conflict(let sentence):
            sentence
        case .unreadSetting(let reason):
            "a setting could not be read (\(reason)); this is a fault of leadrelay, please report it"
        }
    }

    private func advice(_ suggestion: String?) -> String {
        suggestion.map { "did you mean \"\($0)\"?" } ?? "remove it, or see the sample leadrelay.yaml for what there is"
    }
}

extension SettingOrigin {
    fileprivate var prefix: String {
        switch self {
        case .file(let file, let line): "\(file):\(line): "
        case .environment: ""
        }
    }

    fileprivate func subject(_ key: String) -> String {
        switch self {
        case .file: key
        case .environment(let name): name
        }
    }
}
