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
        var members = traits(object) + Self.extras
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
        let isMember = object.name.hasPrefix("CampaignMember")
        let isWritable = !object.isReadOnly
        let flags: [(name: String, value: Bool)] = [
            ("activateable", false), ("createable", isWritable), ("custom", false), ("customSetting", false),
            ("deepCloneable", object.name == "Campaign"), ("deletable", isWritable), ("deprecatedAndHidden", false),
            ("feedEnabled", Self.merged.contains(object.name)), ("hasSubtypes", false), ("isInterface", false),
            ("isSubtype", false), ("layoutable", true), ("mergeable", Self.merged.contains(object.name)),
            ("mruEnabled", !isMember), ("queryable", true), ("replicateable", true), ("retrieveable", true),
            ("searchable", !isMember), ("triggerable", true), ("undeletable", isWritable && !isMember),
            ("updateable", isWritable),
        ]
        let names = [
            JSONMember("associateEntityType", nil), JSONMember("associateParentEntity", nil),
            JSONMember("keyPrefix", .string(object.keyPrefix)), JSONMember("label", .string(object.label)),
            JSONMember("labelPlural", .string(object.labelPlural)), JSONMember("name", .string(object.name)),
        ]
        return (flags.map { JSONMember($0.name, .bool($0.value)) } + names).sorted { $0.name < $1.name }
    }

    /// The objects whose records can be merged, which are those with a feed too.
    private static let merged: Set<String> = ["Account", "Contact", "Lead"]

    /// What only a whole describe says, and what is alike for every object here.
    private static let extras: [JSONMember] = [
        JSONMember("actionOverrides", []), JSONMember("childRelationships", []),
        JSONMember("compactLayoutable", true), JSONMember("defaultImplementation", nil), JSONMember("extendedBy", nil),
        JSONMember("extendsInterfaces", nil), JSONMember("implementedBy", nil),
        JSONMember("implementsInterfaces", nil), JSONMember("listviewable", nil), JSONMember("lookupLayoutable", nil),
        JSONMember("namedLayoutInfos", []), JSONMember("networkScopeFieldName", nil),
        JSONMember("searchLayoutable", true), JSONMember("supportedScopes", []),
    ]

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
            "nillable": .bool(isNillable), "permissionable": .bool(isNillable && isUpdateable && !isAlwaysVisible),
            "picklistValues": .array(picklist.map(pickable)), "polymorphicForeignKey": .bool(referenceTo.count > 1),
            "precision": .integer(type == .int ? 0 : Int64(precision)), "queryByDistance": false,
            "referenceTargetField": nil, "referenceTo": .array(referenceTo.map(JSON.string)),
            "relationshipName": JSON(relationshipName), "relationshipOrder": nil, "restrictedDelete": false,
            "restrictedPicklist": .bool(isRestrictedPicklist), "scale": .integer(Int64(scale)),
            "searchPrefilterable": .bool(
                type == .reference && !referenceTo.contains("User") && name != "MasterRecordId"
            ),
            "soapType": .string(type.soapType),
            "sortable": .bool(isFilterable), "type": .string(type.rawValue), "unique": .bool(isUnique),
            "updateable": .bool(isUpdateable), "writeRequiresMasterRead": false,
        ]
    }

    /// Whether no permission set can name the field: nobody can hide it.
    private var isAlwaysVisible: Bool {
        ["FirstName", "Salutation", "EmailBouncedReason", "EmailBouncedDate", "IndividualId"].contains(name)
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
