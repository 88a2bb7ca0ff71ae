import Testing

@testable import Sandbox

@Suite struct FaultTests {
    private let path = "/v59.0/sobjects/Lead/GetResponse_Contact_ID__c/k"
    private let lead: JSON = ["LastName": "Doe", "Company": "Acme"]

    @Test func lostAnswerLeavesTheWorkDone() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            sandbox.salesforce.faults.inject(.dropAfterWork, matching: .path("/sobjects/Lead"))
            await #expect(throws: (any Error).self) { try await client.salesforce("PATCH", path, lead) }
            #expect(sandbox.salesforce.rows("Lead").count == 1)
            let again = try await client.salesforce("PATCH", path, lead)
            #expect(again.status == 200 && sandbox.salesforce.rows("Lead").count == 1)
            let log = sandbox.salesforce.requests.all.filter { $0.path.contains("/sobjects/") }
            #expect(log.map(\.status) == [nil, 200] && log.map(\.fault) == ["dropAfterWork", nil])
        }
    }

    @Test func droppedConnectionLeavesTheWorkUndone() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            sandbox.salesforce.faults.inject(.dropBeforeWork, matching: RequestMatcher(method: "patch"))
            await #expect(throws: (any Error).self) { try await client.salesforce("PATCH", path, lead) }
            #expect(sandbox.salesforce.rows("Lead").isEmpty)
            #expect(try await client.salesforce("PATCH", path, lead).status == 201)
        }
    }

    @Test func faultHitsAsManyRequestsAsWereAskedForAndOnlyThose() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            sandbox.salesforce.faults.inject(.serviceUnavailable, next: 2, matching: RequestMatcher(body: "Acme"))
            #expect(try await client.query("SELECT Id FROM Lead").status == 200)
            for _ in 0..<2 {
                let answer = try await client.salesforce("PATCH", path, lead)
                #expect(answer.status == 503 && answer.headers["content-type"] == "text/html")
            }
            #expect(sandbox.salesforce.faults.pending == 0)
            #expect(try await client.salesforce("PATCH", path, lead).status == 201)
        }
    }

    @Test func lockedRowIsAPlainRefusal() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = try await SandboxClient.loggedIn(sandbox)
            sandbox.salesforce.faults.inject(.unableToLockRow, matching: .path("/sobjects/"))
            let answer = try await client.salesforce("PATCH", path, lead)
            #expect(answer.status == 400 && answer.errorCode == "UNABLE_TO_LOCK_ROW")
        }
    }

    @Test func answeredFaultsCountAgainstTheCapAndDroppedOnesDoNot() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            sandbox.getResponse.faults.inject(.serviceUnavailable)
            let answer = try await client.getResponse("GET", "/accounts")
            #expect(answer.status == 503)
            sandbox.getResponse.faults.inject(.dropBeforeWork)
            await #expect(throws: (any Error).self) { try await client.getResponse("GET", "/accounts") }
            #expect(sandbox.getResponse.remainingRequests == 399)
            #expect(sandbox.getResponse.requests.count == 2)
        }
    }
}
