import Testing

@testable import Sandbox

@Suite struct SalesforceBatchTests {
    private let path = "/v59.0/composite/sobjects/Lead/GetResponse_Contact_ID__c"

    private func lead(_ key: String, _ more: [JSONMember] = []) -> JSON {
        .object(
            [
                JSONMember("attributes", ["type": "Lead"]), JSONMember("GetResponse_Contact_ID__c", .string(key)),
                JSONMember("LastName", "Doe"), JSONMember("Company", "Acme"),
            ] + more
        )
    }

    @Test func eachRecordOfACollectionHasItsOwnResult() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let known = try sandbox.salesforce.insert(
                "Lead",
                ["LastName": "Old", "Company": "Acme", "GetResponse_Contact_ID__c": "known"]
            )
            let answer = try await client.salesforce(
                "PATCH",
                path,
                [
                    "allOrNone": false,
                    "records": [
                        lead("known"), lead("new"), lead("bad", [JSONMember("Email", "nonsense")]), lead("twice"),
                        lead("twice"),
                    ],
                ]
            )
            #expect(answer.status == 200)
            #expect(
                answer.json[0] == ["id": .string(known), "success": true, "errors": [], "created": false]
            )
            #expect(answer.json[1]?["created"] == true)
            #expect(
                answer.json[2] == [
                    "success": false,
                    "errors": [
                        [
                            "statusCode": "INVALID_EMAIL_ADDRESS", "message": "Email: invalid email address: nonsense",
                            "fields": ["Email"],
                        ]
                    ],
                ]
            )
            for index in [3, 4] {
                #expect(answer.json[index]?["errors"]?[0]?["statusCode"] == "DUPLICATE_VALUE")
                #expect(
                    answer.json[index]?["errors"]?[0]?["message"] == "Duplicate external id specified: twice"
                )
            }
            #expect(sandbox.salesforce.rows("Lead").count == 2 && sandbox.salesforce.requestCount == 1)
        }
    }

    @Test func allOrNoneUndoesEverything() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let answer = try await client.salesforce(
                "PATCH",
                path,
                ["allOrNone": true, "records": [lead("a"), lead("b", [JSONMember("Email", "nonsense")])]]
            )
            let codes = answer.json.array?.map { $0["errors"]?[0]?["statusCode"] }
            #expect(codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_EMAIL_ADDRESS"])
            #expect(sandbox.salesforce.rows("Lead").isEmpty)
        }
    }

    @Test func collectionsTake200Records() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let records = (0...200).map { lead("k\($0)") }
            let refused = try await client.salesforce("PATCH", path, ["records": .array(records)])
            #expect(refused.status == 400 && sandbox.salesforce.rows("Lead").isEmpty)
            let taken = try await client.salesforce("PATCH", path, ["records": .array(Array(records.dropLast()))])
            #expect(taken.json.array?.count == 200 && sandbox.salesforce.rows("Lead").count == 200)
        }
    }

    @Test func lockedRowsHitSingleRecords() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            sandbox.salesforce.failWrites(to: "Lead", next: 1)
            let answer = try await client.salesforce("PATCH", path, ["records": [lead("a"), lead("b")]])
            #expect(answer.json[0]?["errors"]?[0]?["statusCode"] == "UNABLE_TO_LOCK_ROW")
            #expect(answer.json[1]?["success"] == true)
        }
    }

    @Test func compositeRefersBackAndCountsOnce() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            _ = try sandbox.salesforce.insert("Contact", ["LastName": "Doe", "Email": "jane@example.com"])
            let answer = try await client.salesforce(
                "POST",
                "/v59.0/composite",
                [
                    "compositeRequest": [
                        [
                            "method": "POST", "url": "/services/data/v59.0/sobjects/Lead", "referenceId": "lead",
                            "body": ["LastName": "Doe", "Company": "Acme"],
                        ],
                        [
                            "method": "POST", "url": "/services/data/v59.0/sobjects/Task", "referenceId": "task",
                            "body": ["Subject": "Open", "WhoId": "@{lead.id}"],
                        ],
                        [
                            "method": "GET", "referenceId": "query",
                            "url": "/services/data/v59.0/query?q=SELECT Id FROM Contact LIMIT 1",
                        ],
                        [
                            "method": "PATCH", "referenceId": "update", "body": ["HasOptedOutOfEmail": true],
                            "url": "/services/data/v59.0/sobjects/Contact/@{query.records[0].Id}",
                        ],
                        ["method": "GET", "url": "/services/data/v59.0/sobjects/Foo", "referenceId": "foo"],
                    ]
                ]
            )
            let responses = try #require(answer.json["compositeResponse"]?.array)
            #expect(responses.map { $0["httpStatusCode"] } == [201, 201, 200, 204, 404])
            #expect(responses.map { $0["referenceId"] } == ["lead", "task", "query", "update", "foo"])
            #expect(responses[3]["body"] == .null)
            #expect(
                responses[4] == [
                    "body": [
                        ["errorCode": "NOT_FOUND", "message": "The requested resource does not exist"]
                    ], "httpHeaders": [:], "httpStatusCode": 404, "referenceId": "foo",
                ]
            )
            #expect(sandbox.salesforce.rows("Contact").first?["HasOptedOutOfEmail"] == true)
            #expect(sandbox.salesforce.requestCount == 1)
        }
    }

    @Test func compositeThatFailsAsAWholeIsUndone() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            let url: JSON = "/services/data/v59.0/sobjects/Lead"
            let answer = try await client.salesforce(
                "POST",
                "/v59.0/composite",
                [
                    "allOrNone": true,
                    "compositeRequest": [
                        [
                            "method": "POST", "url": url, "referenceId": "good",
                            "body": ["LastName": "Doe", "Company": "Acme"],
                        ],
                        ["method": "POST", "url": url, "referenceId": "bad", "body": ["LastName": "Doe"]],
                    ],
                ]
            )
            let codes = answer.json["compositeResponse"]?.array?.map { $0["body"]?[0]?["errorCode"] }
            #expect(codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"])
            #expect(sandbox.salesforce.rows("Lead").isEmpty)
        }
    }

    @Test func compositeHasItsLimits() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            func status(_ count: Int, _ url: String, unique: Bool = true) async throws -> Int {
                let subrequests = (0..<count).map { number -> JSON in
                    ["method": "GET", "url": .string(url), "referenceId": .string(unique ? "r\(number)" : "r")]
                }
                return try await client.salesforce(
                    "POST",
                    "/v59.0/composite",
                    ["compositeRequest": .array(subrequests)]
                ).status
            }
            let describe = "/services/data/v59.0/sobjects/Lead/describe"
            let query = "/services/data/v59.0/query?q=SELECT+Id+FROM+Lead"
            let most = try await [status(25, describe), status(26, describe)]
            let queries = try await [status(5, query), status(6, query)]
            let repeated = try await status(2, describe, unique: false)
            #expect(most == [200, 400] && queries == [200, 400] && repeated == 400)
        }
    }
}
