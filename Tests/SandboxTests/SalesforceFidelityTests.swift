import Testing

@testable import Sandbox

/// Behaviours of the real service that clients get wrong, where no other suite shows them.
@Suite(.timeLimit(.minutes(1))) struct SalesforceFidelityTests {
    private let grant =
        "grant_type=client_credentials&client_id=sandbox-client-id&client_secret=sandbox-client-secret"

    @Test(arguments: [
        ("login.salesforce.com", 400), ("test.salesforce.com", 400), ("acme.salesforce-setup.com", 400),
        ("acme.my.salesforce.com", 200), ("acme--uat.sandbox.my.salesforce.com:443", 200),
    ])
    func clientCredentialsAreGoodOnMyDomainAlone(host: String, status: Int) async throws {
        try await Sandbox.withRunning { sandbox in
            let answer = try await SandboxClient(sandbox: sandbox).send(
                "POST",
                "\(sandbox.salesforceURL)/services/oauth2/token",
                headers: ["Content-Type": "application/x-www-form-urlencoded", "Host": host],
                body: grant
            )
            #expect(answer.status == status)
            guard status == 400 else { return }
            let refusal: JSON = [
                "error": "invalid_grant", "error_description": "request not supported on this domain",
            ]
            #expect(answer.json == refusal)
        }
    }

    @Test func sessionsEndAtRandomAndTheSameSeedEndsTheSameOnes() async throws {
        func ends(seed: UInt64) async throws -> [Int] {
            var configuration = SandboxConfiguration()
            configuration.salesforce.tokenLossInThousand = 300
            configuration.salesforce.seed = seed
            return try await Sandbox.withRunning(configuration) { sandbox in
                var client = try await SandboxClient.loggedIn(sandbox)
                var ends: [Int] = []
                for number in 0..<40 {
                    let answer = try await client.query("SELECT Id FROM Lead")
                    guard answer.status != 200 else { continue }
                    #expect(
                        answer.text == #"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#
                    )
                    ends.append(number)
                    client = try await SandboxClient.loggedIn(sandbox)
                }
                return ends
            }
        }
        let first = try await ends(seed: 7)
        let again = try await ends(seed: 7)
        let other = try await ends(seed: 8)
        #expect(first == again && first != other && (4...20).contains(first.count))
    }

    @Test func hiddenKeyIsNotFound() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            sandbox.salesforce.hideField("Lead", "GetResponse_Contact_ID__c")
            let message = "Provided external ID field does not exist or is not accessible: GetResponse_Contact_ID__c"
            let body: JSON = ["LastName": "Doe", "Company": "Acme"]
            let single = try await client.salesforce("PATCH", "/v59.0/sobjects/Lead/GetResponse_Contact_ID__c/k", body)
            #expect(single.status == 404 && single.message == message)
            let batch = try await client.salesforce(
                "PATCH",
                "/v59.0/composite/sobjects/Lead/GetResponse_Contact_ID__c",
                ["records": [["attributes": ["type": "Lead"], "GetResponse_Contact_ID__c": "k", "LastName": "Doe"]]]
            )
            #expect(batch.status == 404 && batch.message == message)
        }
    }

    @Test func keysOfACaseInsensitiveFieldAreOne() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.externalIDsAreCaseSensitive = false
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let body: JSON = ["LastName": "Doe", "Company": "Acme"]
            let path = "/v59.0/sobjects/Lead/GetResponse_Contact_ID__c"
            #expect(try await client.salesforce("PATCH", "\(path)/pV3r", body).status == 201)
            #expect(try await client.salesforce("PATCH", "\(path)/PV3R", body).status == 200)
            #expect(sandbox.salesforce.rows("Lead").count == 1, "two people have become one")
            let records: [JSON] = ["a", "A"].map {
                [
                    "attributes": ["type": "Lead"], "GetResponse_Contact_ID__c": .string($0), "LastName": "Doe",
                    "Company": "Acme",
                ]
            }
            let batch = try await client.salesforce(
                "PATCH",
                "/v59.0/composite/sobjects/Lead/GetResponse_Contact_ID__c",
                ["records": .array(records)]
            )
            #expect(batch.json.array?.map { $0["success"] } == [false, false])
        }
    }

    @Test func everyTextIsRefusedBeyondItsDescribedLength() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let id = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"])
            let fields = try await client.salesforce("GET", "/v59.0/sobjects/Lead/describe").json["fields"]?.array ?? []
            var checked = 0
            for field in fields where field["updateable"] == true {
                guard let name = field["name"]?.string, let length = field["length"]?.integer, length > 0,
                    ["string", "textarea", "phone", "url", "picklist"].contains(field["type"]?.string ?? "")
                else { continue }
                for (size, status) in [(Int(length), 204), (Int(length) + 1, 400)] {
                    let value = JSON.string(String(repeating: "x", count: size))
                    let body = JSON.object([JSONMember(name, value)])
                    let answer = try await client.salesforce("PATCH", "/v59.0/sobjects/Lead/\(id)", body)
                    #expect(answer.status == status, "\(name) with \(size)")
                    #expect(status == 204 || answer.errorCode == "STRING_TOO_LONG", "\(name)")
                    #expect(status == 204 || answer.message?.hasSuffix("(max length=\(length))") == true, "\(name)")
                }
                checked += 1
            }
            #expect(checked > 15)
        }
    }

    @Test func ruleThatBlocksIsNotPassedOver() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.duplicateRule = .block
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            _ = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Email": "jane@example.com"])
            let answer = try await client.salesforce(
                "POST",
                "/v59.0/sobjects/Lead",
                ["LastName": "Doe", "Company": "Acme", "Email": "jane@example.com"],
                headers: ["Sforce-Duplicate-Rule-Header": "allowSave=true"]
            )
            #expect(answer.status == 400 && answer.errorCode == "DUPLICATES_DETECTED")
            #expect(answer.json[0]?["duplicateResult"]?["allowSave"] == false)
        }
    }

    @Test func duplicateRuleHitsSingleRowsOfABatchUnlessTheHeaderAllows() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.duplicateRule = .alert
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let known = try sandbox.salesforce.insert("Contact", ["LastName": "Doe", "Email": "jane@example.com"])
            let records: [JSON] = ["jane@example.com", "joe@example.com"].map {
                ["attributes": ["type": "Lead"], "LastName": "Doe", "Company": "Acme", "Email": .string($0)]
            }
            let path = "/v59.0/composite/sobjects"
            let alerted = try await client.salesforce("POST", path, ["records": .array(records)])
            let error = alerted.json[0]?["errors"]?[0]
            #expect(error?["statusCode"] == "DUPLICATES_DETECTED")
            let match = error?["duplicateResult"]?["matchResults"]?[0]?["matchRecords"]?[0]
            #expect(match?["record"]?["Id"] == .string(known))
            #expect(alerted.json[1]?["success"] == true)
            let header = ["Sforce-Duplicate-Rule-Header": "allowSave=true"]
            let allowed = try await client.salesforce("POST", path, ["records": .array(records)], headers: header)
            #expect(allowed.json.array?.map { $0["success"] } == [true, true])
        }
    }

    @Test func assignmentRuleMovesOwnersInBatchesAndCompositesToo() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.assignmentRuleOwners = ["0055e00000AAAAAAAA"]
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            func owner(_ body: JSON, _ path: String, header: String? = nil) async throws -> JSON? {
                let id = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"])
                let text = body.compact.replacing("LEAD", with: id)
                let headers = header.map { ["Sforce-Auto-Assign": $0] } ?? [:]
                let method = path == "/v59.0/composite" ? "POST" : "PATCH"
                let answer = try await client.salesforce(method, path, try JSONParser.parse(text), headers: headers)
                #expect(answer.status == 200)
                return sandbox.salesforce.row(id)?["OwnerId"]
            }
            let batch: JSON = ["records": [["attributes": ["type": "Lead"], "id": "LEAD", "Title": "VP"]]]
            func composite(_ headers: JSON) -> JSON {
                [
                    "compositeRequest": [
                        [
                            "method": "PATCH", "url": "/services/data/v59.0/sobjects/Lead/LEAD", "referenceId": "a",
                            "httpHeaders": headers, "body": ["Title": "VP"],
                        ]
                    ]
                ]
            }
            let collections = "/v59.0/composite/sobjects"
            let moved: JSON = "0055e00000AAAAAAAA"
            #expect(try await owner(batch, collections) == moved)
            #expect(try await owner(batch, collections, header: "FALSE") != moved)
            #expect(try await owner(composite([:]), "/v59.0/composite") == moved)
            #expect(try await owner(composite(["Sforce-Auto-Assign": "false"]), "/v59.0/composite") != moved)
            let outer = try await owner(composite([:]), "/v59.0/composite", header: "FALSE")
            #expect(outer == moved, "the outer header says nothing of the parts")
        }
    }

    @Test func bothLimitsShareACodeAndDifferInTheirWords() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            for (fault, message) in [
                (Fault.requestLimitExceeded, "TotalRequests Limit exceeded."),
                (.concurrentRequestsExceeded, "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
            ] {
                sandbox.salesforce.faults.inject(fault)
                let answer = try await client.query("SELECT Id FROM Lead")
                #expect(answer.status == 403 && answer.errorCode == "REQUEST_LIMIT_EXCEEDED")
                #expect(answer.message == message)
            }
        }
    }

    @Test func compositesMayEscapeTheirTexts() async throws {
        var configuration = SandboxConfiguration()
        configuration.salesforce.escapesComposites = true
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            try sandbox.salesforce.insert("Contact", ["LastName": "O'Brien <A&B>"])
            let body: JSON = [
                "compositeRequest": [
                    [
                        "method": "GET", "referenceId": "a",
                        "url": "/services/data/v59.0/query?q=SELECT+LastName+FROM+Contact",
                    ]
                ]
            ]
            for (headers, name) in [
                ([:], "O&#39;Brien &lt;A&amp;B&gt;"), (["X-Chatter-Entity-Encoding": "false"], "O'Brien <A&B>"),
            ] {
                let answer = try await client.salesforce("POST", "/v59.0/composite", body, headers: headers)
                let record = answer.json["compositeResponse"]?[0]?["body"]?["records"]?[0]
                #expect(record?["LastName"] == .string(name))
            }
        }
    }

    @Test func slowAnswerIsWorkDoneAtOnce() async throws {
        var configuration = SandboxConfiguration()
        let (waits, waited) = AsyncStream.makeStream(of: Duration.self)
        configuration.sleep = { waited.yield($0) }
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            sandbox.salesforce.faults.inject(.delay(.seconds(30)))
            let body: JSON = ["LastName": "Doe", "Company": "Acme"]
            #expect(try await client.salesforce("POST", "/v59.0/sobjects/Lead", body).status == 201)
            var iterator = waits.makeAsyncIterator()
            #expect(await iterator.next() == .seconds(30))
        }
    }

    @Test func rightsOfTheUserShowInDescribesAndRefusals() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let id = try sandbox.salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"])
            sandbox.salesforce.setAccess(.readOnly, to: "Lead")
            let described = try await client.salesforce("GET", "/v59.0/sobjects/Lead/describe")
            #expect(described.json["createable"] == false && described.json["queryable"] == true)
            #expect(described.json["fields"]?.array?.contains { $0["updateable"] == true } == false)
            let update = try await client.salesforce("PATCH", "/v59.0/sobjects/Lead/\(id)", ["Title": "VP"])
            #expect(update.status == 403 && update.errorCode == "INSUFFICIENT_ACCESS_OR_READONLY")
            let create = try await client.salesforce("POST", "/v59.0/sobjects/Lead", ["LastName": "Doe"])
            #expect(create.status == 400 && create.message == "entity type cannot be inserted: Lead")
            sandbox.salesforce.setAccess(.hidden, to: "Lead")
            #expect(try await client.salesforce("GET", "/v59.0/sobjects/Lead/describe").status == 404)
            let query = try await client.query("SELECT Id FROM Lead")
            #expect(query.errorCode == "INVALID_TYPE")
            #expect(query.message?.contains("sObject type 'Lead' is not supported.") == true)
            sandbox.salesforce.setAccess(.full, to: "Lead")
            #expect(try await client.salesforce("PATCH", "/v59.0/sobjects/Lead/\(id)", ["Title": "VP"]).status == 204)
        }
    }

    @Test func lockedRowIsNamedByItsOwnCode() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            sandbox.salesforce.failWrites(to: "Lead", next: 1)
            let body: JSON = ["LastName": "Doe", "Company": "Acme"]
            let answer = try await client.salesforce("POST", "/v59.0/sobjects/Lead", body)
            #expect(answer.status == 400 && answer.errorCode == "UNABLE_TO_LOCK_ROW")
            #expect(try await client.salesforce("POST", "/v59.0/sobjects/Lead", body).status == 201)
        }
    }
}
