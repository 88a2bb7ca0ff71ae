import Model

extension ContactDetails {
    /// Reads a contact as `GET /contacts/{id}` gives it.
    ///
    /// Accepted are the API's own names and the guide's (`customFields` for `customFieldValues`), `value` and `values`, an
    /// array or a scalar in either, and null or `[]` anywhere. A member that is absent or null stays nil, so that it is
    /// not taken for an empty one.
    init(contact json: JSONValue) {
        self.init(
            contactID: json["contactId"]?.text,
            email: json["email"]?.text,
            name: json["name"]?.text,
            listID: json["campaign"]?["campaignId"]?.text,
            listName: json["campaign"]?["name"]?.text,
            createdOn: json["createdOn"]?.text.flatMap { Timestamp(text: $0) },
            origin: json["origin"]?.text,
            tags: json["tags"]?.elements?.compactMap { $0["name"]?.text ?? $0.text },
            customFields: (json["customFieldValues"] ?? json["customFields"])?.elements.map(Self.customFields)
        )
    }

    private static func customFields(_ elements: [JSONValue]) -> [String: [String]] {
        var result: [String: [String]] = [:]
        for element in elements {
            guard let name = element["name"]?.text ?? element["customFieldId"]?.text else { continue }
            let values = [element["values"], element["value"]].lazy.compactMap { $0.map(texts) }
            result[name, default: []] += values.first { !$0.isEmpty } ?? []
        }
        return result
    }

    private static func texts(_ value: JSONValue) -> [String] {
        if let text = value.text { return [text] }
        return (value.elements ?? []).compactMap(\.text)
    }
}
