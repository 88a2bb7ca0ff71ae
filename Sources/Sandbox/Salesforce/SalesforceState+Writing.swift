extension SalesforceState {
    /// Creates a record and returns its id.
    mutating func create(
        _ object: ObjectDescription,
        _ write: RecordWrite,
        key: (field: FieldDescription, value: String)? = nil,
        now: Int64
    ) throws(SalesforceError) -> String {
        guard !object.isReadOnly else {
            throw .record("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted: \(object.label)")
        }
        var values = try write.values(for: object, creating: true)
        if let key {
            let place = "[line:1, column:2]"
            values[key.field.name] = try FieldConverter(field: key.field, place: place).stored(.string(key.value))
        }
        try takeWriteFault(object)
        var row = blank(object, now: now)
        row.values.merge(values) { $1 }
        try check(&row, object, before: nil, changed: Set(values.keys), write.options)
        row.id = store.freshID(prefix: object.keyPrefix)
        row["Id"] = .string(row.id)
        finish(&row, object, write.options, now: now)
        if object.name == "Campaign" { addStandardStatuses(of: row.id, now: now) }
        return row.id
    }

    /// Changes a record.
    mutating func update(
        _ object: ObjectDescription,
        id: String,
        _ write: RecordWrite,
        now: Int64
    ) throws(SalesforceError) {
        let before = try row(id, of: object)
        guard !object.isReadOnly else { throw .insufficientAccess }
        if let id = write.members.first(where: { $0.name.lowercased() == "id" }) {
            throw SalesforceError(
                code: "INVALID_FIELD",
                message: "The \(id.name) field should not be specified in the sobject data."
            )
        }
        let values = try write.values(for: object, creating: false)
        guard !before.isDeleted else {
            throw SalesforceError(status: 404, code: "ENTITY_IS_DELETED", message: "entity is deleted", fields: [])
        }
        try takeWriteFault(object)
        var row = before
        row.values.merge(values) { $1 }
        try check(&row, object, before: before, changed: Set(values.keys), write.options)
        finish(&row, object, write.options, now: now)
    }

    /// Moves a record to the recycle bin.
    mutating func delete(_ object: ObjectDescription, id: String, now: Int64) throws(SalesforceError) {
        var row = try row(id, of: object)
        guard !object.isReadOnly else { throw .insufficientAccess }
        guard !row.isDeleted else {
            throw SalesforceError(status: 404, code: "ENTITY_IS_DELETED", message: "entity is deleted", fields: [])
        }
        row["IsDeleted"] = true
        stamp(&row, object, now: now)
        store.put(row, object)
    }

    /// A record with every default in it, not stored yet.
    func blank(_ object: ObjectDescription, now: Int64) -> SalesforceRow {
        var row = SalesforceRow(id: "", object: object.name, values: [:])
        for field in object.fields {
            if let value = field.defaultValue, !value.isNull { row[field.name] = value }
        }
        row["CreatedDate"] = .string(CivilTime.salesforce(now))
        return row
    }

    /// Stores a record after the assignment rule and the values that follow from others.
    mutating func finish(
        _ row: inout SalesforceRow,
        _ object: ObjectDescription,
        _ options: RecordWrite.Options,
        now: Int64
    ) {
        if object.name == "Lead", options.runsAssignmentRule, !configuration.assignmentRuleOwners.isEmpty {
            let owners = configuration.assignmentRuleOwners
            row["OwnerId"] = .string(owners[assignments % owners.count])
            assignments += 1
        }
        derive(&row, now: now)
        row["LastModifiedById"] = .string(options.user)
        stamp(&row, object, now: now)
        store.put(row, object)
    }

    private func stamp(_ row: inout SalesforceRow, _ object: ObjectDescription, now: Int64) {
        row["LastModifiedDate"] = .string(CivilTime.salesforce(now))
        row["SystemModstamp"] = .string(CivilTime.salesforce(now))
    }

    private func derive(_ row: inout SalesforceRow, now: Int64) {
        switch row.object {
        case "Lead", "Contact":
            let names = [row["FirstName"].string, row["LastName"].string].compactMap { $0 }
            row["Name"] = .string(names.joined(separator: " "))
        case "Task":
            let isClosed = row["Status"].string == "Completed"
            row["IsClosed"] = .bool(isClosed)
            if !isClosed {
                row["CompletedDateTime"] = .null
            } else if row["CompletedDateTime"].isNull {
                row["CompletedDateTime"] = .string(CivilTime.salesforce(now))
            }
        default: break
        }
    }

    private mutating func takeWriteFault(_ object: ObjectDescription) throws(SalesforceError) {
        guard let index = writeFaults.firstIndex(where: { $0.object == object.name }) else { return }
        let error = writeFaults[index].error
        writeFaults[index].remaining -= 1
        if writeFaults[index].remaining == 0 { writeFaults.remove(at: index) }
        throw error
    }
}
