import Foundation
import Testing

@testable import Sandbox

@Suite struct SalesforceAssertionTests {
    private static let claims: JSON = [
        "iss": "sandbox-client-id", "sub": "integration@example.com", "aud": "https://login.salesforce.com",
        "exp": 4_102_444_800,
    ]

    @Test func assertionOfTheRightUserIsGranted() async throws {
        try await Sandbox.withRunning { sandbox in
            let answer = try await logIn(sandbox, Self.claims)
            #expect(answer.status == 200 && answer.json["access_token"] != nil)
        }
    }

    @Test(arguments: [
        ("iss", JSON.string("somebody else"), "invalid_client_id", "client identifier invalid"),
        ("sub", "nobody@example.com", "invalid_grant", "user hasn't approved this consumer"),
        ("aud", "https://example.com", "invalid_grant", "audience is invalid"),
        ("exp", 1_000_000_000, "invalid_grant", "assertion expired"),
    ])
    func claimThatIsWrongIsRefused(name: String, value: JSON, error: String, text: String) async throws {
        try await Sandbox.withRunning { sandbox in
            let members = (Self.claims.members ?? []).map { $0.name == name ? JSONMember(name, value) : $0 }
            let answer = try await logIn(sandbox, .object(members))
            #expect(answer.status == 400)
            #expect(answer.json == ["error": .string(error), "error_description": .string(text)])
        }
    }

    private func logIn(_ sandbox: Sandbox, _ claims: JSON) async throws -> SandboxClient.Answer {
        let parts = [JSON.object([JSONMember("alg", "RS256")]), claims].map { part in
            Data(part.compact.utf8).base64EncodedString()
                .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        return try await SandboxClient(sandbox: sandbox).logIn(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=\(parts.joined(separator: ".")).c2ln"
        )
    }
}
