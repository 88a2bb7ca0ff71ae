/// Every setting there is; file, environment, sample and documents all follow this list.
enum SettingCatalog {
    /// All settings, in the order of the sample file.
    static let all: [SettingKey] =
        journal + retention + ingest + getResponse + salesforce + salesforceFields + worker + sync + optOut + log

    /// The settings by dotted key.
    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The dotted names that have settings beneath them, such as `salesforce` and `salesforce.fields`.
    static let sections: Set<String> = Set(
        all.flatMap { key in
            key.name.indices(where: { $0 == "." }).ranges.map { String(key.name[..<$0.lowerBound]) }
        }
    )

    /// What holds where nobody sets anything.
    static let standards = all.reduce(into: [String: SettingKey.Text]()) { $0[$1.name] = $1.standard }
}
