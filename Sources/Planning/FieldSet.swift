import Model

/// Field values of one object by API name, kept free of what must not be sent and of what does not fit.
struct FieldSet {
    let object: SalesforceObject
    private let org: OrgFields
    private(set) var values: [String: FieldValue] = [:]
    /// The fields whose text was too long: cut, or left out where a part of it is worth nothing.
    private(set) var shortened: Set<String> = []

    init(_ object: SalesforceObject, _ org: OrgFields) {
        self.object = object
        self.org = org
    }

    /// Adds a text, unless it or the name of the field is empty.
    ///
    /// Nothing is ever cleared: that a callback lacks a value does not mean that the contact does.
    mutating func set(_ field: String, _ text: String?) {
        guard let text, !field.isEmpty, !FieldValue.string(text).isEmpty, !org.lacks(field, of: object) else { return }
        let fitted = org.fitted(text, to: field, of: object)
        if fitted != text { shortened.insert(field) }
        if let fitted { values[field] = .string(fitted) }
    }

    /// Adds a text of which the end stays when it has to be cut, unless there is hardly room for that.
    mutating func set(_ field: String, _ text: String, ending: String) {
        guard let room = org.room(of: field, in: object), text.utf16.count + ending.utf16.count > room.length,
            room.length >= 2 * ending.utf16.count
        else { return set(field, text + ending) }
        shortened.insert(field)
        set(field, text.cut(to: room.length - ending.utf16.count) + ending)
    }

    /// Adds tags, as many as fit.
    mutating func set(_ field: String, tags: [String]) {
        guard !field.isEmpty, !org.lacks(field, of: object) else { return }
        let fitted = TagsRule.fitted(tags, limit: org.room(of: field, in: object)?.length ?? TextLimit.tags)
        if fitted.isShortened { shortened.insert(field) }
        if let text = fitted.text { values[field] = .string(text) }
    }

    /// Adds an instant in Salesforce's form.
    mutating func set(_ field: String, _ time: Timestamp?) {
        set(field, time?.iso8601)
    }

    /// Sets the opt-out; there is no way to take it back.
    mutating func setOptedOut() {
        values["HasOptedOutOfEmail"] = true
    }

    /// The fields of a write that were too long: of those that are in it, and those that were left out.
    func shortened(in written: [String: FieldValue]) -> Set<String> {
        shortened.filter { written[$0] != nil || values[$0] == nil }
    }

    /// The values that `record` does not hold already.
    func differing(from record: SalesforceRecord) -> [String: FieldValue] {
        values.filter { field, value in !record.holds(value, in: field) }
    }
}

extension SalesforceRecord {
    /// Whether `field` was asked for and is empty.
    func isKnownEmpty(_ field: String) -> Bool {
        fields[field]?.isEmpty ?? false
    }

    /// What the fields in `wanted` held when they were read.
    func before(_ wanted: [String: FieldValue]) -> [String: FieldValue] {
        fields.filter { wanted.keys.contains($0.key) }
    }

    fileprivate func holds(_ wanted: FieldValue, in field: String) -> Bool {
        guard let held = fields[field] else { return false }
        guard let wanted = wanted.string, let held = held.string else { return held == wanted }
        // Salesforce trims what it stores, and writes instants as `2026-04-21T09:15:00.000+0000`.
        if field == "Email" {
            return held.trimmingWhitespace().lowercased() == wanted.trimmingWhitespace().lowercased()
        }
        if let wanted = Timestamp(text: wanted), let held = Timestamp(text: held) {
            return wanted.isSameSecond(as: held)
        }
        return held.trimmingWhitespace() == wanted.trimmingWhitespace()
    }
}

extension Timestamp {
    /// Whether both are in one second, which is what Salesforce keeps of an instant.
    func isSameSecond(as other: Timestamp) -> Bool {
        milliseconds / 1000 == other.milliseconds / 1000
    }
}
