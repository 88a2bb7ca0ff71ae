extension SalesforceState {
    /// What Salesforce checks once each value is in its field.
    func check(
        _ row: inout SalesforceRow,
        _ object: ObjectDescription,
        before: SalesforceRow?,
        changed: Set<String>,
        _ options: RecordWrite.Options
    ) throws(SalesforceError) {
        if let before, object.name == "Lead", before["IsConverted"] == true,
            configuration.convertedLeadWrites == .refused
        {
            throw .convertedLead
        }
        try checkRequired(row, object, isNew: before == nil, changed)
        try checkAddress(row, changed)
        try checkReferences(row, object, changed)
        if object.name == "CampaignMember" { try completeMember(&row, isNew: before == nil, changed) }
        try checkUnique(row, object, changed)
        if object.name == "Lead", before == nil || !changed.isDisjoint(with: configuration.duplicateFields) {
            try checkDuplicates(row, options)
        }
    }

    private func checkRequired(
        _ row: SalesforceRow,
        _ object: ObjectDescription,
        isNew: Bool,
        _ changed: Set<String>
    ) throws(SalesforceError) {
        let missing = object.fields.filter { field in
            !field.isNillable && field.isCreateable && row[field.name].isNull && (isNew || changed.contains(field.name))
        }
        guard !missing.isEmpty else { return }
        let names = missing.map(\.name)
        throw .record(
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [\(names.joined(separator: ", "))]",
            fields: names
        )
    }

    private func checkAddress(_ row: SalesforceRow, _ changed: Set<String>) throws(SalesforceError) {
        for (suffix, allowed) in [("State", configuration.states), ("Country", configuration.countries)] {
            guard let allowed, let name = changed.first(where: { $0.hasSuffix(suffix) }),
                let value = row[name].string, !allowed.contains(value)
            else { continue }
            let word = suffix.lowercased()
            throw .record(
                "FIELD_INTEGRITY_EXCEPTION",
                "There's a problem with this \(word), even though it may appear correct. Please select a \(word)"
                    + " from the list of valid \(word == "state" ? "states" : "countries").: \(value)",
                fields: [name]
            )
        }
    }

    /// References must lead to records that are there; neither a Task nor a member can hang on a converted Lead.
    private func checkReferences(
        _ row: SalesforceRow,
        _ object: ObjectDescription,
        _ changed: Set<String>
    ) throws(SalesforceError) {
        for name in changed.sorted() {
            guard let field = object.field(name), field.type == .reference, let id = row[name].string,
                let target = schema.object(ofID: id)
            else { continue }
            guard let found = store[id] else {
                throw .record("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields: [])
            }
            guard !found.isDeleted else { throw .record("ENTITY_IS_DELETED", "entity is deleted", fields: []) }
            if target.name == "Lead", found["IsConverted"] == true, name == "WhoId" || name == "LeadId" {
                throw .convertedLead
            }
        }
    }

    private func checkUnique(
        _ row: SalesforceRow,
        _ object: ObjectDescription,
        _ changed: Set<String>
    ) throws(SalesforceError) {
        for field in object.fields where field.isUnique && changed.contains(field.name) {
            guard let value = row[field.name].string,
                let other = matches(object, field, value).first(where: { $0.id != row.id })
            else { continue }
            throw .record(
                "DUPLICATE_VALUE",
                "duplicate value found: \(field.name) duplicates value on record with id: \(other.id)",
                fields: []
            )
        }
    }

    /// The records that are not deleted and hold this value in this field, by the field's own idea of case.
    func matches(_ object: ObjectDescription, _ field: FieldDescription, _ value: String) -> [SalesforceRow] {
        store.find(object.name, field.name, value).filter { row in
            !row.isDeleted && (!field.isCaseSensitive || row[field.name].string == value)
        }
    }

    private func checkDuplicates(_ row: SalesforceRow, _ options: RecordWrite.Options) throws(SalesforceError) {
        let compared = configuration.duplicateFields.map { ($0, row[$0].string?.lowercased()) }
        guard configuration.duplicateRule != .off, !compared.isEmpty, compared.allSatisfy({ $0.1 != nil }),
            configuration.duplicateRule == .block || !options.allowsDuplicates
        else { return }
        let found = ["Lead", "Contact"].flatMap { name in
            store.all(name).filter { other in
                !other.isDeleted && other.id != row.id && other["IsConverted"] != true
                    && compared.allSatisfy { other[$0.0].string?.lowercased() == $0.1 }
            }
        }
        guard !found.isEmpty else { return }
        throw duplicates(found, version: options.version)
    }

    private func duplicates(_ found: [SalesforceRow], version: String) -> SalesforceError {
        let results = ["Lead", "Contact"].compactMap { name -> JSON? in
            let rows = found.filter { $0.object == name }
            guard !rows.isEmpty else { return nil }
            let records = rows.map { row -> JSON in
                [
                    "additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0,
                    "record": .object([attributes(row, version: version), JSONMember("Id", .string(row.id))]),
                ]
            }
            return [
                "entityType": .string(name), "errors": [], "matchEngine": "FuzzyMatchEngine",
                "matchRecords": .array(records), "rule": .string("Standard_\(name)_Match_Rule_v1_0"),
                "size": .integer(Int64(rows.count)), "success": true,
            ]
        }
        let details: JSON = [
            "allowSave": .bool(configuration.duplicateRule == .alert), "duplicateRule": "Standard_Lead_Duplicate_Rule",
            "duplicateRuleEntityType": "Lead", "errorMessage": "Use one of these records?",
            "matchResults": .array(results),
        ]
        return SalesforceError(
            code: "DUPLICATES_DETECTED",
            message: "Use one of these records?",
            details: JSONMember("duplicateResult", details)
        )
    }
}
