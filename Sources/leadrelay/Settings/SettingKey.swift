/// One setting: what it is called, what it may hold, and what holds where nobody sets it.
struct SettingKey: Hashable, Sendable {
    /// What a setting holds, as text: one value, or a list.
    enum Text: Hashable, Sendable {
        case scalar(String)
        case list([String])
        /// A list of small mappings, each with its parts by name.
        case entries([[String: String]])
    }

    /// The dotted key, as in the file: `getresponse.baseURL`.
    let name: String
    let kind: SettingKind
    /// The value where nobody sets it; nil where there is none.
    let standard: Text?
    /// A value to show where there is no default.
    let example: String?
    /// Whether the value must never be shown, and may come from a file that `…_FILE` names.
    let isSecret: Bool
    /// Whether the environment can set it.
    let hasEnvironmentForm: Bool
    /// One sentence for people who edit the file.
    let documentation: String

    /// A setting with a default.
    init(_ name: String, _ kind: SettingKind, default standard: String, _ documentation: String) {
        self.init(name, kind, standard: .scalar(standard), documentation: documentation)
    }

    /// A list with a default.
    init(
        _ name: String,
        _ kind: SettingKind,
        default standard: [String],
        fileOnly: Bool = false,
        _ documentation: String
    ) {
        self.init(name, kind, standard: .list(standard), fileOnly: fileOnly, documentation: documentation)
    }

    /// A setting without a default: optional, or required by the commands that need it.
    init(_ name: String, _ kind: SettingKind, example: String, isSecret: Bool = false, _ documentation: String) {
        self.init(name, kind, example: example, isSecret: isSecret, documentation: documentation)
    }

    /// A list of mappings, which only the file can hold; empty by default.
    init(_ name: String, entries parts: [SettingPart], example: String, _ documentation: String) {
        self.init(name, .entries(parts), example: example, fileOnly: true, documentation: documentation)
    }

    private init(
        _ name: String,
        _ kind: SettingKind,
        standard: Text? = nil,
        example: String? = nil,
        isSecret: Bool = false,
        fileOnly: Bool = false,
        documentation: String
    ) {
        self.name = name
        self.kind = kind
        self.standard = standard
        self.example = example
        self.isSecret = isSecret
        self.hasEnvironmentForm = !fileOnly
        self.documentation = documentation
    }

    /// The name in the environment: `LEADRELAY_GETRESPONSE_BASE_URL`.
    var environmentName: String { Self.environmentName(of: name) }

    /// The name in the environment of the path of a file that holds the value; nil for what is no secret.
    var environmentFileName: String? { isSecret ? "\(environmentName)_FILE" : nil }

    /// The environment name of a dotted key: upper case, with an underscore for each dot and at each word of camel case.
    ///
    /// This is the rule of swift-configuration's environment provider, which looks the values up.
    static func environmentName(of name: String) -> String {
        var result = environmentPrefix
        var previous: Character = "."
        for character in name {
            if previous.isLowercase && character.isUppercase { result.append("_") }
            result += character == "." ? "_" : character.uppercased()
            previous = character
        }
        return result
    }

    /// What every environment name of ours begins with.
    static let environmentPrefix = "LEADRELAY_"
}
