import Configuration
import Foundation

/// Hands checked values, of the file or of the catalog's defaults, to a `ConfigReader`.
///
/// swift-configuration's own YAML provider knows no line numbers and refuses lists of mappings.
struct SettingsProvider: ConfigProvider {
    let providerName: String
    /// Values by dotted key.
    let values: [String: SettingKey.Text]

    func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        let name = key.components.joined(separator: ".")
        let value = values[name].flatMap { content(of: $0, as: type) }
            .map { ConfigValue($0, isSecret: SettingCatalog.byName[name]?.isSecret ?? true) }
        return LookupResult(encodedKey: name, value: value)
    }

    func fetchValue(forKey key: AbsoluteConfigKey, type: ConfigType) async throws -> LookupResult {
        try value(forKey: key, type: type)
    }

    func watchValue<Return: ~Copyable>(
        forKey key: AbsoluteConfigKey,
        type: ConfigType,
        updatesHandler: (ConfigUpdatesAsyncSequence<Result<LookupResult, any Error>, Never>) async throws -> Return
    ) async throws -> Return {
        try await watchValueFromValue(forKey: key, type: type, updatesHandler: updatesHandler)
    }

    func snapshot() -> any ConfigSnapshot { self }

    func watchSnapshot<Return: ~Copyable>(
        updatesHandler: (ConfigUpdatesAsyncSequence<any ConfigSnapshot, Never>) async throws -> Return
    ) async throws -> Return {
        try await watchSnapshotFromSnapshot(updatesHandler: updatesHandler)
    }

    /// The value in the form that is asked for; nil where it has none (checked values have the form of their kind).
    private func content(of text: SettingKey.Text, as type: ConfigType) -> ConfigContent? {
        switch (text, type) {
        case (.scalar(let value), .string): .string(value)
        case (.scalar(let value), .int): Int(value).map(ConfigContent.int)
        case (.scalar(let value), .bool): .bool(["true", "yes", "1"].contains(value.lowercased()))
        case (.list(let values), .stringArray): .stringArray(values)
        // swift-configuration knows no lists of mappings: they pass through it as JSON.
        case (.entries(let entries), .string):
            (try? JSONEncoder().encode(entries)).map { .string(String(decoding: $0, as: UTF8.self)) }
        default: nil
        }
    }
}

extension SettingsProvider: ConfigSnapshot {}
