package import Foundation
package import Model

/// One raw delivery, about to be appended to `callback`.
package struct NewCallback: Sendable {
    package var receivedAt: Timestamp
    package var source: Source
    /// The HTTP method, upper-case; `SYNTHETIC` for rows that no request brought.
    package var method: String
    /// The query string as received, still percent-encoded, with the token cut out; nil when there was none.
    package var query: String?
    package var contentType: String?
    /// The X-Webhook-ID header.
    package var webhookID: String?
    /// The X-Webhook-Type header.
    package var webhookType: String?
    /// The body exactly as received; nil when there was none.
    package var body: Data?
    package var remoteAddress: String?
    /// Which of the configured tokens let it in.
    package var tokenLabel: String?
    /// Whether it was answered 400: the worker turns it into a dead letter.
    package var isMalformed: Bool

    package init(
        receivedAt: Timestamp,
        source: Source,
        method: String,
        query: String? = nil,
        contentType: String? = nil,
        webhookID: String? = nil,
        webhookType: String? = nil,
        body: Data? = nil,
        remoteAddress: String? = nil,
        tokenLabel: String? = nil,
        isMalformed: Bool = false
    ) {
        self.receivedAt = receivedAt
        self.source = source
        self.method = method
        self.query = query
        self.contentType = contentType
        self.webhookID = webhookID
        self.webhookType = webhookType
        self.body = body
        self.remoteAddress = remoteAddress
        self.tokenLabel = tokenLabel
        self.isMalformed = isMalformed
    }
}
