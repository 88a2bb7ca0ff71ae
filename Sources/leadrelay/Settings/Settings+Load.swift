import Configuration
import Foundation
import Planning

extension Settings {
    /// Where the file is looked for when no `--config` names it; the first that exists is taken.
    static let defaultPaths = ["leadrelay.yaml", "/etc/leadrelay/leadrelay.yaml"]

    /// Loads the settings: the environment over the file over the defaults.
    ///
    /// - Parameters:
    ///   - configPath: The file that `--config` names, which must exist; nil looks in `defaultPaths`, where none is needed.
    ///   - environment: The process's variables; a test passes its own.
    ///   - readText: Reads the settings file and the files of secrets; a test passes its own.
    /// - Returns: Settings whose values are each usable; what a command needs may still be missing.
    /// - Throws: `SettingsError` with everything that is wrong, in file and environment alike.
    static func load(
        configPath: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        readText: TextFileReading = TextFile.read
    ) throws(SettingsError) -> Settings {
        let file = try findFile(configPath: configPath, readText: readText)
        let variables = SettingsEnvironment(environment, readText: readText)
        let problems = file.problems + variables.problems
        guard problems.isEmpty else { throw SettingsError(problems) }
        let reader = ConfigReader(providers: [
            variables.provider,
            SettingsProvider(providerName: file.name, values: file.values),
            SettingsProvider(providerName: "defaults", values: SettingCatalog.standards),
        ])
        var settings: Settings
        do {
            settings = try Settings(reader)
        } catch {
            throw SettingsError([.unreadSetting("\(error)")])
        }
        settings.getResponse.testWindow = try BudgetTestSeam.window(environment, baseURL: settings.getResponse.baseURL)
        guard settings.conflicts.isEmpty else { throw SettingsError(settings.conflicts) }
        return settings
    }

    private static func findFile(
        configPath: String?,
        readText: TextFileReading
    ) throws(SettingsError) -> SettingsFile {
        for path in configPath.map({ [$0] }) ?? defaultPaths {
            do {
                return SettingsFile(name: path, text: try readText(path))
            } catch {
                guard error == .missing, configPath == nil else {
                    throw SettingsError([.unreadable(file: path, reason: error.reason)])
                }
            }
        }
        return .none
    }

    /// Values that are each right but don't go together, whatever the command.
    private var conflicts: [SettingsProblem] {
        var problems: [SettingsProblem] = []
        if worker.retryBase > worker.retryCap {
            problems.append(
                .conflict(
                    "worker.retryBase is \(SettingDuration(worker.retryBase)), which is longer than worker.retryCap "
                        + "(\(SettingDuration(worker.retryCap))); make it shorter"
                )
            )
        }
        if getResponse.inFlight >= getResponse.perSecond {
            problems.append(
                .conflict(
                    "getresponse.inFlight is \(getResponse.inFlight), which is not less than getresponse.perSecond "
                        + "(\(getResponse.perSecond)); make it smaller"
                )
            )
        }
        return problems + sync.conflicts
    }
}

extension Settings.Sync {
    fileprivate var conflicts: [SettingsProblem] {
        let progress = MemberProgress(order: memberStatuses)
        return campaigns.flatMap { rule -> [SettingsProblem] in
            var problems: [SettingsProblem] = []
            if !rule.isBound {
                problems.append(
                    .conflict(
                        "sync.campaigns has an entry for \(rule.campaign) that names nobody; add a list, an origin or a tag"
                    )
                )
            }
            if progress.rank(of: rule.status) == nil {
                problems.append(
                    .conflict(
                        "sync.campaigns gives the status \(rule.status.debugDescription), which is not in sync.memberStatuses; "
                            + "put it there, in its place from the first to the last"
                    )
                )
            }
            return problems
        }
    }
}
