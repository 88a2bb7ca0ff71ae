import Foundation
import Model
import Salesforce
import TestSupport
import Testing

@Suite struct QueryTests {
    private static func page(_ records: [String], next: String? = nil) -> String {
        let tail = next.map { #", "nextRecordsUrl": "\#($0)""# } ?? ""
        return #"{"totalSize": 3, "done": \#(next == nil)\#(tail), "records": [\#(records.joined(separator: ","))]}"#
    }

    private static func lead(_ id: String, _ more: String = "") -> String {
        #"{"attributes": {"type": "Lead", "url": "/services/data/v59.0/sobjects/Lead/\#(id)"}, "Id": "\#(id)"\#(more)}"#
    }

    @Test func queryIsEncodedAndCarriesItsHeaders() async throws {
        try await withOrg(.always(.answer(200, body: Self.page([Self.lead("00Q1")])))) { org in
            let rows = try await org.client.query("SELECT Id FROM Lead WHERE Email = 'a+b@c.d'")
            #expect(rows == [SalesforceRow(type: "Lead", fields: ["Id": "00Q1"])])
            let request = try #require(org.requests.first)
            #expect(request.method == "GET")
            #expect(
                request.target
                    == "/services/data/v59.0/query?q=SELECT%20Id%20FROM%20Lead%20WHERE%20Email%20%3D%20%27a%2Bb%40c.d%27"
            )
            #expect(request.headers["sforce-call-options"] == "client=leadrelay")
            #expect(request.headers["accept"] == "application/json")
            #expect(request.headers["sforce-auto-assign"] == nil)
        }
    }

    @Test func pagesAreFollowedToTheEnd() async throws {
        let script = ScriptedServer.Script.by { request, _ in
            switch request.target {
            case "/services/data/v59.0/query/01g1-2000":
                .answer(200, body: Self.page([Self.lead("b")], next: "/services/data/v59.0/query/01g1-4000"))
            case "/services/data/v59.0/query/01g1-4000": .answer(200, body: Self.page([Self.lead("c")]))
            default: .answer(200, body: Self.page([Self.lead("a")], next: "/services/data/v59.0/query/01g1-2000"))
            }
        }
        try await withOrg(script) { org in
            let rows = try await org.client.query("SELECT Id FROM Lead")
            #expect(rows.map(\.id) == ["a", "b", "c"])
        }
    }

    @Test(arguments: [
        "https://evil.example/services/data/v59.0/query/01g", "//evil.example/query/", "@evil.example/",
        "/services/oauth2/x",
        "/services/data/v59.0/query/../../../apexrest/x", "/services/data/v59.0/query/a b", "",
    ])
    func nextPageElsewhereIsRefused(next: String) async throws {
        try await withOrg(.always(.answer(200, body: Self.page([Self.lead("a")], next: next)))) { org in
            await #expect(throws: SalesforceError.self) { try await org.client.query("SELECT Id FROM Lead") }
            #expect(org.requests.count == 1)
        }
    }

    @Test func pagesWithoutEndAreBounded() async throws {
        let next = "/services/data/v59.0/query/again"
        try await withOrg(.always(.answer(200, body: Self.page([], next: next)))) { org in
            await #expect(throws: SalesforceError.self) { try await org.client.query("SELECT Id FROM Lead") }
            #expect(org.requests.count == 1)
        }
    }

    @Test func longQueryTravelsInACompositeBody() async throws {
        let answer = """
            {"compositeResponse": [{"body": \(Self.page([Self.lead("a")], next: "/services/data/v59.0/query/n")),
              "httpHeaders": {}, "httpStatusCode": 200, "referenceId": "part0"}]}
            """
        let script = ScriptedServer.Script.by { request, _ in
            .answer(200, body: request.method == "POST" ? answer : Self.page([Self.lead("b")]))
        }
        let addresses = (0..<100).map { "person\($0)@example.com" }
        let soql = "SELECT Id FROM Lead WHERE Email IN \(SOQL.list(addresses) ?? "")"
        try await withOrg(script) { org in
            let rows = try await org.client.query(soql)
            #expect(rows.map(\.id) == ["a", "b"])
            let request = try #require(org.requests.first)
            #expect(request.target == "/services/data/v59.0/composite")
            #expect(request.headers["content-type"] == "application/json")
            let body = try JSONDecoder().decode(Composite.self, from: Data(request.body.utf8))
            let part = try #require(body.compositeRequest.first)
            let query = part.url.dropFirst("/services/data/v59.0/query?q=".count)
            #expect(String(query).removingPercentEncoding == soql)
            #expect(part.method == "GET")
        }
    }

