import Yams

/// The settings that a YAML file holds, checked against the catalog.
///
/// Everything wrong is collected, so that a person mends the file once. A key without a value counts as not set, and a
/// dotted key (`ingest.port: 80`) is the same as the nested one.
struct SettingsFile: Sendable {
    /// The path as errors show it.
    let name: String
    private(set) var values: [String: SettingKey.Text] = [:]
    private(set) var problems: [SettingsProblem] = []
    private var seen: Set<String> = []

    /// No file: nothing is set.
    static let none = SettingsFile(name: "no file")

    private init(name: String) {
        self.name = name
    }

    /// Reads `text`; what is wrong with it is in `problems`.
    init(name: String, text: String) {
        self.init(name: name)
        do {
            guard let root = try Yams.compose(yaml: text), !root.isNothing else { return }
            guard case .mapping(let mapping) = root else {
                problems = [.malformed(file: name, line: root.line, reason: "it is not a list of keys with values")]
                return
            }
            read(mapping, under: "")
        } catch {
            problems = [malformed(error)]
        }
    }

    private mutating func read(_ mapping: Node.Mapping, under path: String) {
        for (key, node) in mapping {
            guard case .scalar(let scalar) = key else {
                problems.append(.malformed(file: name, line: key.line, reason: "a key is a single word"))
                continue
            }
            read(node, named: path.isEmpty ? scalar.string : "\(path).\(scalar.string)", origin: origin(key))
        }
    }

    private mutating func read(_ node: Node, named name: String, origin: SettingOrigin) {
        if let key = SettingCatalog.byName[name] {
            guard seen.insert(name).inserted else {
                problems.append(.repeated(origin, key: name))
                return
            }
            read(node, for: key, origin: origin)
        } else if SettingCatalog.sections.contains(name) {
            switch node {
            case .mapping(let mapping): read(mapping, under: name)
            case _ where node.isNothing: break
            default: problems.append(.section(origin, name: name))
            }
        } else {
            let known = SettingCatalog.all.map(\.name) + SettingCatalog.sections
            problems.append(
                .unknownKey(origin, name: name, suggestion: SpellingSuggestion.nearest(to: name, among: known))
            )
        }
    }

    private mutating func read(_ node: Node, for key: SettingKey, origin: SettingOrigin) {
        switch node {
        case _ where node.isNothing:
            break
        case .scalar(let scalar) where !key.kind.isList:
            if let problem = key.problem(with: scalar.string, origin: origin) {
                problems.append(problem)
            } else {
                values[key.name] = .scalar(scalar.string)
            }
        case .sequence(let sequence) where key.kind.entryParts != nil:
            let entries = sequence.map {
                SettingEntry($0, of: key, parts: key.kind.entryParts ?? [], origin: self.origin)
            }
            let faults = entries.flatMap(\.problems)
            problems += faults
            if faults.isEmpty { values[key.name] = .entries(entries.map(\.values)) }
        case .sequence(let sequence) where key.kind.isList:
            let faults = sequence.compactMap { element in
                element.scalar.map { key.problem(with: $0.string, origin: self.origin(element)) }
                    ?? .illTyped(self.origin(element), key: key.name, value: nil, remedy: "list plain words only")
            }
            problems += faults
            if faults.isEmpty { values[key.name] = .list(sequence.compactMap(\.scalar?.string)) }
        default:
            let remedy = key.kind.isList ? "write a list, such as [one, two]" : "write a single value"
            problems.append(.illTyped(origin, key: key.name, value: nil, remedy: remedy))
        }
    }

    private func origin(_ node: Node) -> SettingOrigin {
        .file(name, line: node.line)
    }

    /// Yams' own descriptions quote the file, which may hold secrets; only the line and the grammatical fault are told.
    private func malformed(_ error: any Error) -> SettingsProblem {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            .malformed(file: name, line: mark.line, reason: problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            .repeated(.file(name, line: context.mark.line), key: duplicates.joined(separator: "\", \""))
        case .reader(let problem, _, _, _):
            .malformed(file: name, line: nil, reason: problem)
        default:
            .malformed(file: name, line: nil, reason: "it can't be parsed")
        }
    }
}

extension SettingKey {
    /// What is wrong with one value, or one element of a list; nil where nothing is.
    func problem(with text: String, origin: SettingOrigin) -> SettingsProblem? {
        kind.remedy(for: text).map { remedy in
            .illTyped(origin, key: name, value: isSecret || !kind.mayShow(text) ? nil : text, remedy: remedy)
        }
    }
}

extension Node {
    /// The line in the file, from 1.
    fileprivate var line: Int { mark?.line ?? 1 }

    /// Whether there is no value: nothing, `~`, `null`, or empty text.
    fileprivate var isNothing: Bool {
        guard case .scalar(let scalar) = self else { return false }
        return scalar.string.isEmpty
            || (scalar.style == .plain && ["~", "null", "Null", "NULL"].contains(scalar.string))
    }
}
