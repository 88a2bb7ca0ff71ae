import Model

/// Field values by API name, kept free of what must not be sent.
struct FieldSet {
    private(set) var values: [String: FieldValue] = [:]

    /// Adds a text, unless it or the name of the field is empty.
    ///
    /// Nothing is ever cleared: that a callback lacks a value does not mean that the contact does.
    mutating func set(_ field: String, _ text: String?) {
        guard let text, !field.isEmpty, !FieldValue.string(text).isEmpty else { return }
        values[field] = .string(text)
    }

    /// Adds an instant in Salesforce's form.
    mutating func set(_ field: String, _ time: Timestamp?) {
        set(field, time?.iso8601)
    }

    /// Sets the opt-out; there is no way to take it back.
    mutating func setOptedOut() {
        values["HasOptedOutOfEmail"] = true
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
