import Testing

@testable import Sandbox

@Suite("The search for contacts")
struct GetResponseSearchTests {
    private static func search(_ lists: [JSON], _ kinds: [JSON] = ["removed"]) -> JSON {
        [
            "subscribersType": .array(kinds), "sectionLogicOperator": "or",
            "section": [
                [
                    "campaignIdsList": .array(lists), "logicOperator": "or",
                    "subscriberCycle": ["receiving_autoresponder", "not_receiving_autoresponder"],
                    "subscriptionDate": "all_time", "conditions": [],
                ]
            ],
        ]
    }

    @Test func removedContactsAreToldWithReasonAndTimeByPages() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            for number in 1...5 {
                let id = sandbox.getResponse.addContact(
                    GetResponseContact(
                        email: "p\(number)@x.example",
                        createdOn: 1_772_436_600_000 + Int64(number) * 1000
                    )
                )
                guard number != 5 else { continue }
                sandbox.getResponse.deleteContact(id, reason: "complaint", deletedOn: 1_772_436_700_000)
            }
            let path = "/search-contacts/contacts?sort%5BcreatedOn%5D=DESC&perPage=3&page="
            let first = try await client.getResponse("POST", path + "1", Self.search(["p86zQ"]))
            #expect(first.status == 200)
            #expect(first.headers["totalcount"] == "4" && first.headers["totalpages"] == "2")
            #expect(
                first.json.array?.compactMap { $0["email"]?.string } == [
                    "p4@x.example", "p3@x.example", "p2@x.example",
                ]
            )
            #expect(first.json[0]?["reason"] == "complaint")
            #expect(first.json[0]?["deletedOn"] == "2026-03-02T07:31:40+0000")
            #expect(first.json[0]?["campaign"]?["campaignId"] == "p86zQ")
            let last = try await client.getResponse("POST", path + "2", Self.search(["p86zQ"]))
            #expect(last.json.array?.count == 1 && last.headers["currentpage"] == "2")
            let others = try await client.getResponse("POST", path + "1", Self.search(["other"]))
            #expect(others.json.array?.isEmpty == true)
            let subscribed = try await client.getResponse("POST", path + "1", Self.search(["p86zQ"], ["subscribed"]))
            #expect(subscribed.json.array?.count == 1)
            #expect(subscribed.json[0]?["reason"] == .null && subscribed.json[0]?["deletedOn"] == .null)
        }
    }

    @Test(arguments: ["subscribersType", "sectionLogicOperator", "section"])
    func bodyWithoutAnythingThatIsRequiredIsRefused(name: String) async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let whole = Self.search(["p86zQ"])
            let body = JSON.object((whole.members ?? []).filter { $0.name != name })
            let answer = try await client.getResponse("POST", "/search-contacts/contacts", body)
            #expect(answer.status == 400)
            #expect(answer.json["code"] == 1000)
            #expect(answer.json["context"]?["fieldName"] == .string(name))
        }
    }

    @Test func pageOfMoreThanAThousandOrOfTwoKindsIsRefusedAndEveryRequestCounts() async throws {
        var configuration = SandboxConfiguration()
        configuration.getResponse.hourlyCap = 3
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            func status(_ body: JSON, _ query: String = "") async throws -> Int {
                try await client.getResponse("POST", "/search-contacts/contacts\(query)", body).status
            }
            let tooLong = try await status(Self.search(["p86zQ"]), "?perPage=1001")
            let two = try await status(Self.search(["p86zQ"], ["removed", "subscribed"]))
            let good = try await status(Self.search(["p86zQ"]))
            let overTheCap = try await status(Self.search(["p86zQ"]))
            #expect([tooLong, two, good, overTheCap] == [400, 400, 200, 429])
        }
    }
}
