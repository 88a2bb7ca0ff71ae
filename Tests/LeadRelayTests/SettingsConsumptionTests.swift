import Testing

@testable import leadrelay

@Suite("Every setting has an effect")
struct SettingsConsumptionTests {
    /// A usable value, other than the default, for a setting.
    static func otherValue(of key: SettingKey) -> String {
        switch key.kind {
        case .text, .credential, .pathToken: "another-\(key.name)"
        case .integer(let range):
            .scalar("\(range.upperBound)") == key.standard ? "\(range.lowerBound)" : "\(range.upperBound)"
        case .boolean: key.standard == .scalar("true") ? "false" : "true"
        case .duration(let range): "\(SettingDuration(range.upperBound))"
        case .start: "2026-01-31"
        case .choice(let words): words.first { .scalar($0) != key.standard } ?? ""
        case .list(of: let words): words?.last ?? "another-word"
        case .entries(let parts):
            "{\(parts.map { "\($0.name): \(otherPart($0))" }.joined(separator: ", "))}"
        case .recordID(let prefix): "\(prefix)00000000000x"
        case .assignment: "01Q00000000000x"
        case .url: "http://localhost:9999/\(key.name)"
        case .salesforceURL: "https://another.my.salesforce.com"
        case .domain: "another.example.org"
        case .apiVersion: "v61.0"
        case .fieldName: "Another__c"
        }
    }

    private static func otherPart(_ part: SettingPart) -> String {
        switch part.kind {
        case .recordID(let prefix): "\(prefix)00000000000x"
        default: part.name == "status" ? "Attended" : "another-\(part.name)"
        }
    }

    /// The settings with one key set in the file, beside what that key needs to be accepted.
    static func settingOnly(_ key: SettingKey) throws -> Settings {
        let value = otherValue(of: key)
        return try settings(file: "\(key.name): \(key.kind.isList ? "[\(value)]" : value)\n\(companion(of: key))")
    }

    /// A base that rises to its bound needs the cap above it.
    private static func companion(of key: SettingKey) -> String {
        key.name == "worker.retryBase" ? "worker.retryCap: 1h" : ""
    }

    @Test(arguments: SettingCatalog.all)
    func fileChangesThePropertyOfThatNameAndNoOther(key: SettingKey) throws {
        let standard = try settings(file: Self.companion(of: key))
        let name = PropertyName(key.name)
        #expect(try name.changes(from: standard, to: Self.settingOnly(key)) == [name])
    }

    @Test(arguments: SettingCatalog.all.filter(\.hasEnvironmentForm))
    func environmentMeansTheSameAsTheFile(key: SettingKey) throws {
        let variables = [key.environmentName: Self.otherValue(of: key)]
        let loaded = try settings(file: Self.companion(of: key), environment: variables)
        #expect(loaded == (try Self.settingOnly(key)))
    }
}

/// The path to a property, written so that `sync.name.placeholder` and `sync.namePlaceholder` are the same.
private struct PropertyName: Hashable {
    let letters: String

    init(_ name: String) {
        letters = name.lowercased().filter { $0 != "." }
    }

    /// The properties that differ; this one is not looked into, all others are down to the last.
    func changes(from old: any Hashable, to new: any Hashable, at place: String = "") -> [PropertyName] {
        let pairs = zip(Mirror(reflecting: old).children, Mirror(reflecting: new).children)
        let found = pairs.flatMap { before, after -> [PropertyName] in
            guard let old = before.value as? any Hashable, let new = after.value as? any Hashable,
                AnyHashable(old) != AnyHashable(new)
            else { return [] }
            let path = PropertyName(place + (before.label ?? ""))
            return path == self ? [path] : changes(from: old, to: new, at: path.letters)
        }
        return found.isEmpty ? [PropertyName(place)] : found
    }
}
