package import Model

/// What the org's own description of its objects says of fields, as far as it is known: what fits, and what is not there.
package struct OrgFields: Hashable, Sendable {
    /// How much a field takes.
    package struct Room: Hashable, Sendable {
        /// In UTF-16 code units; see `TextLimit`.
        package var length: Int
        /// Whether a part of a value is worth something: not of an address, an id or a picklist's value.
        package var takesParts: Bool

        package init(length: Int, takesParts: Bool) {
            self.length = length
            self.takesParts = takesParts
        }
    }

    private var rooms: [SalesforceObject: [String: Room]] = [:]
    private var lacking: [SalesforceObject: Set<String>] = [:]

    /// Nothing is known: Salesforce's own lengths hold, and every field is there.
    package init() {}

    /// Notes how much a field takes.
    package mutating func set(_ room: Room, of field: String, in object: SalesforceObject) {
        rooms[object, default: [:]][field.lowercased()] = room
    }

    /// Notes a field that the org lacks and that can be done without: it is left out of every write.
    package mutating func leaveOut(_ field: String, of object: SalesforceObject) {
        lacking[object, default: []].insert(field.lowercased())
    }

    /// Whether the field is to be left out.
    func lacks(_ field: String, of object: SalesforceObject) -> Bool {
        lacking[object]?.contains(field.lowercased()) ?? false
    }

    /// How much the field takes: what the org says, else what is so in every org; nil where no length matters or none is known.
    func room(of field: String, in object: SalesforceObject) -> Room? {
        rooms[object]?[field.lowercased()]
            ?? TextLimit.standard(field, of: object).map { Room(length: $0, takesParts: field != "Email") }
    }

    /// The text as it fits into the field, cut at a character's end; nil where it is too long and a part of it is worth nothing.
    func fitted(_ text: String, to field: String, of object: SalesforceObject) -> String? {
        guard let room = room(of: field, in: object), text.utf16.count > room.length else { return text }
        return room.takesParts ? text.cut(to: room.length) : nil
    }
}
