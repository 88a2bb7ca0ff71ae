import Journal

extension NewCallback {
    /// A subscribe as a webhook tells it: with its list, its origin and its time, and with everything that is mapped.
    static func joined(
        _ list: String,
        _ contactID: String,
        _ email: String,
        origin: String? = "www",
        at time: String = "2026-04-21T09:15:00+00:00",
        name: String = "Jane Doe",
        webhookID: String
    ) -> NewCallback {
        let origin = origin.map { "\"origin\":\"\($0)\"," } ?? ""
        return .json(
            """
            [{"type":"contact_added","contact":{"contactId":"\(contactID)","email":"\(email)","name":"\(name)",\(origin)
            "campaign":{"campaignId":"\(list)","name":"\(list)"},"createdOn":"2026-04-01T00:00:00+00:00","tags":[],
            "customFields":[{"customFieldId":"cf1","name":"company","value":["Acme"]}]},
            "account":{"accountId":"A1"},"event":{"occurredAt":"\(time)"}}]
            """,
            webhookID: webhookID
        )
    }

    /// An unsubscribe as a webhook tells it.
    static func left(
        _ list: String,
        _ contactID: String,
        _ email: String,
        at time: String = "2026-04-22T09:15:00+00:00",
        webhookID: String
    ) -> NewCallback {
        .json(
            """
            [{"type":"contact_removed_link","contact":{"contactId":"\(contactID)","email":"\(email)",
            "campaign":{"campaignId":"\(list)","name":"\(list)"}},
            "account":{"accountId":"A1"},"event":{"occurredAt":"\(time)"}}]
            """,
            webhookID: webhookID
        )
    }
}
