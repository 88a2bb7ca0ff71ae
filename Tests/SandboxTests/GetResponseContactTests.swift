import Testing

@testable import Sandbox

@Suite struct GetResponseContactTests {
    @Test func contactIsToldInFull() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            sandbox.getResponse.addList(id: "p86zQ", name: "q2_nurture")
            let id = sandbox.getResponse.addContact(
                GetResponseContact(
                    email: "jane@example.com",
                    name: "Jane Doe",
                    createdOn: 1_772_436_649_000,
                    tags: ["super_promo"],
                    customFields: [(name: "company", values: ["Acme"])]
                )
            )
            let answer = try await client.getResponse("GET", "/contacts/\(id)")
            #expect(answer.status == 200)
            #expect(answer.json["contactId"] == .string(id))
            #expect(answer.json["createdOn"] == "2026-03-02T07:30:49+0000")
            #expect(answer.json["campaign"]?["name"] == "q2_nurture")
            #expect(answer.json["tags"]?[0]?["name"] == "super_promo")
            let field = answer.json["customFieldValues"]?[0]
            #expect(field?["name"] == "company" && field?["value"] == ["Acme"] && field?["values"] == ["Acme"])
        }
    }

    @Test func fieldsLimitTheAnswerAndTheIDIsAlwaysThere() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let id = sandbox.getResponse.addContact(GetResponseContact(email: "jane@example.com"))
            let answer = try await client.getResponse("GET", "/contacts/\(id)?fields=email,customFieldValues")
            #expect(answer.json.members?.map(\.name) == ["contactId", "email", "customFieldValues"])
        }
    }

    @Test(arguments: ["address", "customFields", "dayOfBirth"])
    func fieldsOfTheGuideThatDoNotExistAreRefused(name: String) async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let id = sandbox.getResponse.addContact(GetResponseContact(email: "jane@example.com"))
            let answer = try await client.getResponse("GET", "/contacts/\(id)?fields=email,\(name)")
            #expect(answer.status == 400 && answer.json["code"] == 1000)
            #expect(answer.json["context"]?["fieldName"] == .string(name))
        }
    }

    @Test func removedContactIsNotFound() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let id = sandbox.getResponse.addContact(GetResponseContact(email: "jane@example.com"))
            #expect(sandbox.getResponse.deleteContact(id))
            let answer = try await client.getResponse("GET", "/contacts/\(id)")
            #expect(answer.status == 404 && answer.json["code"] == 1013)
            #expect(answer.json["context"]?["contactId"] == .string(id))
        }
    }

    @Test func listComesInPagesWithoutCustomFields() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            for number in 0..<5 {
                sandbox.getResponse.addContact(
                    GetResponseContact(email: "p\(number)@example.com", createdOn: Int64(number) * 1000, tags: ["t"])
                )
            }
            let answer = try await client.getResponse(
                "GET",
                "/contacts?perPage=2&page=2&sort%5BcreatedOn%5D=DESC&query%5Bemail%5D=example"
            )
            #expect(answer.json.array?.map { $0["email"] } == ["p2@example.com", "p1@example.com"])
            #expect(answer.json[0]?["tags"] == nil && answer.json[0]?["customFieldValues"] == nil)
            #expect(answer.headers["totalcount"] == "5" && answer.headers["totalpages"] == "3")
            #expect(answer.headers["currentpage"] == "2")
            let behind = try await client.getResponse("GET", "/contacts?perPage=2&page=9")
            #expect(behind.text == "[]")
        }
    }

    @Test(arguments: ["query%5Bfoo%5D=1", "perPage=1001", "page=0", "sort%5Bscoring%5D=ASC", "fields=tags"])
    func parametersThatDoNotExistAreRefused(query: String) async throws {
        try await Sandbox.withRunning { sandbox in
            let answer = try await SandboxClient(sandbox: sandbox).getResponse("GET", "/contacts?\(query)")
            #expect(answer.status == 400 && answer.json["code"] == 1000)
        }
    }

    @Test func filtersNarrowTheList() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            sandbox.getResponse.addContact(
                GetResponseContact(email: "ann@example.com", listID: "A", createdOn: 1_772_436_649_000)
            )
            sandbox.getResponse.addContact(
                GetResponseContact(email: "joann@example.com", listID: "B", createdOn: 1_772_536_649_000)
            )
            let expected = [
                "query%5Bemail%5D=ANN@example.com": ["ann@example.com", "joann@example.com"],
                "query%5Bemail%5D=ANN@example.com&additionalFlags=exactMatch": ["ann@example.com"],
                "query%5BcampaignId%5D=B": ["joann@example.com"],
                "query%5BcreatedOn%5D%5Bto%5D=2026-03-02": ["ann@example.com"],
                "query%5BcreatedOn%5D%5Bfrom%5D=2026-03-03": ["joann@example.com"],
            ]
            for (query, emails) in expected {
                let answer = try await client.getResponse("GET", "/contacts?\(query)")
                #expect(answer.json.array?.map { $0["email"]?.string } == emails, "\(query)")
            }
        }
    }
}
