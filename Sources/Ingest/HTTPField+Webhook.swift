import HTTPTypes

extension HTTPFields {
    /// The headers that are kept or used beside the standard ones.
    enum WebhookField: String {
        /// The same for the first delivery of a webhook and its repeats.
        case webhookID = "X-Webhook-ID"
        case webhookType = "X-Webhook-Type"
        case forwardedFor = "X-Forwarded-For"
    }

    /// The values of the header, in the order of the request; without those that are empty.
    subscript(values field: WebhookField) -> [String] {
        guard let name = HTTPField.Name(field.rawValue) else { return [] }
        return self[values: name].filter { !$0.isEmpty }
    }
}
