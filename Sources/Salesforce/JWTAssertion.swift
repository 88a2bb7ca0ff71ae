import Foundation
import JWTKit
import Model

/// The signed statement that stands for a log-in: "this app acts for this user".
struct JWTAssertion: JWTPayload {
    /// The assertion's own life; the token that it buys lives on its own terms.
    static let lifetime: Duration = .seconds(180)

    /// The app's consumer key.
    let iss: String
    /// The user's name.
    let sub: String
    /// Which cloud it is meant for.
    let aud: String
    /// Seconds since 1970.
    let exp: Int64

    init(clientID: String, username: String, loginHost: String, now: Timestamp) {
        iss = clientID
        sub = username
        // Only the two general names are accepted for sure, whatever the host that is asked.
        let isSandbox = loginHost == "test.salesforce.com" || loginHost.contains(".sandbox.")
        aud = isSandbox ? "https://test.salesforce.com" : "https://login.salesforce.com"
        exp = now.advanced(by: Self.lifetime).milliseconds / 1000
    }

    /// Signs with RS256.
    ///
    /// - Throws: `SalesforceError.authentication` when the key can't be used.
    func signed(privateKeyPEM: String) async throws(SalesforceError) -> String {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let keys = JWTKeyCollection()
            await keys.add(
                rsa: try Insecure.RSA.PrivateKey(pem: privateKeyPEM),
                digestAlgorithm: .sha256,
                serializer: DefaultJWTSerializer(jsonEncoder: encoder)
            )
            return try await keys.sign(self)
        } catch {
            // The error itself could quote the key.
            let failure = OAuthFailure(error: "unusable_private_key", description: "the key can't sign")
            throw .authentication(failure, remedy: failure.remedy(loginHost: ""))
        }
    }

    /// We only sign.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
