import Model

extension ContactDetails {
    /// Reads the contact of an event in JSON.
    ///
    /// A key that is there counts as carried, even when its value is null or empty: the sender knows the thing and says that
    /// there is none. Accepted are `customFieldValues` and `customFields`, `value` and `values`, and in these an array or a
    /// scalar.
    ///
    /// - Parameters:
    ///   - contact: The contact's own object.
    ///   - list: The list that the event names outside the contact.
    ///   - element: The event around the contact, where some senders put what belongs to the contact.
    init(contact: JSONValue, list: JSONValue?, in element: JSONValue) {
        let list = contact["campaign"] ?? list ?? .null
        self.init(
            contactID: contact.text("contactId"),
            email: contact.text("email"),
            name: contact.text("name"),
            listID: list.text("campaignId") ?? contact.text("campaignId"),
            listName: list.text("name"),
            createdOn: contact.text("createdOn").flatMap { Timestamp(text: $0) },
            origin: contact.text("origin"),
            tags: (contact["tags"] ?? element["tags"]).map(Self.tags),
            customFields: Self.customFields(in: [contact, element])
        )
    }

    private static func tags(_ json: JSONValue) -> [String] {
        if let text = json.text { return text.split(separator: ",").compactMap { String($0).cleaned } }
        return (json.elements ?? []).compactMap { $0.text ?? $0.text("name") }
    }

    private static func customFields(in places: [JSONValue]) -> [String: [String]]? {
        let keys = ["customFieldValues", "customFields", "customField"]
        let carried = places.flatMap { place in keys.compactMap { place[$0] } }
        guard !carried.isEmpty else { return nil }
        var result: [String: [String]] = [:]
        for fields in carried {
            // Where two spellings tell the same field, the first that has a value is right.
            result.merge(customFields(fields)) { first, second in first.isEmpty ? second : first }
        }
        return result
    }

    private static func customFields(_ json: JSONValue) -> [String: [String]] {
        var result: [String: [String]] = [:]
        switch json {
        case .array(let fields):
            for field in fields { add(field, named: nil, to: &result) }
        case .object(let members) where members["name"]?.text != nil || members["customFieldId"]?.text != nil:
            add(json, named: nil, to: &result)
        case .object(let members):
            // `{"company": "Acme"}`, and what PHP makes of a sparse array: `{"1": {"name": …}}`.
            for (key, field) in members.sorted(by: { $0.key < $1.key }) { add(field, named: key, to: &result) }
        case .null, .bool, .number, .string: break
        }
        return result
    }

    private static func add(_ field: JSONValue, named key: String?, to result: inout [String: [String]]) {
        guard let name = field.text("name", "customFieldId") ?? key else { return }
        let values: [String]
        if field.isObject {
            values = [field["values"], field["value"]].lazy.compactMap { $0.map(texts) }.first { !$0.isEmpty } ?? []
        } else if key != nil {
            values = texts(field)
        } else {
            return
        }
        result[name, default: []] += values
    }

    private static func texts(_ json: JSONValue) -> [String] {
        if let text = json.scalar { return [text] }
        return (json.elements ?? []).compactMap(\.scalar)
    }
}
