/// What a describe says of one field, as far as it changes what the API accepts.
struct FieldDescription: Sendable {
    var name: String
    var label: String
    var type: FieldType
    /// Characters, for text; 18 for ids; else 0.
    var length = 0
    var isNillable = true
    /// What a new record gets where the request says nothing.
    var defaultValue: JSON?
    var isDefaultedOnCreate = false
    var isCreateable = true
    var isUpdateable = true
    var isExternalID = false
    var isUnique = false
    var isCaseSensitive = false
    /// Whether the field can stand in the path of an upsert although it is no external id (Email).
    var isIDLookup = false
    var picklist: [String] = []
    var isRestrictedPicklist = false
    var referenceTo: [String] = []
    var relationshipName: String?
    var precision = 0
    var scale = 0

    /// Whether the org's own people added the field.
    var isCustom: Bool { name.hasSuffix("__c") }

    /// Whether SOQL can compare it: long text areas can't.
    var isFilterable: Bool { !(type == .textarea && length > 255) }

    /// Whether the store keeps an index of it.
    var isIndexed: Bool { isExternalID || isIDLookup || type == .reference }

    static func text(_ name: String, _ label: String, _ length: Int, type: FieldType = .string) -> FieldDescription {
        FieldDescription(name: name, label: label, type: type, length: length)
    }

    static func picklist(_ name: String, _ label: String, _ values: [String], length: Int = 255) -> FieldDescription {
        FieldDescription(name: name, label: label, type: .picklist, length: length, picklist: values)
    }

    static func value(_ name: String, _ label: String, _ type: FieldType) -> FieldDescription {
        FieldDescription(name: name, label: label, type: type)
    }

    static func number(_ name: String, _ label: String, precision: Int = 18, scale: Int = 0) -> FieldDescription {
        FieldDescription(name: name, label: label, type: .double, precision: precision, scale: scale)
    }

    static func flag(_ name: String, _ label: String) -> FieldDescription {
        FieldDescription(
            name: name,
            label: label,
            type: .boolean,
            isNillable: false,
            defaultValue: false,
            isDefaultedOnCreate: true
        )
    }

    static func reference(
        _ name: String,
        _ label: String,
        to objects: [String],
        relationship: String? = nil
    ) -> FieldDescription {
        FieldDescription(
            name: name,
            label: label,
            type: .reference,
            length: 18,
            referenceTo: objects,
            relationshipName: relationship
        )
    }

    /// The same field, required: not nillable, without a default.
    var required: FieldDescription {
        var copy = self
        copy.isNillable = false
        return copy
    }

    /// The same field, kept by Salesforce alone.
    var readOnly: FieldDescription {
        var copy = self
        copy.isCreateable = false
        copy.isUpdateable = false
        return copy
    }

    /// The same field, settable at creation only.
    var createOnly: FieldDescription {
        var copy = self
        copy.isUpdateable = false
        return copy
    }

    /// The same field, with a value that new records get.
    func defaulting(to value: JSON) -> FieldDescription {
        var copy = self
        copy.isNillable = false
        copy.defaultValue = value
        copy.isDefaultedOnCreate = true
        return copy
    }

    /// The same field as an external id.
    func externalID(unique: Bool, caseSensitive: Bool) -> FieldDescription {
        var copy = self
        copy.isExternalID = true
        copy.isIDLookup = true
        copy.isUnique = unique
        copy.isCaseSensitive = caseSensitive
        return copy
    }

    /// The same field as a key that an upsert can use.
    var idLookup: FieldDescription {
        var copy = self
        copy.isIDLookup = true
        return copy
    }
}
