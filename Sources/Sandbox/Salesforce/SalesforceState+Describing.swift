extension SalesforceState {
    /// `/sobjects`: every object in short.
    func globalDescription(_ version: String) -> JSON {
        [
            "encoding": "UTF-8", "maxBatchSize": 200,
            "sobjects": .array(schema.names.compactMap { schema[$0] }.map { summary($0, version) }),
        ]
    }

    /// An object in short, as a global describe lists it.
    func summary(_ object: ObjectDescription, _ version: String) -> JSON {
        .object(traits(object) + [JSONMember("urls", urls(object, version))])
    }

    /// `/sobjects/{Object}/describe`: the object with its fields; hidden ones are not there.
    func description(_ object: ObjectDescription, _ version: String) -> JSON {
        var members = traits(object)
        members.append(JSONMember("fields", .array(object.fields.map { (object.isReadOnly ? $0.readOnly : $0).json })))
        members.append(
            JSONMember(
                "recordTypeInfos",
                [
                    [
                        "active": true, "available": true, "defaultRecordTypeMapping": true, "developerName": "Master",
                        "master": true, "name": "Master", "recordTypeId": "012000000000000AAA",
                    ]
                ]
            )
        )
        members.append(JSONMember("sobjectDescribeOption", "FULL"))
        members.append(JSONMember("urls", urls(object, version)))
        return .object(members.sorted { $0.name < $1.name })
    }

    private func traits(_ object: ObjectDescription) -> [JSONMember] {
        let on = [
            "createable", "deletable", "layoutable", "queryable", "replicateable", "retrieveable", "searchable",
            "triggerable", "undeletable", "updateable",
        ]
        let off = [
            "activateable", "custom", "customSetting", "deprecatedAndHidden", "hasSubtypes", "isInterface", "isSubtype",
        ]
        let writing = ["createable", "deletable", "undeletable", "updateable"]
        let flags =
            on.map { JSONMember($0, .bool(!object.isReadOnly || !writing.contains($0))) }
            + off.map { JSONMember($0, false) }
        let names = [
            JSONMember("keyPrefix", .string(object.keyPrefix)), JSONMember("label", .string(object.label)),
            JSONMember("labelPlural", .string(object.labelPlural)), JSONMember("name", .string(object.name)),
        ]
        return (flags + names).sorted { $0.name < $1.name }
    }

    private func urls(_ object: ObjectDescription, _ version: String) -> JSON {
        let base = "/services/data/\(version)/sobjects/\(object.name)"
        return [
            "rowTemplate": .string("\(base)/{ID}"), "describe": .string("\(base)/describe"), "sobject": .string(base),
        ]
    }
}

extension FieldDescription {
    /// The field as a describe tells it, members in alphabetical order as there.
    fileprivate var json: JSON {
        [
            "aggregatable": .bool(type != .boolean && isFilterable), "aiPredictionField": false, "autoNumber": false,
            "byteLength": .integer(Int64(type.isText ? length * 3 : length)), "calculated": false,
            "calculatedFormula": nil, "cascadeDelete": false, "caseSensitive": .bool(isCaseSensitive),
            "compoundFieldName": JSON(compoundName), "controllerName": nil, "createable": .bool(isCreateable),
            "custom": .bool(isCustom),
            "defaultValue": type == .boolean || type == .picklist ? defaultValue ?? .null : nil,
            "defaultValueFormula": nil, "defaultedOnCreate": .bool(isDefaultedOnCreate), "dependentPicklist": false,
            "deprecatedAndHidden": false, "digits": .integer(type == .int ? Int64(precision) : 0),
            "displayLocationInDecimal": false, "encrypted": false, "externalId": .bool(isExternalID),
            "extraTypeInfo": JSON(extraType), "filterable": .bool(isFilterable), "filteredLookupInfo": nil,
            "formulaTreatNullNumberAsZero": false,
            "groupable": .bool(isFilterable && ![.currency, .datetime, .double].contains(type)),
            "highScaleNumber": false, "htmlFormatted": false, "idLookup": .bool(isIDLookup), "inlineHelpText": nil,
            "label": .string(label), "length": .integer(Int64(length)), "mask": nil, "maskType": nil,
            "name": .string(name), "nameField": .bool(name == "Name"),
            "namePointing": .bool(referenceTo.count > 1),
            "nillable": .bool(isNillable), "permissionable": .bool(isNillable && isUpdateable),
            "picklistValues": .array(picklist.map(pickable)), "polymorphicForeignKey": .bool(referenceTo.count > 1),
            "precision": .integer(type == .int ? 0 : Int64(precision)), "queryByDistance": false,
            "referenceTargetField": nil, "referenceTo": .array(referenceTo.map(JSON.string)),
            "relationshipName": JSON(relationshipName), "relationshipOrder": nil, "restrictedDelete": false,
            "restrictedPicklist": .bool(isRestrictedPicklist), "scale": .integer(Int64(scale)),
            "searchPrefilterable": .bool(type == .reference && !referenceTo.contains("User")),
            "soapType": .string(type.soapType),
            "sortable": .bool(isFilterable), "type": .string(type.rawValue), "unique": .bool(isUnique),
            "updateable": .bool(isUpdateable), "writeRequiresMasterRead": false,
        ]
    }

    /// The compound field that shows this one with its like: names and addresses.
    private var compoundName: String? {
        if ["FirstName", "LastName", "Salutation"].contains(name) { return "Name" }
        let suffixes = ["Street", "City", "State", "PostalCode", "Country"]
        return suffixes.first { name.hasSuffix($0) }.map { "\(name.dropLast($0.count))Address" }
    }

    private var extraType: String? {
        if ["FirstName", "LastName", "Salutation"].contains(name) || label == "Full Name" { return "personname" }
        return type == .textarea ? "plaintextarea" : nil
    }

    private func pickable(_ value: String) -> JSON {
        [
            "active": true, "defaultValue": .bool(defaultValue == .string(value)), "label": .string(value),
            "validFor": nil, "value": .string(value),
        ]
    }
}
