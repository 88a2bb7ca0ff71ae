/// One object of the emulated org: its name, its ids' prefix and its fields in the order of a describe.
struct ObjectDescription: Sendable {
    let name: String
    let label: String
    let labelPlural: String
    let keyPrefix: String
    private(set) var fields: [FieldDescription]
    /// Whether the integration user can neither create nor edit its records.
    var isReadOnly = false
    private var positions: [String: Int] = [:]

    init(name: String, label: String, labelPlural: String, keyPrefix: String, fields: [FieldDescription]) {
        self.name = name
        self.label = label
        self.labelPlural = labelPlural
        self.keyPrefix = keyPrefix
        self.fields = fields
        index()
    }

    /// The field with this name in any case.
    func field(_ name: String) -> FieldDescription? {
        positions[name.lowercased()].map { fields[$0] }
    }

    /// The field that leads to the parent with this relationship name, in any case.
    func relationship(_ name: String) -> FieldDescription? {
        fields.first { $0.relationshipName?.lowercased() == name.lowercased() }
    }

    /// Takes a field away: as if it had never been made, or field-level security hid it, which the API can't tell apart.
    mutating func remove(_ name: String) {
        fields.removeAll { $0.name.lowercased() == name.lowercased() }
        index()
    }

    /// Changes a field.
    mutating func change(_ name: String, _ change: (inout FieldDescription) -> Void) {
        guard let position = positions[name.lowercased()] else { return }
        change(&fields[position])
    }

    /// Puts a field back, or in.
    mutating func add(_ field: FieldDescription) {
        remove(field.name)
        fields.append(field)
        index()
    }

    private mutating func index() {
        positions = Dictionary(fields.enumerated().map { ($1.name.lowercased(), $0) }) { first, _ in first }
    }
}
