import Testing

@testable import leadrelay

/// Loads settings from a pretended disk and environment.
func settings(
    file: String? = nil,
    environment: [String: String] = [:],
    disk: [String: String] = [:],
    configPath: String? = nil
) throws(SettingsError) -> Settings {
    var disk = disk
    disk["leadrelay.yaml"] = file ?? disk["leadrelay.yaml"]
    return try Settings.load(
        configPath: configPath,
        environment: environment,
        readText: { path throws(TextFileFault) in
            guard let text = disk[path] else { throw .missing }
            guard text != unreadable else { throw .unreadable("this user may not read it") }
            return text
        }
    )
}

/// The text of a file on the pretended disk that can't be read.
let unreadable = "\u{0}unreadable"

/// What is wrong with the settings, one sentence each.
func problems(
    file: String? = nil,
    environment: [String: String] = [:],
    disk: [String: String] = [:],
    configPath: String? = nil
) -> [String] {
    do {
        _ = try settings(file: file, environment: environment, disk: disk, configPath: configPath)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}
