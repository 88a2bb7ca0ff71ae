package import Foundation
package import Model

/// One delivery as it was received, with all that decoding needs of it.
package struct RawCallback: Sendable {
    package var source: Source
    package var method: String
    /// What followed the `?` without the token, still encoded.
    package var query: String?
    package var contentType: String?
    /// `X-Webhook-ID`: the same for the first try and for retries of one delivery.
    package var webhookID: String?
    /// `X-Webhook-Type`: the type of what is in the body.
    package var webhookType: String?
    package var body: Data?
    /// Whether ingest answered 400 to it.
    package var isMalformed: Bool

    package init(
        source: Source,
        method: String,
        query: String? = nil,
        contentType: String? = nil,
        webhookID: String? = nil,
        webhookType: String? = nil,
        body: Data? = nil,
        isMalformed: Bool = false
    ) {
        self.source = source
        self.method = method
        self.query = query
        self.contentType = contentType
        self.webhookID = webhookID
        self.webhookType = webhookType
        self.body = body
        self.isMalformed = isMalformed
    }
}
