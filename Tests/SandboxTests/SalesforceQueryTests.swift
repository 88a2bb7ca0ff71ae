import Testing

@testable import Sandbox

@Suite struct SalesforceQueryTests {
    private static func withLeads(_ body: (Sandbox, SandboxClient) async throws -> Void) async throws {
        let clock = MovableClock(1_776_762_900_000)  // 2026-04-21T09:15:00Z
        var configuration = SandboxConfiguration()
        configuration.now = { clock.now }
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let rows: [[String: JSON]] = [
                ["LastName": "Ames", "Email": "ann@example.com", "GetResponse_Contact_ID__c": "pV3r"],
                ["LastName": "bold", "Email": "BOB@example.com", "GetResponse_Contact_ID__c": "PV3R"],
                ["LastName": "O'Brien", "Email": "o'brien@example.com", "HasOptedOutOfEmail": true],
                ["LastName": "Zed", "GetResponse_Score__c": .double(8), "Title": "100% \\ VP"],
            ]
            for row in rows {
                _ = try sandbox.salesforce.insert("Lead", row.merging(["Company": "Acme"]) { $1 })
                clock.advance(by: 86_400_000)
            }
            let deleted = try sandbox.salesforce.insert("Lead", ["LastName": "Gone", "Email": "ann@example.com"])
            try sandbox.salesforce.delete(deleted)
            try await body(sandbox, client)
        }
    }

    @Test func conditionsFindTheirRows() async throws {
        let expected: [(condition: String, names: [String])] = [
            ("Email = 'ANN@example.com'", ["Ames"]), ("Email != 'ann@example.com'", ["bold", "O'Brien", "Zed"]),
            ("Email = 'o\\'brien@example.com'", ["O'Brien"]), ("Email = null", ["Zed"]), ("Email = ''", ["Zed"]),
            ("Email != null", ["Ames", "bold", "O'Brien"]), ("HasOptedOutOfEmail = true", ["O'Brien"]),
            ("HasOptedOutOfEmail != TRUE", ["Ames", "bold", "Zed"]), ("LastName LIKE 'b%'", ["bold"]),
            ("NOT LastName LIKE 'b%'", ["Ames", "O'Brien", "Zed"]), ("Title LIKE '100\\% \\\\%'", ["Zed"]),
            ("Email IN ('ann@example.com', 'bob@example.com', 'ANN@example.com')", ["Ames", "bold"]),
            ("Email NOT IN ('ann@example.com')", ["bold", "O'Brien", "Zed"]),
            ("GetResponse_Contact_ID__c = 'pV3r'", ["Ames"]), ("GetResponse_Contact_ID__c = 'PV3R'", ["bold"]),
            ("GetResponse_Contact_ID__c = 'pv3r'", []), ("GetResponse_Score__c >= 8", ["Zed"]),
            ("GetResponse_Score__c < 8", []), ("LastName > 'b' AND LastName < 'p'", ["bold", "O'Brien"]),
            ("Email = 'ann@example.com' OR (LastName = 'Zed' AND Email = null)", ["Ames", "Zed"]),
            ("CreatedDate >= 2026-04-23T09:15:00Z", ["O'Brien", "Zed"]),
            ("CreatedDate < 2026-04-22T11:15:00.000%2B02:00", ["Ames"]), ("CreatedDate = LAST_N_DAYS:1", ["Zed"]),
            ("Lead.LastName = 'zed'", ["Zed"]), ("IsDeleted = true", []), ("Id = null", []),
        ]
        try await Self.withLeads { _, client in
            for (condition, names) in expected {
                let answer = try await client.query(
                    "SELECT LastName FROM Lead WHERE \(condition.replacing("%2B", with: "+"))"
                )
                let found = answer.json["records"]?.array?.compactMap { $0["LastName"]?.string }
                #expect(found == names, "\(condition): \(answer.text)")
            }
        }
    }

    @Test func answerIsInTheRecordedForm() async throws {
        try await Self.withLeads { sandbox, client in
            let id = sandbox.salesforce.rows("Lead")[0].id
            let soql = "select lastname, id from lead where lastname = 'ames'"
            let compact = try await client.query(soql)
            #expect(
                compact.text
                    == #"{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Lead","url":"/services/data/"#
                    + #"v59.0/sobjects/Lead/\#(id)"},"LastName":"Ames","Id":"\#(id)"}]}"#
            )
            let pretty = try await client.query(soql, headers: ["X-PrettyPrint": "1"])
            let lines = [
                "{", #"  "totalSize" : 1,"#, #"  "done" : true,"#, #"  "records" : [ {"#, #"    "attributes" : {"#,
                #"      "type" : "Lead","#, #"      "url" : "/services/data/v59.0/sobjects/Lead/\#(id)""#, "    },",
                #"    "LastName" : "Ames","#, #"    "Id" : "\#(id)""#, "  } ]", "}",
            ]
            #expect(pretty.text == lines.joined(separator: "\n"))
            #expect(pretty.headers["content-type"] == "application/json;charset=UTF-8")
            let none = try await client.query("SELECT Id FROM Contact", headers: ["X-PrettyPrint": "1"])
            #expect(none.text == "{\n  \"totalSize\" : 0,\n  \"done\" : true,\n  \"records\" : [ ]\n}")
        }
    }

    @Test func orderLimitOffsetAndCount() async throws {
        let expected: [(tail: String, names: [String])] = [
            ("ORDER BY LastName", ["Ames", "bold", "O'Brien", "Zed"]),
            ("ORDER BY LastName DESC LIMIT 2", ["Zed", "O'Brien"]),
            ("ORDER BY Email, LastName", ["Zed", "Ames", "bold", "O'Brien"]),
            ("ORDER BY Email NULLS LAST", ["Ames", "bold", "O'Brien", "Zed"]),
            ("ORDER BY HasOptedOutOfEmail DESC, CreatedDate DESC", ["O'Brien", "Zed", "bold", "Ames"]),
            ("ORDER BY LastName LIMIT 2 OFFSET 1", ["bold", "O'Brien"]),
        ]
        try await Self.withLeads { _, client in
            for (tail, names) in expected {
                let answer = try await client.query("SELECT LastName FROM Lead \(tail)")
                #expect(answer.json["records"]?.array?.compactMap { $0["LastName"]?.string } == names, "\(tail)")
            }
            let count = try await client.query("SELECT COUNT() FROM Lead")
            #expect(count.text == #"{"totalSize":4,"done":true,"records":[]}"#)
            let all = try await client.salesforce("GET", "/v59.0/queryAll/?q=SELECT+COUNT()+FROM+Lead")
            #expect(all.json["totalSize"] == 5)
        }
    }

    @Test(arguments: [
        ("SELECT Nonsense FROM Lead", "INVALID_FIELD", "No such column 'Nonsense' on entity 'Lead'."),
        ("SELECT Foo.Email FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Foo' in field path."),
        ("SELECT Id FROM Nonsense", "INVALID_TYPE", "sObject type 'Nonsense' is not supported."),
        ("SELECT Id FROM Lead WHERE Email = 5", "INVALID_FIELD", "must be of type string and should be enclosed"),
        (
            "SELECT Id FROM Lead WHERE IsConverted = 'false'", "INVALID_FIELD",
            "must be of type boolean and should not be enclosed"
        ),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-04-21", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered in a query call"),
        ("SELECT Id FROM Lead WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        ("SELECT Id, id FROM Lead", "INVALID_FIELD", "duplicate field selected: id"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT Id FROM Lead WHERE Email = 'x\\' OR Email != ''", "MALFORMED_QUERY", "mismatched character"),
    ])
    func queriesThatAreWrongAreRefused(soql: String, code: String, reason: String) async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let answer = try await client.query(soql)
            #expect(answer.status == 400 && answer.errorCode == code)
            #expect(answer.message?.contains(reason) == true, "\(answer.text)")
        }
    }

    @Test func longResultsComeInPages() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            for number in 0..<450 {
                try sandbox.salesforce.insert("Lead", ["LastName": .string("L\(number)"), "Company": "Acme"])
            }
            var answer = try await client.query(
                "SELECT LastName FROM Lead",
                headers: ["Sforce-Query-Options": "batchSize=200"]
            )
            var names: [String] = []
            var sizes: [Int] = []
            while true {
                let records = answer.json["records"]?.array ?? []
                names += records.compactMap { $0["LastName"]?.string }
                sizes.append(records.count)
                #expect(answer.json["totalSize"] == 450)
                guard let next = answer.json["nextRecordsUrl"]?.string else { break }
                #expect(answer.json["done"] == false)
                answer = try await client.salesforce("GET", String(next.dropFirst("/services/data".count)))
            }
            #expect(answer.json["done"] == true && sizes == [200, 200, 50])
            #expect(names == (0..<450).map { "L\($0)" })
            let unknown = try await client.salesforce("GET", "/v59.0/query/01g5e0000000zzz-200")
            #expect(unknown.status == 400 && unknown.errorCode == "INVALID_QUERY_LOCATOR")
        }
    }
}
