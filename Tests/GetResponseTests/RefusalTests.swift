import GetResponse
import Model
import TestSupport
import Testing

/// What each answer of GetResponse means, over real HTTP.
@Suite struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var status: Int
        var headers: [String: String] = [:]
        var body: String
        var error: GetResponseError
        var errorClass: ErrorClass

        var testDescription: String { "\(status): \(error)" }
    }

    private static let told = "Told by the test"

    static let cases = [
        Case(status: 404, body: envelope(404, 1013), error: .notFound, errorClass: .data),
        Case(status: 404, body: "{\"message\": \"gone\"}", error: .notFound, errorClass: .data),
        Case(
            status: 404,
            body: envelope(404, 1024),
            error: .authentication(code: 1024, message: told),
            errorClass: .configuration
        ),
        Case(
            status: 404,
            body: "<html>nothing here</html>",
            error: .undecodable(status: 404, reason: "the body is not GetResponse's; check getresponse.baseURL"),
            errorClass: .transient
        ),
        Case(
            status: 401,
            body: envelope(401, 1014, context: #"{"authenticationType": "auth_token"}"#),
            error: .authentication(code: 1014, message: told),
            errorClass: .configuration
        ),
        Case(
            status: 403,
            body: envelope(403, 1014),
            error: .authentication(code: 1014, message: told),
            errorClass: .configuration
        ),
        Case(
            status: 400,
            body: envelope(400, 1021),
            error: .authentication(code: 1021, message: told),
            errorClass: .configuration
        ),
        Case(
            status: 403,
            body: envelope(403, 1017),
            error: .blocked(code: 1017, message: told),
            errorClass: .configuration
        ),
        Case(
            status: 403,
            body: envelope(403, 1018),
            error: .blocked(code: 1018, message: told),
            errorClass: .configuration
        ),
        Case(
            status: 403,
            body: "<html>WAF</html>",
            error: .blocked(code: nil, message: ""),
            errorClass: .configuration
        ),
        Case(
            status: 403,
            body: envelope(403, 1016),
            error: .rateLimited(retryAfter: .seconds(900)),
            errorClass: .throttled
        ),
        Case(
            status: 429,
            headers: ["X-RateLimit-Reset": "432 seconds", "Retry-After": "1"],
            body: envelope(429, 1015, context: #"{"currentLimit": 30000, "timeToReset": "100 seconds"}"#),
            error: .rateLimited(retryAfter: .seconds(432)),
            errorClass: .throttled
        ),
        Case(
            status: 429,
            body: envelope(429, 1015, context: #"{"currentLimit": 30000, "timeToReset": "100 seconds"}"#),
            error: .rateLimited(retryAfter: .seconds(100)),
            errorClass: .throttled
        ),
        Case(
            status: 429,
            headers: ["retry-after": "7200"],
            body: "",
            error: .rateLimited(retryAfter: .seconds(3600)),
            errorClass: .throttled
        ),
        Case(
            status: 429,
            headers: [
                "X-RateLimit-Limit": "30000", "X-RateLimit-Remaining": "29000", "X-RateLimit-Reset": "3600 seconds",
            ],
            body: envelope(429, 1015),
            error: .rateLimited(retryAfter: .seconds(10)),
            errorClass: .throttled
        ),
        Case(
            status: 429,
            headers: ["X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "3600 seconds", "Retry-After": "2"],
            body: envelope(429, 1015),
            error: .rateLimited(retryAfter: .seconds(2)),
            errorClass: .throttled
        ),
        Case(
            status: 429,
            headers: ["X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "3600 seconds"],
            body: envelope(429, 1015, context: #"{"timeToReset": "100 seconds"}"#),
            error: .rateLimited(retryAfter: .seconds(100)),
            errorClass: .throttled
        ),
        Case(
            status: 429,
            headers: ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "300 seconds"],
            body: envelope(429, 1015),
            error: .rateLimited(retryAfter: .seconds(300)),
            errorClass: .throttled
        ),
        Case(status: 429, body: "slow down", error: .rateLimited(retryAfter: .seconds(60)), errorClass: .throttled),
        Case(
            status: 409,
            body: envelope(409, 1008),
            error: .invalidRequest(code: 1008, message: told, context: [:]),
            errorClass: .data
        ),
        Case(
            status: 400,
            body: envelope(400, 1003, context: #"{"fieldName": "x", "deep": {"a": 1}, "n": 3}"#),
            error: .invalidRequest(code: 1003, message: told, context: ["fieldName": "x", "n": "3"]),
            errorClass: .data
        ),
        Case(status: 500, body: envelope(500, 1), error: .server(status: 500), errorClass: .transient),
        Case(status: 502, body: "<html>Bad gateway</html>", error: .server(status: 502), errorClass: .transient),
        Case(status: 503, body: envelope(503, 1019), error: .maintenance, errorClass: .transient),
        Case(status: 503, body: "", error: .server(status: 503), errorClass: .transient),
        Case(
            status: 302,
            headers: ["Location": "https://elsewhere.example/v3"],
            body: "",
            error: .unusableBaseURL(reason: "it answers with a redirect (HTTP 302), and none is followed"),
            errorClass: .configuration
        ),
        Case(
            status: 200,
            body: "<html>Welcome to the hotel's wireless network</html>",
            error: .undecodable(status: 200, reason: "it is not JSON"),
            errorClass: .transient
        ),
        Case(
            status: 200,
            body: "[]",
            error: .undecodable(status: 200, reason: "a contact must be an object"),
            errorClass: .transient
        ),
    ]

    @Test(arguments: cases)
    func answerMeansItsError(_ item: Case) async throws {
        let gate = TestGate()
        try await withGetResponse(.always(.answer(item.status, headers: item.headers, body: item.body)), gate: gate) {
            client,
            server in
            await #expect(throws: item.error) { try await client.contact(id: "a", fields: []) }
            #expect(server.requests.count == 1)
        }
        #expect(item.error.errorClass == item.errorClass)
        #expect(gate.settled.map(\.status) == [item.status])
        if case .rateLimited(let pause) = item.error {
            #expect(gate.settled.first?.rateLimit?.pause == pause)
            #expect(item.error.retryAfter == pause)
        }
    }

    @Test func sentencesHoldNoAddress() {
        let error = GetResponseError.invalidRequest(
            code: 1000,
            message: "Contact with email jane@example.com is blocklisted",
            context: [:]
        )
        #expect(
            error.description
                == "GetResponse refuses the request (code 1000): Contact with email [address] is blocklisted."
        )
    }
}