    @Test func refusedPartOfACompositeIsARefusal() async throws {
        let answer = """
            {"compositeResponse": [{"body": \(faults("MALFORMED_QUERY", "unexpected token")), "httpHeaders": {},
              "httpStatusCode": 400, "referenceId": "part0"}]}
            """
        try await withOrg(.always(.answer(200, body: answer))) { org in
            let fault = APIFault(code: "MALFORMED_QUERY", message: "unexpected token")
            await #expect(throws: SalesforceError.faults(status: 400, [fault], retryAfter: nil)) {
                try await org.client.query("SELECT Id FROM Lead WHERE Name = '\(String(repeating: "x", count: 2000))'")
            }
        }
    }

    @Test func parentsAreFlattenedAndSubSelectsLeftOut() throws {
        let json = """
            {"attributes": {"type": "Contact", "url": "…"}, "Id": "003", "Email": null, "HasOptedOutOfEmail": true,
             "NumberOfX": 3, "Owner": {"attributes": {"type": "User"}, "Name": "Ann", "Manager": {"Name": "Bob"}},
             "Account": null, "Tasks": {"totalSize": 0, "done": true, "records": []}}
            """
        let row = try JSONDecoder().decode(SalesforceRow.self, from: Data(json.utf8))
        #expect(
            row
                == SalesforceRow(
                    type: "Contact",
                    fields: [
                        "Id": "003", "Email": .null, "HasOptedOutOfEmail": true, "NumberOfX": .number(3),
                        "Owner.Name": "Ann", "Owner.Manager.Name": "Bob", "Account": .null,
                    ]
                )
        )
        #expect(row.record(.contact)?.hasOptedOut == true)
        #expect(SalesforceRow(type: nil, fields: [:]).record(.lead) == nil)
    }

    @Test func limitInfoOfTheLatestAnswerIsKept() async throws {
        let headers = ["Sforce-Limit-Info": "api-usage=25/5000; per-app-api-usage=17/250(appName=sample)"]
        try await withOrg(.always(.answer(400, headers: headers, body: faults("MALFORMED_QUERY")))) { org in
            #expect(org.client.latestLimitInfo == nil)
            await #expect(throws: SalesforceError.self) { try await org.client.query("x") }
            #expect(org.client.latestLimitInfo == LimitInfo(used: 25, allowed: 5000))
        }
    }

    @Test(arguments: [
        ("api-usage=18/5000", 18), ("per-app-api-usage=17/250(appName=a); api-usage=3/9", 3), ("x", nil),
        ("api-usage=a/b", nil),
    ])
    func limitInfoIsRead(header: String, used: Int?) {
        #expect(LimitInfo(header: header)?.used == used)
    }

    @Test func describeTellsLengthsAndPermissions() async throws {
        let body = """
            {"name": "Lead", "label": "Lead", "fields": [
              {"name": "LastName", "type": "string", "length": 80, "createable": true, "updateable": true, "nillable": false,
               "defaultedOnCreate": false, "externalId": false, "unique": false, "caseSensitive": false},
              {"name": "GetResponse_Contact_ID__c", "type": "string", "length": 50, "createable": true, "updateable": true,
               "nillable": true, "defaultedOnCreate": false, "externalId": true, "unique": true, "caseSensitive": true}]}
            """
        try await withOrg(.always(.answer(200, body: body))) { org in
            let lead = try await org.client.describe(.lead)
            #expect(org.requests.map(\.target) == ["/services/data/v59.0/sobjects/Lead/describe"])
            #expect(lead.field("lastname")?.isRequired == true)
            #expect(lead.field("LastName")?.length == 80)
            let key = try #require(lead.field("GetResponse_Contact_ID__c"))
            #expect(key.isExternalID && key.isUnique && key.isCaseSensitive && !key.isRequired)
            #expect(lead.field("HasOptedOutOfEmail") == nil)
        }
    }
}

private struct Composite: Decodable {
    struct Part: Decodable {
        let method: String
        let url: String
        let referenceId: String
    }

    let compositeRequest: [Part]
}
