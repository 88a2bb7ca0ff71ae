import Model

/// What the worker asks an error, beyond its class.
extension SalesforceError {
    /// Salesforce's faults, if it gave any.
    package var faults: [APIFault] {
        switch self {
        case .faults(_, let faults, _), .sessionRejected(let faults): faults
        default: []
        }
    }

    /// The HTTP status of the answer, where there was one that says no; for a row of a batch that of the batch, which is 200.
    package var status: Int? {
        switch self {
        case .faults(let status, _, _), .server(let status, _): status
        case .sessionRejected: 401
        case .versionRetired: 410
        default: nil
        }
    }

    /// How long to wait at least; nil where nothing says so.
    ///
    /// Salesforce itself sends no Retry-After, but a proxy before it may; else it follows from the class.
    package var retryAfter: Duration? {
        switch self {
        case .server(_, let wait?), .faults(_, _, let wait?): return wait
        case .faults: break
        default: return nil
        }
        if faults.contains(where: { $0.code == "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE" }) {
            return .seconds(300)
        }
        // A record in an approval process stays locked until somebody decides.
        if faults.contains(where: { $0.code == "ENTITY_IS_LOCKED" }) { return .seconds(900) }
        switch errorClass {
        case .quota: return .seconds(600)
        case .throttled: return .seconds(15)
        default: return nil
        }
    }

    /// The field that the org lacks or hides from us (the two can't be told apart), or does not let us write.
    package var missingField: String? {
        for fault in faults {
            switch fault.code {
            case "INVALID_FIELD":
                if let name = fault.message.text(between: "No such column '", and: "'") { return name }
            case "INVALID_FIELD_FOR_INSERT_UPDATE":
                let listed = fault.message.text(between: "Unable to create/update fields: ", and: ".")
                if let name = listed?.split(separator: ",").first.map(String.init) ?? fault.fields.first { return name }
            case "NOT_FOUND":
                let marker = "Provided external ID field does not exist or is not accessible: "
                if let name = fault.message.text(between: marker, and: nil) { return name }
            default: continue
            }
        }
        return nil
    }

    /// Whether the Lead was converted: the write belongs to the Contact it became.
    package var isConvertedLead: Bool { has("CANNOT_UPDATE_CONVERTED_LEAD") }

    /// Whether a text is longer than its field.
    package var isTooLong: Bool { has("STRING_TOO_LONG") }

    /// Whether a duplicate rule stopped a create or an update; `duplicateMatches` has the records it found.
    package var isDuplicatesDetected: Bool { has("DUPLICATES_DETECTED") }

    /// The records that a duplicate rule found.
    package var duplicateMatches: [APIFault.Match] { faults.flatMap(\.matches) }

    /// Whether the record is gone, so that its id must be looked for again.
    package var isMissingRecord: Bool {
        has("ENTITY_IS_DELETED") || has("INVALID_CROSS_REFERENCE_KEY") || (has("NOT_FOUND") && missingField == nil)
    }

    /// Whether somebody else has written the same unique value.
    ///
    /// The record is there, so the write is to be tried once more as an update. A campaign member has `isExistingMember`.
    package var isDuplicateValue: Bool { has("DUPLICATE_VALUE") && !isExistingMember }

    /// Whether the person is a member of the campaign already: look the member up and update its status.
    package var isExistingMember: Bool {
        faults.contains { $0.code == "DUPLICATE_VALUE" && $0.message.contains("Already a campaign member") }
    }

    /// Whether the org's list of states or countries refuses the address, so that the rest may pass without it.
    package var refusesAddress: Bool {
        faults.contains { fault in
            guard Self.codesOfListedValues.contains(fault.code) else { return false }
            let names = fault.fields.isEmpty ? [fault.message] : fault.fields
            return names.contains { name in
                ["state", "country", "province"].contains { name.lowercased().contains($0) }
            }
        }
    }

    /// Whether a query names an object that this user can't see.
    package var isHiddenObject: Bool { has("INVALID_TYPE") }

    private static let codesOfListedValues: Set<String> = [
        "FIELD_INTEGRITY_EXCEPTION", "FIELD_FILTER_VALIDATION_EXCEPTION", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    ]

    private func has(_ code: String) -> Bool { faults.contains { $0.code == code } }
}

extension String {
    /// What stands after `start` up to `end` (or the text's end, spaces trimmed), if it is there and not empty.
    fileprivate func text(between start: String, and end: Character?) -> String? {
        guard let marker = firstRange(of: start) else { return nil }
        let rest = self[marker.upperBound...]
        let found = rest.prefix { $0 != end && !$0.isWhitespace || $0 == " " && end == "." }
        return found.isEmpty ? nil : String(found)
    }
}
