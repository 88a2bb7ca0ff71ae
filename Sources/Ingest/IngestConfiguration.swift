/// A secret that lets callbacks in.
package struct IngestToken: Sendable {
    /// What the journal and the logs call it.
    package var label: String
    /// What the address holds; an empty one lets nobody in.
    package var secret: String

    package init(label: String, secret: String) {
        self.label = label
        self.secret = secret
    }
}

/// What ingest needs to know.
package struct IngestConfiguration: Sendable {
    /// More than one only while a token is being changed for another.
    package var tokens: [IngestToken]
    /// The largest body that is read, in bytes; default 1 MiB.
    package var maxBodyBytes = 1_048_576
    /// What a 503 says in Retry-After, in seconds; default 5.
    package var retryAfterSeconds = 5
    /// Peers whose X-Forwarded-For is believed; by default this machine.
    package var trustedProxies = AddressRange.loopback

    package init(tokens: [IngestToken]) {
        self.tokens = tokens
    }
}
