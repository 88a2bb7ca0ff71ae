import GetResponse
import Model
import TestSupport
import Testing

@Suite struct ContactPageTests {
    private static let query = ContactPageQuery(
        listID: "p86zQ",
        createdOn: Timestamp(milliseconds: 1_776_762_900_000)...Timestamp(milliseconds: 1_776_766_500_999),
        page: 2
    )

    @Test func pageIsAskedForWithEncodedBracketsAndAThousandContacts() async throws {
        let gate = TestGate()
        let body =
            #"[{"contactId": "a", "name": "Jane", "email": "j@x.example", "createdOn": "2026-04-21T09:15:00+0000"}]"#
        let script = ScriptedServer.Script.always(.answer(200, headers: ["totalpages": "3"], body: body))
        try await withGetResponse(script, gate: gate) { client, server in
            let page = try await client.contacts(Self.query)
            #expect(page.totalPages == 3)
            let contact = try #require(page.contacts.first)
            #expect(contact.contactID == "a")
            #expect(contact.createdOn == Timestamp(milliseconds: 1_776_762_900_000))
            let expected =
                "/v3/contacts?query%5BcampaignId%5D=p86zQ"
                + "&query%5BcreatedOn%5D%5Bfrom%5D=2026-04-21T09%3A15%3A00%2B0000"
                + "&query%5BcreatedOn%5D%5Bto%5D=2026-04-21T10%3A15%3A00%2B0000&sort%5BcreatedOn%5D=ASC"
                + "&fields=email%2Cname%2Ccampaign%2CcreatedOn%2Corigin&page=2&perPage=1000"
            #expect(server.requests.map(\.target) == [expected])
        }
        #expect(gate.admitted == [.contacts])
    }

    @Test func pageNeverClaimsToKnowTagsOrCustomFields() async throws {
        let body = #"[{"contactId": "a", "tags": [], "customFieldValues": []}]"#
        try await withGetResponse(.always(.answer(200, body: body))) { client, _ in
            let page = try await client.contacts(Self.query)
            #expect(page.contacts == [ContactDetails(contactID: "a")])
            #expect(page.totalPages == nil)
        }
    }

    @Test func whatIsNoArrayIsRefused() async throws {
        try await withGetResponse(.always(.answer(200, body: "7"))) { client, _ in
            await #expect(throws: GetResponseError.self) { try await client.contacts(Self.query) }
        }
    }
}

@Suite struct RateLimitRestTests {
    @Test(arguments: [
        (RateLimitState(remaining: 5, reset: .seconds(60)), nil),
        (RateLimitState(remaining: 0, reset: .seconds(60)), Duration.seconds(60)),
        (RateLimitState(remaining: 0), nil),
        (RateLimitState(remaining: 0, reset: .zero), nil),
        (RateLimitState(remaining: 0, reset: .seconds(5), pause: .seconds(90)), .seconds(90)),
        (RateLimitState(remaining: 0, reset: .seconds(90), pause: .seconds(5)), .seconds(90)),
        (RateLimitState(remaining: 0, reset: .seconds(90_000)), .seconds(3600)),
    ])
    func longestWaitNamedCountsButNeverOverAnHour(state: RateLimitState, rest: Duration?) {
        #expect(state.rest == rest)
    }
}
