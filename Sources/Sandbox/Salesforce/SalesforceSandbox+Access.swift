import Synchronization

/// What the integration user may do with an object.
package enum ObjectAccess: String, Sendable {
    /// Reads, creates and edits.
    case full
    /// Reads; a describe says so of the object and of each field.
    case readOnly
    /// As if the org had no such object.
    case hidden
}

/// An admin's work on the org: rights of the integration user, and the shape of fields.
extension SalesforceSandbox {
    /// Hides a field from the integration user: describes omit it, and reads and writes find no such column.
    package func hideField(_ object: String, _ field: String) {
        state.withLock { state in
            guard let description = state.schema[object]?.field(field) else { return }
            state.hiddenFields["\(object.lowercased()).\(field.lowercased())"] = description
            state.schema[object]?.remove(field)
        }
    }

    /// Shows a field again that was hidden, and makes one writable again that was made read-only.
    package func showField(_ object: String, _ field: String) {
        state.withLock { state in
            let key = "\(object.lowercased()).\(field.lowercased())"
            guard let description = state.hiddenFields.removeValue(forKey: key) else { return }
            state.schema[object]?.remove(field)
            state.schema[object]?.add(description)
        }
    }

    /// Deletes a field from the org, which the API shows no otherwise than a hidden one.
    package func deleteField(_ object: String, _ field: String) {
        state.withLock { $0.schema[object]?.remove(field) }
    }

    /// Makes a field readable but not writable for the integration user.
    package func makeReadOnly(_ object: String, _ field: String) {
        state.withLock { state in
            guard let description = state.schema[object]?.field(field) else { return }
            state.hiddenFields["\(object.lowercased()).\(field.lowercased())"] = description
            state.schema[object]?.change(field) { $0 = $0.readOnly }
        }
    }

    /// Gives a text field another length; what is longer already stays.
    package func setLength(_ object: String, _ field: String, to length: Int) {
        state.withLock { $0.schema[object]?.change(field) { $0.length = length } }
    }

    /// Makes a field a key, or none.
    package func setKey(_ object: String, _ field: String, isExternalID: Bool, isUnique: Bool, isCaseSensitive: Bool) {
        state.withLock { state in
            state.schema[object]?.change(field) {
                $0.isExternalID = isExternalID
                $0.isIDLookup = isExternalID
                $0.isUnique = isUnique
                $0.isCaseSensitive = isCaseSensitive
            }
        }
    }

    /// Makes a custom field required, so that every write of a record without it is refused.
    package func makeRequired(_ object: String, _ field: String) {
        state.withLock { $0.schema[object]?.change(field) { $0 = $0.required } }
    }

    /// Changes what the integration user may do with an object.
    package func setAccess(_ access: ObjectAccess, to object: String) {
        state.withLock { state in
            let key = object.lowercased()
            if let hidden = state.hiddenObjects.removeValue(forKey: key) { state.schema[object] = hidden }
            state.schema[object]?.isReadOnly = access == .readOnly
            if access == .hidden {
                state.hiddenObjects[key] = state.schema[object]
                state.schema[object] = nil
            }
        }
    }
}
