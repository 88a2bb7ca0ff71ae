import Configuration
import Model

/// The settings that the environment holds, checked against the catalog, with secrets read from the files it names.
///
/// An empty variable counts as not set.
struct SettingsEnvironment: Sendable {
    /// Variables that are ours but no settings: the fail point that crash tests set, and what tests of the request budget and
    /// of power cuts do.
    static let otherNames: Set<String> = [
        "LEADRELAY_FAILPOINT", BudgetTestSeam.windowName, BudgetTestSeam.stopName, CheckpointTestSeam.name,
    ]

    /// Values by environment name.
    private(set) var values: [String: String] = [:]
    private(set) var problems: [SettingsProblem] = []

    /// Reads what begins with `LEADRELAY_`; what is wrong with it is in `problems`.
    init(_ environment: [String: String], readText: TextFileReading) {
        let variables = environment.filter { $0.key.hasPrefix(SettingKey.environmentPrefix) && !$0.value.isEmpty }
        checkNames(of: variables)
        for key in SettingCatalog.all where key.hasEnvironmentForm {
            read(key, from: variables, readText: readText)
        }
    }

    /// The values for a `ConfigReader`, which asks for them by dotted key.
    var provider: some ConfigProvider {
        EnvironmentVariablesProvider(
            environmentVariables: values,
            secretsSpecifier: .specific(Set(SettingCatalog.all.filter(\.isSecret).map(\.environmentName)))
        )
        .prefixKeys(with: "leadrelay")
    }

    private mutating func checkNames(of variables: [String: String]) {
        let settable = SettingCatalog.all.filter(\.hasEnvironmentForm)
        let known = Set(settable.map(\.environmentName) + settable.compactMap(\.environmentFileName))
        for name in variables.keys.sorted() where !known.contains(name) && !Self.otherNames.contains(name) {
            if let key = SettingCatalog.all.first(where: { $0.environmentName == name }) {
                problems.append(.fileOnly(environmentName: name, key: key.name))
            } else {
                let suggestion = SpellingSuggestion.nearest(to: name, among: known)
                problems.append(.unknownKey(.environment(name), name: name, suggestion: suggestion))
            }
        }
    }

    private mutating func read(_ key: SettingKey, from variables: [String: String], readText: TextFileReading) {
        let name = key.environmentName
        let fileName = key.environmentFileName
        let path = fileName.flatMap { variables[$0] }
        switch (variables[name], fileName, path) {
        case (_?, let fileName?, _?):
            problems.append(.ambiguousSecret(environmentName: name, fileName: fileName))
        case (let text?, _, nil):
            take(text, for: key, from: name)
        case (nil, let fileName?, let path?):
            do {
                let text = try readText(path).trimmingNewlinesAtEnd()
                guard !text.isEmpty else { throw TextFileFault.unreadable("it is empty") }
                take(text, for: key, from: fileName)
            } catch {
                let reason = (error as? TextFileFault)?.reason ?? "it can't be read"
                problems.append(.unreadableSecret(environmentName: fileName, path: path, reason: reason))
            }
        default:
            break
        }
    }

    private mutating func take(_ text: String, for key: SettingKey, from name: String) {
        let found = key.kind.elements(of: text).compactMap { key.problem(with: $0, origin: .environment(name)) }
        problems += found
        if found.isEmpty { values[key.environmentName] = text }
    }
}

extension SettingKind {
    /// The elements of a list as the environment writes it, with commas between; else the text alone.
    fileprivate func elements(of text: String) -> [String] {
        guard isList else { return [text] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmingWhitespace() }
    }
}

extension String {
    fileprivate func trimmingNewlinesAtEnd() -> String {
        var rest = self[...]
        while rest.last?.isNewline == true { rest.removeLast() }
        return String(rest)
    }
}
