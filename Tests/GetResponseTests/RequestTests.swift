import GetResponse
import Model
import Synchronization
import TestSupport
import Testing

@Suite struct RequestTests {
    @Test func requestCarriesTheKeyAndTheFields() async throws {
        try await withGetResponse(.always(.answer(200, body: #"{"contactId": "pV3r", "name": "Jane"}"#))) {
            client,
            server in
            let details = try await client.contact(id: "pV3r")
            #expect(details.name == "Jane")
            let request = try #require(server.requests.first)
            #expect(request.method == "GET")
            #expect(
                request.target
                    == "/v3/contacts/pV3r?fields=email%2Cname%2Ccampaign%2CcreatedOn%2Corigin%2Ctags%2CcustomFieldValues"
            )
            #expect(request.headers["x-auth-token"] == "api-key sesame-1234")
            #expect(request.headers["accept"] == "application/json")
            #expect(request.headers["x-domain"] == nil)
        }
    }

    @Test func domainIsSentOnlyWhenConfigured() async throws {
        try await withGetResponse(.always(.answer(200, body: "{}")), domain: "acme.example") {
            client,
            server in
            _ = try await client.contact(id: "a")
            #expect(server.requests.first?.headers["x-domain"] == "acme.example")
        }
    }

    @Test(arguments: [
        ("a/b?c#d", "a%2Fb%3Fc%23d"), ("a b+c%", "a%20b%2Bc%25"), ("query[email]", "query%5Bemail%5D"),
        ("..", "%2E%2E"),
        ("é", "%C3%A9"),
    ])
    func idCannotLeaveItsPathSegment(id: String, segment: String) async throws {
        try await withGetResponse(.always(.answer(200, body: "{}"))) { client, server in
            let details = try await client.contact(id: id, fields: [])
            #expect(server.requests.map(\.target) == ["/v3/contacts/\(segment)"])
            #expect(details.contactID == id)
        }
    }

    @Test func refusedFieldsAreLeftOutOnceAndCountedTwice() async throws {
        let gate = TestGate()
        let script = ScriptedServer.Script.by { request, _ in
            request.target.contains("fields=")
                ? .answer(400, body: envelope(400, 1000)) : .answer(200, body: #"{"contactId": "a"}"#)
        }
        try await withGetResponse(script, gate: gate) { client, server in
            _ = try await client.contact(id: "a", fields: ["address"])
            #expect(server.requests.map(\.target) == ["/v3/contacts/a?fields=address", "/v3/contacts/a"])
        }
        #expect(gate.admitted == [.contact, .contact])
        #expect(gate.settled.map(\.status) == [400, 200])
        #expect(gate.settled.map(\.id) == [1, 2])
    }

    @Test func requestWithoutFieldsIsNotRepeated() async throws {
        try await withGetResponse(.always(.answer(400, body: envelope(400, 1000)))) { client, server in
            await #expect(throws: GetResponseError.self) { try await client.contact(id: "a", fields: []) }
            await #expect(throws: GetResponseError.self) { try await client.contact(id: "a", fields: ["x"]) }
            #expect(server.requests.count == 3)
        }
    }

    @Test func exhaustedBudgetSendsNothing() async throws {
        let gate = TestGate(refusal: .budgetExhausted(retryAfter: .seconds(9)))
        try await withGetResponse(.always(.answer(200, body: "{}")), gate: gate) { client, server in
            await #expect(throws: GetResponseError.budgetExhausted(retryAfter: .seconds(9))) {
                try await client.contact(id: "a")
            }
            #expect(server.requests.isEmpty)
        }
    }

    /// Each way in which this module can ask something.
    private static let questions: [@Sendable (GetResponseClient) async throws -> Void] = [
        { _ = try await $0.contact(id: "a") },
        {
            _ = try await $0.contacts(
                ContactPageQuery(listID: "l", createdOn: Timestamp(milliseconds: 0)...Timestamp(milliseconds: 1))
            )
        },
        { _ = try await $0.account() },
        { _ = try await $0.campaigns() },
        { _ = try await $0.callbackRegistration() },
    ]

    @Test(arguments: questions.indices)
    func nothingIsAskedWithoutAGrant(question: Int) async throws {
        let refused = TestGate(refusal: .budgetExhausted(retryAfter: .seconds(9)))
        try await withGetResponse(.always(.answer(200, body: "[]")), gate: refused) { client, server in
            await #expect(throws: GetResponseError.budgetExhausted(retryAfter: .seconds(9))) {
                try await Self.questions[question](client)
            }
            #expect(server.requests.isEmpty)
        }
        let gate = TestGate()
        try await withGetResponse(.always(.answer(500, body: "")), gate: gate) { client, server in
            await #expect(throws: GetResponseError.server(status: 500)) { try await Self.questions[question](client) }
            #expect(server.requests.count == 1)
        }
        #expect(gate.admitted.count == 1)
        #expect(gate.settled.map(\.status) == [500])
    }

