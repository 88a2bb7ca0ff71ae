import Yams

/// One part of an entry in a setting that is a list of mappings.
struct SettingPart: Hashable, Sendable {
    let name: String
    let kind: SettingKind
    /// Whether every entry must have it.
    let isRequired: Bool

    init(_ name: String, _ kind: SettingKind, isRequired: Bool = false) {
        self.name = name
        self.kind = kind
        self.isRequired = isRequired
    }
}

/// One entry as the file has it: its parts by name, or everything that is wrong with it.
struct SettingEntry {
    private(set) var values: [String: String] = [:]
    private(set) var problems: [SettingsProblem] = []

    /// Reads one element of the list.
    ///
    /// - Parameters:
    ///   - node: The element.
    ///   - key: The setting.
    ///   - parts: What an entry may hold.
    ///   - origin: Where a node stands in the file.
    init(_ node: Node, of key: SettingKey, parts: [SettingPart], origin: (Node) -> SettingOrigin) {
        guard case .mapping(let mapping) = node else {
            let names = parts.filter(\.isRequired).map { "\($0.name): …" }.joined(separator: ", ")
            problems = [.illTyped(origin(node), key: key.name, value: nil, remedy: "write each entry as {\(names)}")]
            return
        }
        for (name, value) in mapping {
            read(value, named: name.scalar?.string ?? "", of: key, parts: parts, origin: origin(name))
        }
        for part in parts where part.isRequired && values[part.name] == nil && problems.isEmpty {
            problems.append(
                .illTyped(origin(node), key: key.name, value: nil, remedy: "give each entry a value for \(part.name)")
            )
        }
    }

    private mutating func read(
        _ node: Node,
        named name: String,
        of key: SettingKey,
        parts: [SettingPart],
        origin: SettingOrigin
    ) {
        let place = "\(key.name).\(name)"
        guard let part = parts.first(where: { $0.name == name }) else {
            let nearest = SpellingSuggestion.nearest(to: name, among: parts.map(\.name))
            problems.append(.unknownKey(origin, name: place, suggestion: nearest))
            return
        }
        guard let scalar = node.scalar else {
            problems.append(.illTyped(origin, key: place, value: nil, remedy: "write a single value"))
            return
        }
        guard !scalar.string.isEmpty else { return }
        if let remedy = part.kind.remedy(for: scalar.string) {
            problems.append(.illTyped(origin, key: place, value: scalar.string, remedy: remedy))
        } else {
            values[name] = scalar.string
        }
    }
}
