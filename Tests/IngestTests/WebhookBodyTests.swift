import Foundation
import Hummingbird
import HummingbirdTesting
import Ingest
import Journal
import Model
import Testing

@Suite struct WebhookBodyTests {
    private let fixture = IngestFixture()

    @Test func jsonIsStoredAsItCameAndAnsweredOK() async throws {
        let body = "{ \"action\":\"subscribe\",\n\"contact\":{\"name\":\"Zoë \\u00e9\"} }"
        var headers: HTTPFields = [.contentType: "application/json; charset=UTF-8"]
        for (name, value) in ["X-Webhook-ID": "id-1", "X-Webhook-Type": "contact_added", "X-Other": "dropped"] {
            headers[try #require(HTTPFieldName(name))] = value
        }
        let response = try await fixture.send(
            headers: headers,
            body: body
        )
        #expect(response.status == .ok)
        #expect(response.text == #"{"status":"OK"}"#)
        #expect(response.headers[.contentType] == "application/json")
        let callback = try #require(fixture.store.callbacks.first)
        #expect(callback.receivedAt.iso8601 == "2026-04-21T09:15:00Z")
        #expect(callback.source == .getresponse)
        #expect(callback.method == "POST")
        #expect(callback.query == nil)
        #expect(callback.contentType == "application/json; charset=UTF-8")
        #expect(callback.webhookID == "id-1")
        #expect(callback.webhookType == "contact_added")
        #expect(callback.body == Data(body.utf8))
        #expect(!callback.isMalformed)
    }

    @Test func queryIsStoredAsItCame() async throws {
        let query = "action=subscribe&contact_email=a%40b.example+x&list=%C3%A4&empty="
        let response = try await fixture.send(.get, "/webhooks/getresponse/\(IngestFixture.encodedSecret)?\(query)")
        #expect(response.status == .ok)
        let callback = try #require(fixture.store.callbacks.first)
        #expect(callback.query == query)
        #expect(callback.method == "GET")
        #expect(callback.body == nil)
    }

    @Test(arguments: [
        "application/json", "APPLICATION/JSON;charset=utf-8", "application/vnd.api+json", "text/json", "", nil,
    ])
    func bodyThatIsCalledJSONAndIsNoneIsKeptAndAnswered400(contentType: String?) async throws {
        var headers: HTTPFields = [:]
        headers[.contentType] = contentType
        let response = try await fixture.send(headers: headers, body: #"{"action":"#)
        #expect(response.status == .badRequest)
        #expect(
            response.text
                == #"{"callback_id":1,"error":"The body is not well-formed JSON; it was kept as callback 1."}"#
        )
        #expect(fixture.store.callbacks.map(\.isMalformed) == [true])
        #expect(fixture.store.callbacks.map(\.body) == [Data(#"{"action":"#.utf8)])
    }

    @Test(arguments: ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])
    func bodyOfAnotherTypeIsStoredAndAnsweredOK(contentType: String) async throws {
        let response = try await fixture.send(headers: [.contentType: contentType], body: "event=new_contact")
        #expect(response.status == .ok)
        #expect(fixture.store.callbacks.map(\.isMalformed) == [false])
    }

    @Test func encodedBodyIsLeftToTheWorker() async throws {
        let headers: HTTPFields = [.contentType: "application/json", .contentEncoding: "gzip"]
        #expect(try await fixture.send(headers: headers, body: "\u{1F}x").status == .ok)
        #expect(fixture.store.callbacks.map(\.isMalformed) == [false])
        let plain: HTTPFields = [.contentType: "application/json", .contentEncoding: "identity"]
        #expect(try await fixture.send(headers: plain, body: "\u{1F}x").status == .badRequest)
    }

    @Test(arguments: ["", "?token=x", "?&"])
    func requestWithNeitherQueryNorBodyIsKeptAndAnswered400(query: String) async throws {
        for method in [HTTPRequest.Method.get, .post] {
            let response = try await fixture.send(
                method,
                "/webhooks/getresponse/\(IngestFixture.encodedSecret)\(query)",
                headers: [.contentType: "application/x-www-form-urlencoded"]
            )
            #expect(response.status == .badRequest)
            #expect(response.text.contains("neither a query nor a body; it was kept as callback"))
        }
        #expect(fixture.store.callbacks.map(\.isMalformed) == [true, true])
        #expect(fixture.store.callbacks.map(\.query) == [nil, nil])
    }

    @Test func emptyJSONBodyIsFineWithAQuery() async throws {
        let uri = "/webhooks/getresponse/\(IngestFixture.encodedSecret)?action=open"
        #expect(try await fixture.send(.post, uri, headers: [.contentType: "application/json"]).status == .ok)
    }

    @Test(arguments: [(100, HTTPResponse.Status.ok), (101, .contentTooLarge)])
    func bodyMayBeAsLargeAsTheLimit(size: Int, expected: HTTPResponse.Status) async throws {
        let fixture = IngestFixture(maxBodyBytes: 100)
        let response = try await fixture.send(body: String(repeating: " ", count: size - 1) + "1")
        #expect(response.status == expected)
        #expect(fixture.store.callbacks.count == (expected == .ok ? 1 : 0))
        if expected != .ok {
            #expect(response.text.hasPrefix(#"{"error":"The body is larger than 100 bytes"#))
        }
    }

    @Test func wrongTokenIsToldBeforeTheSize() async throws {
        let fixture = IngestFixture(maxBodyBytes: 1)
        #expect(try await fixture.send(.post, "/webhooks/getresponse/wrong", body: "{}").status == .unauthorized)
    }
}
