import Hummingbird
import HummingbirdTesting
import Ingest
import Journal
import Model
import Testing

@Suite struct WebhookAuthenticationTests {
    private let fixture = IngestFixture()

    @Test(arguments: [
        "/webhooks/getresponse/\(IngestFixture.encodedSecret)?x=1",
        "/webhooks/getresponse/s3cret%2DToken~%2B%3D%2520?x=1",
        "/webhooks/getresponse?x=1&token=\(IngestFixture.encodedSecret)",
        "/webhooks/getresponse?token=s3cret-Token~%2B%3D%2520&x=1",
        "/webhooks/getresponse/?token=\(IngestFixture.encodedSecret)&x=1",
    ])
    func tokenIsTakenFromThePathOrTheQuery(uri: String) async throws {
        let response = try await fixture.send(.get, uri)
        #expect(response.status == .ok)
        #expect(fixture.store.callbacks.map(\.query) == ["x=1"])
        #expect(fixture.store.callbacks.map(\.tokenLabel) == ["primary"])
    }

    @Test(arguments: [
        "/webhooks/getresponse", "/webhooks/getresponse?x=1", "/webhooks/getresponse/wrong?x=1",
        "/webhooks/getresponse?token=wrong&x=1", "/webhooks/getresponse?token=&x=1",
        "/webhooks/getresponse/wrong?token=\(IngestFixture.encodedSecret)", "/webhooks/zapier/wrong",
    ])
    func wrongTokenIsAnswered401AndNotStored(uri: String) async throws {
        for method in [HTTPRequest.Method.get, .post] {
            let response = try await fixture.send(method, uri, body: method == .post ? "{}" : nil)
            #expect(response.status == .unauthorized)
            #expect(response.text.hasPrefix(#"{"error":"The token is missing or unknown"#))
        }
        #expect(fixture.store.callbacks.isEmpty)
    }

    @Test func everyConfiguredTokenGetsInUnderItsLabel() async throws {
        let fixture = IngestFixture(tokens: [
            IngestToken(label: "old", secret: "aaaa"), IngestToken(label: "new", secret: "bbbb"),
        ])
        for token in ["aaaa", "bbbb", "cccc"] {
            _ = try await fixture.send(.get, "/webhooks/zapier/\(token)?x=1")
        }
        #expect(fixture.store.callbacks.map(\.tokenLabel) == ["old", "new"])
        #expect(fixture.store.callbacks.map(\.source) == [.zapier, .zapier])
    }

    @Test(arguments: ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "BREW"])
    func otherMethodsAreAnswered405(method: String) async throws {
        let method = try #require(HTTPRequest.Method(method))
        for uri in ["/webhooks/getresponse/\(IngestFixture.encodedSecret)", "/webhooks/zapier?token=wrong"] {
            let response = try await fixture.send(method, uri)
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers[.allow] == "GET, POST")
            #expect(response.text == (method == .head ? "" : #"{"error":"Only GET and POST are answered here."}"#))
        }
        #expect(fixture.store.callbacks.isEmpty)
    }

    @Test(arguments: ["/", "/webhooks", "/webhooks/other/x", "/webhooks/getresponse/a/b", "/healthz"])
    func otherPathsAreAnswered404(uri: String) async throws {
        for method in [HTTPRequest.Method.get, .post, .put] {
            #expect(try await fixture.send(method, uri).status == .notFound)
        }
    }
}
