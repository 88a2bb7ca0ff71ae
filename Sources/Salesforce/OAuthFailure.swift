/// Why Salesforce gives no token: OAuth's `error` and `error_description`.
package struct OAuthFailure: Hashable, Sendable, Codable {
    package var error: String
    package var description: String

    package init(error: String, description: String = "") {
        self.error = error
        self.description = description
    }

    /// Whether the same log-in may succeed later without anybody mending anything.
    package var isPassing: Bool {
        ["unknown_error", "server_error", "temporarily_unavailable"].contains(error)
            || description.contains("login rate exceeded")
    }

    /// What a person has to do about it, when `loginHost` was asked.
    package func remedy(loginHost: String) -> String {
        let text = description.lowercased()
        let isGenericHost = loginHost == "login.salesforce.com" || loginHost == "test.salesforce.com"
        if text.contains("not supported on this domain") || (isGenericHost && error == "invalid_grant" && text.isEmpty)
        {
            return Self.myDomain
        }
        for (words, remedy) in Self.remedies where error == words || text.contains(words) {
            return remedy
        }
        return "Check salesforce.clientID, the secret or key, and the app's OAuth settings in Setup."
    }

    private static let myDomain =
        "Client credentials work only on the org's own My Domain: set salesforce.loginURL to "
        + "https://YOURDOMAIN.my.salesforce.com (a sandbox: https://YOURDOMAIN--NAME.sandbox.my.salesforce.com)."

    /// In the order of precision: the first that fits is taken.
    private static let remedies: [(words: String, remedy: String)] = [
        (
            "no client credentials user enabled",
            "Choose a Run-As user in the app's client credentials settings in Setup."
        ),
        (
            "audience is invalid",
            "The assertion's audience does not fit the org: a sandbox's salesforce.loginURL must be its My Domain "
                + "(….sandbox.my.salesforce.com) or https://test.salesforce.com."
        ),
        (
            "approved this consumer",
            "Set the app to \"Admin approved users are pre-authorized\" and give its permission set to the user."
        ),
        ("ip restricted", "Allow this machine's address, or relax the IP restrictions in the app's OAuth policies."),
        ("inactive user", "Activate the user that the app runs as."),
        ("inactive organization", "The org is inactive: ask Salesforce."),
        ("user is not admin approved", "Give the app's permission set to the user."),
        ("unusable_private_key", "salesforce.privateKeyPath must name an RSA private key (2048 bits or more) in PEM."),
        (
            "invalid_assertion",
            "Check that the app holds this key's certificate, and that this machine's clock is right."
        ),
        ("assertion", "Check that the app holds this key's certificate, and that this machine's clock is right."),
        (
            "invalid_client",
            "Check salesforce.clientID and salesforce.clientSecret; a new app takes ten minutes to become known."
        ),
        (
            "invalid_client_id",
            "Check salesforce.clientID; a new app takes ten minutes to become known."
        ),
        ("authentication failure", "Check the user's name, its profile's log-in hours and IP ranges."),
        ("unsupported_grant_type", "Enable this OAuth flow in the app's settings in Setup."),
    ]
}
