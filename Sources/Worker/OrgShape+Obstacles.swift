import Model
import Salesforce

/// What the describe says that Salesforce will refuse.
extension OrgShape {
    /// The fields of the write that our user can't write as it needs; an empty name is the object itself.
    ///
    /// Fields that LeadRelay can do without are no obstacle: they are left out.
    func obstacles(to intent: EffectIntent, _ necessity: FieldNecessity) -> [String] {
        guard let description = description(of: intent.object) else { return [] }
        guard intent.makesRecord ? description.isCreatable : description.isUpdatable else { return [""] }
        var names = intent.fields.keys.filter { name in
            !necessity.isOptional(name, of: intent.object) && !description.takes(name, creating: intent.makesRecord)
        }
        if intent.object == .lead, case .externalID(let key, _) = intent.target,
            description.field(key)?.isExternalID != true
        {
            names.append(key)
        }
        return names.sorted()
    }

    /// Whether the object is known, and known not to let us write the field in records that exist.
    func forbids(_ field: String, of object: SalesforceObject) -> Bool {
        guard let description = description(of: object) else { return false }
        return !description.takes(field, creating: false)
    }
}

extension EffectIntent {
    /// Whether it is sent as something new; a Task is, though it may be there already.
    fileprivate var makesRecord: Bool {
        switch target {
        case .new: true
        case .externalID: isCreation || object != .lead
        case .record: false
        }
    }
}

extension ObjectDescription {
    fileprivate func takes(_ name: String, creating: Bool) -> Bool {
        guard let field = field(name) else { return false }
        return creating ? field.isCreatable : field.isUpdatable
    }
}