    @Test func expiredGrantSendsNothingAndIsSettled() async throws {
        let gate = TestGate(usable: { false })
        try await withGetResponse(.always(.answer(200, body: "{}")), gate: gate) { client, server in
            await #expect(throws: GetResponseError.grantExpired) { try await client.account() }
            #expect(server.requests.isEmpty)
        }
        #expect(gate.settled == [TestGate.Settlement(id: 1, status: nil, rateLimit: nil)])
    }

    /// As in a process that is stopped while the connection is made: the first look is in time, the second is not.
    @Test func grantThatRunsOutOnTheWayToTheConnectionSendsNothing() async throws {
        let looks = Mutex(0)
        let gate = TestGate(
            usable: {
                looks.withLock { looks in
                    looks += 1
                    return looks != 2
                }
            }
        )
        try await withGetResponse(.always(.answer(200, body: #"{"accountId": "a"}"#)), gate: gate) { client, server in
            await #expect(throws: GetResponseError.grantExpired) { try await client.account() }
            #expect(server.requests.isEmpty)
            // The next one has a grant of its own.
            let account = try await client.account()
            #expect(account.accountID == "a")
            #expect(server.requests.count == 1)
            #expect(server.connectionCount == 1, "it was not the connection's fault")
            #expect(server.requests.first?.headers.keys.contains { $0.contains("leadrelay") } == false)
        }
        #expect(gate.settled.map(\.status) == [nil, 200])
        #expect(looks.withLock { $0 } == 4)
    }

    @Test func rateLimitHeadersReachTheGate() async throws {
        let gate = TestGate()
        let headers = [
            "X-RateLimit-Limit": "30000", "x-ratelimit-remaining": "29997", "X-RateLimit-Reset": "267 seconds",
        ]
        let account = #"{"accountId": "VfEy1", "companyName": "Acme"}"#
        try await withGetResponse(.always(.answer(200, headers: headers, body: account)), gate: gate) {
            client,
            server in
            let summary = try await client.account()
            #expect(summary == AccountSummary(accountID: "VfEy1", companyName: "Acme"))
            #expect(server.requests.map(\.target) == ["/v3/accounts"])
        }
        let state = RateLimitState(limit: 30_000, remaining: 29_997, reset: .seconds(267))
        #expect(gate.settled == [TestGate.Settlement(id: 1, status: 200, rateLimit: state)])
        #expect(gate.admitted == [.account])
    }

    @Test func listsAreReadPageByPage() async throws {
        let gate = TestGate()
        let script = ScriptedServer.Script.by { request, _ in
            let page = request.target.contains("page=1&") ? ("a", "One") : ("b", "Two")
            let body = #"[{"campaignId": "\#(page.0)", "name": "\#(page.1)"}]"#
            return .answer(200, headers: ["TotalPages": "2"], body: body)
        }
        try await withGetResponse(script, gate: gate) { client, server in
            let lists = try await client.campaigns()
            #expect(lists == [ListSummary(id: "a", name: "One"), ListSummary(id: "b", name: "Two")])
            #expect(server.requests.map(\.target).last == "/v3/campaigns?page=2&perPage=1000")
        }
        #expect(gate.admitted == [.campaigns, .campaigns])
    }

    @Test func listsWithoutPageHeadersEndWithAShortPage() async throws {
        try await withGetResponse(.always(.answer(200, body: #"[{"campaignId": "a", "name": null}]"#))) {
            client,
            server in
            let lists = try await client.campaigns()
            #expect(lists == [ListSummary(id: "a", name: "a")])
            #expect(server.requests.count == 1)
        }
    }
}
