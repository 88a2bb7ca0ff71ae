import Foundation
import GetResponse
import Model
import TestSupport
import Testing

@Suite("The search for removed contacts")
struct RemovedContactTests {
    @Test func asksOnceForAThousandOfTheseListsAndTakesWhatComes() async throws {
        let gate = TestGate()
        let body = """
            [{"contactId": "a", "email": "j@x.example", "name": null, "origin": "www", "reason": "complaint",
              "campaign": {"campaignId": "L1", "name": "news"}, "deletedOn": "2026-04-21T09:15:00+0000",
              "createdOn": "2025-04-21T09:15:00+0000", "dayOfCycle": null, "score": "5"},
             {"contactId": "b", "email": "k@x.example", "reason": null, "deletedOn": null}]
            """
        let script = ScriptedServer.Script.always(
            .answer(200, headers: ["totalpages": "7", "TOTALCOUNT": "6002"], body: body)
        )
        try await withGetResponse(script, gate: gate) { client, server in
            let page = try await client.removedContacts(lists: ["L1", "L2"], page: 3)
            #expect(page.totalPages == 7 && page.totalCount == 6002)
            #expect(page.contacts.map(\.contact.contactID) == ["a", "b"])
            #expect(page.contacts.map(\.reason) == ["complaint", nil])
            #expect(page.contacts[0].deletedOn == Timestamp(milliseconds: 1_776_762_900_000))
            #expect(page.contacts[0].contact.listID == "L1")
            #expect(page.contacts[1].deletedOn == nil)
            let request = try #require(server.requests.first)
            #expect(server.requests.count == 1)
            #expect(request.target == "/v3/search-contacts/contacts?sort%5BcreatedOn%5D=ASC&page=3&perPage=1000")
            #expect(request.method == "POST")
            let sent = """
                {"section":[{"campaignIdsList":["L1","L2"],"conditions":[],"logicOperator":"or","subscriberCycle":\
                ["receiving_autoresponder","not_receiving_autoresponder"],"subscriptionDate":"all_time"}],\
                "sectionLogicOperator":"or","subscribersType":["removed"]}
                """
            #expect(request.body == sent)
        }
        #expect(gate.admitted == [.search])
        #expect(gate.settled.map(\.status) == [200])
    }

    @Test func whatIsNoArrayIsRefused() async throws {
        try await withGetResponse(.always(.answer(200, body: "7"))) { client, _ in
            await #expect(throws: GetResponseError.self) { try await client.removedContacts(lists: ["L1"], page: 1) }
        }
    }
}
